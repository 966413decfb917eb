"""What a dev URL means, and what is said of one that means nothing."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.provision import dialect_of, image_of, provision
from ci_runner.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite://", "sqlite"),
        ("local://postgres", "postgres"),
        ("docker://postgres/16/dev", "postgres"),
        ("docker+postgres://acme/postgis:16/dev", "postgres"),
        ("postgres://dba@db/app", "postgres"),
        ("postgresql://dba@db/app", "postgres"),
    ],
)
def test_url_says_its_dialect(url: str, expected: str) -> None:
    assert expected == dialect_of(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("docker://postgres", "postgres:latest"),
        ("docker://postgres/16", "postgres:16"),
        ("docker://postgres/16-alpine/dev", "postgres:16-alpine"),
        ("docker+postgres://acme/postgis:16/dev", "acme/postgis:16"),
        ("docker+postgres://_/postgis:16/dev", "postgis:16"),
        ("docker+postgres://registry.example:5000/a/b:1", "registry.example:5000/a/b:1"),
    ],
)
def test_docker_url_names_an_image(url: str, expected: str) -> None:
    assert expected == image_of(url)


@pytest.mark.parametrize(
    "url", ["docker://postgres/-x/dev", "docker+postgres://acme/postgis/dev", "docker+postgres://"]
)
def test_docker_url_without_an_image_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="names no image"):
        image_of(url)


def test_unknown_scheme_gets_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"did you mean postgres://\?"):
        dialect_of("postgers://dba:hunter2@db/app")


@pytest.mark.parametrize("url", ["hunter2", "dba:hunter2@db/app", "mongo://dba:hunter2@db/app"])
def test_unknown_url_is_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        dialect_of(url)

    assert "hunter2" not in str(refused.value)


def test_engine_that_nobody_can_start_is_refused() -> None:
    with pytest.raises(ConfigError, match="docker:// can start no 'mongo'"):
        dialect_of("docker://mongo/7")


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
        assert [f"dev database: {server.description} (no --dev-url given)"] == said


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite://dev?mode=memory", "sqlite://dev?_fk=1&mode=memory"]
)
def test_sqlite_is_had_in_memory(url: str) -> None:
    with provision(url, "sqlite", say=lambda line: None) as server, server.database() as session:
        assert [("",)] == session.query("SELECT file FROM pragma_database_list")


@pytest.mark.parametrize("url", ["sqlite://app.db", "sqlite:///srv/app.db", "sqlite://a?mode=rw"])
def test_a_sqlite_file_is_no_dev_database(url: str) -> None:
    with (
        pytest.raises(ConfigError, match="lives in memory"),
        provision(url, "sqlite", say=lambda line: None),
    ):
        pass
