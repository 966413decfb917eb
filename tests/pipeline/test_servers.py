"""Which server serves which project."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.config.secret import Secret
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.errors import ConfigError
from ci_runner.lint.rule import Severity
from ci_runner.log import Log
from ci_runner.pipeline.run import shortfalls
from ci_runner.pipeline.servers import preparation, servers
from ci_runner.pipeline.workspace import Workspace


def workspace(root: Path, url: str, *dialects: str, dev: str = "") -> Workspace:
    projects = (f'[[project]]\nname = "{dialect}"\ndialect = "{dialect}"\n' for dialect in dialects)
    (root / "schema-ci.toml").write_text("".join((*projects, dev)))
    return Workspace(root, load(root, {}, {"dev.url": url}, ()), None, None, None)


def _given(server: PostgresServer) -> str:
    host = server.admin.split()[0].removeprefix("host=")
    return f"postgres:///postgres?host={host}&user=postgres"


def test_a_dev_url_serves_its_own_engine_and_others_get_one_of_ours(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    place = workspace(tmp_path, _given(postgres_server), "postgres", "sqlite")
    postgres, sqlite = place.config.projects

    with servers(place, Log(io.StringIO())) as server:
        assert server(postgres) is server(postgres)
        assert server(postgres).description.endswith("given server")
        assert server(sqlite).description.startswith("SQLite")


def test_a_dev_url_that_serves_no_project_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="is for postgres, and every project is for sqlite") as bad,
        servers(workspace(tmp_path, "local://postgres", "sqlite"), Log(io.StringIO())),
    ):
        pass

    assert "--dev-url" == bad.value.where


def test_setup_is_in_every_database_of_its_engine(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "10.sql").write_text("ALTER TABLE legacy ADD COLUMN name text;")
    (tmp_path / "db" / "9.sql").write_text("CREATE TABLE legacy (id int);")
    place = workspace(tmp_path, "sqlite://", "sqlite", "postgres", dev="[dev]\nsetup = 'db'\n")

    sqlite, _ = place.config.projects
    with servers(place, Log(io.StringIO())) as server, server(sqlite).database() as connection:
        assert [("id",), ("name",)] == connection.query(
            "SELECT name FROM pragma_table_info('legacy')"
        )
    assert () == preparation(place, "postgres").setup


def test_roles_and_extensions_are_not_for_sqlite(tmp_path: Path) -> None:
    place = workspace(tmp_path, "", "sqlite", dev="[dev]\nroles = 'app'\n")

    with (
        pytest.raises(ConfigError, match="are for servers"),
        servers(place, Log(io.StringIO())) as server,
    ):
        server(*place.config.projects)


def test_extensions_that_files_make_are_left_to_them(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(
        'create extension "uuid-ossp";\nCREATE EXTENSION IF NOT EXISTS hstore;'
        "CREATE EXTENSION citext"
    )
    place = workspace(tmp_path, "", "postgres")
    dev = replace(place.config.dev, like=Secret("postgres://h/d"))
    place = replace(place, config=replace(place.config, dev=dev))

    wishes = preparation(place, "postgres")

    assert {"uuid-ossp", "citext"} == wishes.makes
    assert (dev.like,) == wishes.targets


def test_an_older_dev_server_is_a_warning_unless_it_is_told_otherwise() -> None:
    with embedded(DIALECT) as server:
        assert () == shortfalls(server, {}, "schema-ci.toml")
    older = PostgresServer("PostgreSQL 15", "", shortfall="The dev server is PostgreSQL 15")

    [found] = shortfalls(older, {}, "schema-ci.toml")

    assert ("older-dev-server", Severity.WARNING) == (found.rule, found.severity)
    assert () == shortfalls(older, {"older-dev-server": Severity.OFF}, "schema-ci.toml")


def test_nothing_is_started_that_nobody_asks_for(tmp_path: Path) -> None:
    said = io.StringIO()

    with servers(workspace(tmp_path, "", "postgres", "sqlite"), Log(said)):
        pass

    assert "" == said.getvalue()


_TWO = """
[[project]]
name = "orders"
dialect = "postgres"
directory = "orders"
[project.dev]
url = "env:DEV"
setup = "base.sql"

[[project]]
name = "billing"
dialect = "postgres"
directory = "billing"
{billing}
[[project]]
name = "notes"
dialect = "sqlite"
directory = "notes"
"""


def _two(root: Path, url: str, billing: str = "", **flags: str) -> Workspace:
    (root / "schema-ci.toml").write_text(_TWO.format(billing=billing))
    (root / "base.sql").write_text("CREATE TABLE legacy (id int);")
    config = load(root, {"DEV": url}, {key.replace("_", "."): flags[key] for key in flags}, ())
    return Workspace(root, config, None, None, None)


def test_a_project_with_dev_databases_of_its_own_has_a_server_of_its_own(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    place = _two(tmp_path, _given(postgres_server))
    orders, billing, notes = place.config.projects

    with servers(place, Log(io.StringIO())) as server:
        assert server(orders).description.endswith("given server")
        assert server(billing).description.endswith("local server")
        assert server(notes).description.startswith("SQLite")
        tables = "SELECT relname FROM pg_class WHERE relname = 'legacy'"
        with server(orders).database() as mine, server(billing).database() as other:
            assert [("legacy",)] == mine.query(tables)
            assert [] == other.query(tables)


def test_projects_that_ask_for_the_same_share_a_server(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    same = '[project.dev]\nurl = "env:DEV"\nsetup = ["base.sql"]\n'
    place = _two(tmp_path, _given(postgres_server), same)
    orders, billing, _ = place.config.projects

    with servers(place, Log(io.StringIO())) as server:
        assert server(orders) is server(billing)


def test_a_dev_url_outside_of_the_file_is_for_every_project_of_its_engine(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    place = _two(tmp_path, "local://postgres/9", dev_url=_given(postgres_server))
    orders, billing, notes = place.config.projects

    with servers(place, Log(io.StringIO())) as server:
        assert server(orders).description == server(billing).description
        assert server(orders).description.endswith("given server")
        assert server(notes).description.startswith("SQLite")


def test_a_projects_dev_url_of_another_engine_is_refused(tmp_path: Path) -> None:
    place = _two(tmp_path, "sqlite://")

    with (
        pytest.raises(ConfigError, match="orders is for sqlite, its dialect is postgres") as bad,
        servers(place, Log(io.StringIO())),
    ):
        pytest.fail("it began")
    assert "schema-ci.toml:7" == bad.value.where


def test_the_target_of_one_project_is_no_dev_database_of_another(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    place = _two(tmp_path, _given(postgres_server), '[project.dev]\nlike = "env:DEV"\n')

    with (
        pytest.raises(ConfigError, match="target"),
        servers(place, Log(io.StringIO())) as server,
    ):
        server(place.config.projects[0])
