"""Which server a dev URL, or none, leads to, and what is said of it."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.provision import provision
from ci_runner.errors import ConfigError, DatabaseError


def test_url_of_another_dialect_is_refused() -> None:
    with (
        pytest.raises(ConfigError, match="the dev URL is for sqlite, the dialect is postgres"),
        provision("sqlite://", "postgres", say=lambda line: None),
    ):
        pass


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "[fd00:ec2::254]"])
def test_metadata_service_is_no_dev_database(host: str) -> None:
    with (
        pytest.raises(ConfigError, match="metadata address"),
        provision(f"postgres://{host}/x", "postgres", say=lambda line: None),
    ):
        pass


def test_ladder_says_what_it_took(postgres_server: PostgresServer) -> None:
    said: list[str] = []
    with provision("", "postgres", say=said.append) as server:
        assert f"dev database: {server.description} (no --dev-url given)" == said[-1]


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite://dev?mode=memory", "sqlite://dev?_fk=1&mode=memory"]
)
def test_sqlite_is_had_in_memory(url: str) -> None:
    with provision(url, "sqlite", say=lambda line: None) as server, server.database() as session:
        assert [("",)] == session.query("SELECT file FROM pragma_database_list")


# docker-py leaves the socket that was refused to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_each_step_of_the_ladder_that_is_not_taken_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No server program is on this machine, and no Docker Engine answers."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("ci_runner.devdb.binaries.DEBIAN", tmp_path)
    monkeypatch.setattr("ci_runner.devdb.binaries._WHEELS", ())
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nowhere.sock'}")
    said: list[str] = []

    with (
        pytest.raises(DatabaseError, match="no dev database for postgres could be had") as refused,
        provision("", "postgres", say=said.append),
    ):
        pass

    gc.collect()
    first, second = (line.partition(" (")[0] for line in said)
    assert "dev database: not local://postgres: no PostgreSQL server binaries were found" == first
    assert second.startswith("dev database: not docker://postgres/16/dev: no container could be")
    assert "apt-get install postgresql" in refused.value.said
