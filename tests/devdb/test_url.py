"""What a dev URL means, and what is said of one that means nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.config.secret import Secret
from ci_runner.devdb import engines
from ci_runner.devdb.engine import Container, DevUrl, Embedded, Existing, Local
from ci_runner.devdb.engines import ENGINES
from ci_runner.devdb.url import dialect_of, parse, shown
from ci_runner.dialects import DIALECTS
from ci_runner.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite://", Embedded("sqlite")),
        ("sqlite://dev?mode=memory", Embedded("sqlite")),
        ("sqlite://dev?_fk=1&mode=memory", Embedded("sqlite")),
        ("local://postgres", Local("postgres", "postgres")),
        ("local://postgres/", Local("postgres", "postgres")),
        ("local://postgres/15", Local("postgres", "postgres", "15")),
        ("local://postgres/16.4", Local("postgres", "postgres", "16.4")),
        ("docker://postgres", Container("postgres", "postgres", "postgres:latest")),
        ("docker://postgres/16", Container("postgres", "postgres", "postgres:16")),
        (
            "docker://postgres/16-alpine/dev",
            Container("postgres", "postgres", "postgres:16-alpine"),
        ),
        (
            "docker+postgres://acme/postgis:16/dev",
            Container("postgres", "postgres", "acme/postgis:16"),
        ),
        ("docker+postgres://_/postgis:16/dev", Container("postgres", "postgres", "postgis:16")),
        (
            "docker+postgres://registry.example:5000/a/b:1",
            Container("postgres", "postgres", "registry.example:5000/a/b:1"),
        ),
        ("postgres://dba@db/app", Existing("postgres", Secret("postgres://dba@db/app"))),
        ("postgresql://dba@db/app", Existing("postgres", Secret("postgresql://dba@db/app"))),
    ],
)
def test_each_form_has_its_meaning(url: str, expected: DevUrl) -> None:
    assert expected == parse(url)
    assert expected.dialect == dialect_of(url)


@pytest.mark.parametrize(
    "url",
    [
        "docker://postgres/-x/dev",
        "docker+postgres://acme/postgis/dev",
        "docker+postgres://",
        "docker://postgres/16/dev/more",
    ],
)
def test_docker_url_without_an_image_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="names no image"):
        parse(url)


@pytest.mark.parametrize("url", ["local://postgres/newest", "local://postgres/15/dev"])
def test_local_url_with_something_else_than_a_version_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="followed by a version") as refused:
        parse(url)

    assert "local://postgres/15" in refused.value.next_step


@pytest.mark.parametrize("url", ["sqlite://app.db", "sqlite:///srv/app.db", "sqlite://a?mode=rw"])
def test_a_sqlite_file_is_no_dev_database(url: str) -> None:
    with pytest.raises(ConfigError, match="lives in memory"):
        parse(url)


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("postgers://dba:hunter2@db/app", "postgres://"),
        ("docker+postgre://x:1", "docker+postgres://"),
        ("lokal://postgres", "local://"),
    ],
)
def test_unknown_scheme_gets_the_nearest(url: str, near: str) -> None:
    with pytest.raises(ConfigError, match=r"did you mean") as refused:
        parse(url)

    assert refused.value.what.endswith(f"did you mean {near}?")


@pytest.mark.parametrize(
    "url", ["hunter2", "dba:hunter2@db/app", "mongo://dba:hunter2@db/app", "//hunter2", ""]
)
def test_unknown_url_is_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(url)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["local", "docker"])
def test_engine_that_nobody_can_start_is_refused_with_those_that_can(scheme: str) -> None:
    with pytest.raises(ConfigError, match=f"{scheme}:// can start no 'mongo'") as refused:
        parse(f"{scheme}://mongo/7")

    assert f"{scheme}://postgres" in refused.value.next_step


def test_what_is_shown_of_a_url_holds_no_password() -> None:
    assert "postgres://..." == shown(parse("postgres://dba:hunter2@db/app?sslpassword=x"))
    assert "hunter2" not in repr(parse("postgres://dba:hunter2@db/app"))


@pytest.mark.parametrize("url", ["sqlite://", "local://postgres/15", "docker+postgres://a/b:1"])
def test_what_is_shown_of_ours_means_the_same(url: str) -> None:
    assert parse(url) == parse(shown(parse(url)))


def test_the_registry_is_the_folder() -> None:
    files = Path(engines.__path__[0]).glob("*.py")

    assert {each.stem for each in files} - {"__init__"} == set(ENGINES)
    assert set(ENGINES) <= set(DIALECTS)


def test_every_step_of_a_ladder_is_a_url_of_its_engine() -> None:
    for engine in ENGINES.values():
        assert {engine.dialect} == {dialect_of(step) for step in engine.ladder}


def test_no_name_stands_for_two_engines() -> None:
    for names in ("embedded", "local", "images", "servers"):
        every = [name for engine in ENGINES.values() for name in getattr(engine, names)]
        assert sorted(set(every)) == sorted(every)
