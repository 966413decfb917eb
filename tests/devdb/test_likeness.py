"""A dev database is like its target as far as the server can, and the rest is said."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ci_runner.config.secret import Secret
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.fittings import set_for
from ci_runner.devdb.likeness import likeness
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.devdb.target import read_target
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.errors import ConfigError, DatabaseError


def _url(server: PostgresServer, database: str) -> Secret:
    host = server.admin.split()[0].removeprefix("host=")
    return Secret(f"postgres:///{database}?host={host}&user=postgres")


@pytest.fixture
def target(superuser_server: PostgresServer) -> Iterator[tuple[Secret, PostgresConnection]]:
    """A database in another encoding and collation, with extensions and settings of its own."""
    name = f"target_{secrets.token_hex(4)}"
    with connect(superuser_server.admin) as admin:
        admin.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1'"
            " LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        admin.execute(f'ALTER DATABASE {name} SET search_path = app, "Other, one", public')
        admin.execute(f"ALTER DATABASE {name} SET transform_null_equals = on")
        try:
            with connect(superuser_server.admin, dbname=name) as inside:
                inside.execute("CREATE EXTENSION hstore; CREATE EXTENSION citext")
                inside.execute("CREATE SCHEMA app")
                yield _url(superuser_server, name), inside
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_version_collation_extensions_and_settings_are_the_targets(
    target: tuple[Secret, PostgresConnection],
) -> None:
    url, inside = target
    # A number is taken by each transaction that writes.
    next_number = "SELECT pg_snapshot_xmax(pg_current_snapshot())"
    before = inside.query(next_number)
    said: list[str] = []
    wishes = Preparation(like=url, makes=frozenset({"citext"}), targets=(url,))

    with (
        provision("", "postgres", prepare=wishes, say=said.append) as server,
        server.database() as connection,
    ):
        assert [("LATIN1", "C", 'app, "Other, one", public', "on")] == connection.query(
            "SELECT pg_encoding_to_char(encoding), datcollate, current_setting('search_path'),"
            " current_setting('transform_null_equals')"
            " FROM pg_database WHERE datname = current_database()"
        )
        assert [("hstore",)] == connection.query(
            "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
        )
        assert server.description.split()[1].strip(",") == read_target(url).version
        assert ("", ()) == (server.shortfall, server.unlike)
    assert before == inside.query(next_number)
    assert str(url) not in "".join(said)


def test_what_can_not_be_matched_is_said(
    superuser_server: PostgresServer, target: tuple[Secret, PostgresConnection]
) -> None:
    known = read_target(target[0])
    strange = replace(
        known,
        version="99.1",
        major=99,
        encoding="UTF8",
        collate="xx_XX",
        extensions={"hstore": "99", "vendor": "1"},
        settings={
            **known.settings,
            "default_table_access_method": "columnar",
            "block_size": "4",
            "DateStyle": "Martian",
        },
    )

    found = likeness(superuser_server, strange, frozenset())

    said = "\n".join(found.unlike)
    assert ("hstore",) == found.extensions
    for expected in (
        "extension hstore 99 is not available here, another version is",
        "extension vendor is not available here",
        "collation xx_XX (libc) could not be had here",
        "default_table_access_method is columnar there and stays heap here",
        "DateStyle = Martian: invalid value",
        "block_size is 4 there and 8192 here",
    ):
        assert expected in said
    assert "the target runs 99.1" in found.older


def test_a_hostile_search_path_is_nothing_but_names(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection, connect(superuser_server.admin) as admin:
        [(name,)] = connection.query("SELECT current_database()")
        set_for(admin, str(name), "search_path", 'a;CREATE/**/ROLE/**/evil, "b""c"')

        assert [] == admin.query("SELECT FROM pg_roles WHERE rolname = 'evil'")
        with connect(superuser_server.admin, dbname=str(name)) as inside:
            assert [('"a;CREATE/**/ROLE/**/evil", "b""c"',)] == inside.query("SHOW search_path")


def test_a_target_that_can_not_be_read_is_not_named() -> None:
    with pytest.raises(DatabaseError, match=r"`dev\.like` could not be read") as refused:
        read_target(Secret("postgres://dba:hunter2@127.0.0.1:1/shop"))

    assert "127.0.0.1" not in str(refused.value)
    assert "shop" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_target_is_never_worked_on(target: tuple[Secret, PostgresConnection]) -> None:
    url, _ = target
    other_spelling = f"{url}&port=5432".replace("postgres://", "postgresql://")

    with (
        pytest.raises(ConfigError, match="the dev URL is that of a target"),
        provision(
            other_spelling,
            "postgres",
            prepare=Preparation(targets=(url,)),
            say=lambda line: None,
        ),
    ):
        pass
