"""Which server serves which project."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.devdb.databases import PostgresServer
from ci_runner.errors import ConfigError
from ci_runner.log import Log
from ci_runner.pipeline.servers import servers
from ci_runner.pipeline.workspace import Workspace


def workspace(root: Path, url: str, *dialects: str, dev: str = "") -> Workspace:
    projects = (f'[[project]]\nname = "{dialect}"\ndialect = "{dialect}"\n' for dialect in dialects)
    (root / "schema-ci.toml").write_text("".join((*projects, dev)))
    return Workspace(root, load(root, {}, {"dev.url": url}, ()), None, None, None)


def test_a_dev_url_serves_its_own_engine_and_others_get_one_of_ours(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    host = postgres_server.admin.split()[0].removeprefix("host=")
    url = f"postgres:///postgres?host={host}&user=postgres"

    with servers(workspace(tmp_path, url, "postgres", "sqlite"), Log(io.StringIO())) as server:
        assert server("postgres") is server("postgres")
        assert server("postgres").description.endswith("given server, as superuser")
        assert server("sqlite").description.startswith("SQLite")


def test_a_dev_url_that_serves_no_project_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="is for postgres, and every project is for sqlite") as bad,
        servers(workspace(tmp_path, "local://postgres", "sqlite"), Log(io.StringIO())),
    ):
        pass

    assert "--dev-url" == bad.value.where


def test_nothing_is_started_that_nobody_asks_for(tmp_path: Path) -> None:
    said = io.StringIO()

    with servers(workspace(tmp_path, "", "postgres", "sqlite"), Log(said)):
        pass

    assert "" == said.getvalue()
