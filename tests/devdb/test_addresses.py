"""No dev database is at a metadata address, and one database has many spellings."""

from __future__ import annotations

import pytest

from ci_runner.devdb.addresses import Place, place, refuse_forbidden, same_database
from ci_runner.devdb.conninfo import destination, pinned
from ci_runner.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_defaults_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://169.254.169.254/x",
        "postgres://[::ffff:169.254.169.254]/x",
        "postgres://[64:ff9b::a9fe:a9fe]/x",
        "postgres://[fd00:ec2::254]/x",
        "postgres://[fe80::1]/x",
        "postgres://[fe80::1%25eth0]/x",
        "postgres://169.254.1.1:5432/x",
        "postgres://metadata.google.internal/x",
        "postgres://METADATA.google.internal./x",
        "postgres:///x?host=169.254.169.254",
        "postgres://db.example/x?hostaddr=169.254.169.254",
        "postgres://127.0.0.1,169.254.169.254/x",
        # Decimal, as the C library reads it.
        "postgres://2852039166/x",
    ],
)
def test_link_local_and_metadata_addresses_are_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="link-local or metadata address"):
        pinned(url)


def test_an_address_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "169.254.169.254")

    with pytest.raises(ConfigError, match="metadata address"):
        pinned("postgres:///x")


def test_a_name_that_leads_there_is_refused_with_the_address() -> None:
    known = Place("db.example", 5432, place("169.254.169.254", 5432).addresses)

    with pytest.raises(ConfigError) as refused:
        refuse_forbidden([known])

    assert "db.example is 169.254.169.254" == refused.value.where


def test_a_service_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="not by a service file"):
        pinned("postgres:///x?service=prod")


def test_a_url_that_can_not_be_read_is_not_quoted() -> None:
    with pytest.raises(ConfigError, match="cannot be read") as refused:
        pinned("postgres://dba:hunter2@[::1/x")

    assert "hunter2" not in str(refused.value)


def test_a_name_is_pinned_to_what_it_means_now() -> None:
    found = destination(pinned("postgres://dba:p%40ss@localhost:6543/app"))

    assert {"localhost"} == {each.host for each in found.places}
    assert all(1 == len(each.addresses) and 6543 == each.port for each in found.places)
    assert "app" == found.database


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("postgres://db/app", "postgresql://u:p@DB.:5432/app?sslmode=require"),
        ("postgres://localhost/app", "postgres://127.0.0.1:5432/app"),
        ("postgres://localhost/app", "postgres://[::1]/app"),
        ("postgres://127.0.0.1/app", "postgres://127.8.9.10/app"),
        ("postgres://localhost/app", "postgres:///app"),
        ("postgres://localhost/app", "postgres:///app?host=/var/run/postgresql"),
        ("postgres:///app?host=/tmp/", "postgres:///app?host=/tmp/../tmp"),
        ("postgres://app@127.0.0.1", "postgres://127.0.0.1/app"),
        ("postgres://10.0.0.1/app", "postgres://[::ffff:10.0.0.1]/app"),
        ("postgres://10.0.0.1,10.0.0.2/app", "postgres://10.0.0.2/app"),
        ("postgres://10.0.0.1:1,10.0.0.2:2/app", "postgres://10.0.0.2:2/app"),
        ("host=10.0.0.1 dbname=app", "postgres://10.0.0.1/app"),
    ],
)
def test_spellings_of_one_database_are_one(one: str, other: str) -> None:
    assert same_database(destination(one), destination(other))
    assert same_database(destination(other), destination(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("postgres://10.0.0.1/app", "postgres://10.0.0.1/app2"),
        ("postgres://10.0.0.1/app", "postgres://10.0.0.1:5433/app"),
        ("postgres://10.0.0.1/app", "postgres://10.0.0.2/app"),
        ("postgres://10.0.0.1:1,10.0.0.2:2/app", "postgres://10.0.0.1:2/app"),
        ("postgres:///app?host=/tmp/a", "postgres:///app?host=/tmp/b"),
        ("postgres:///app?host=@a", "postgres:///app?host=/tmp"),
        ("postgres://10.0.0.1/app", "postgres://localhost/app"),
    ],
)
def test_other_databases_are_others(one: str, other: str) -> None:
    assert not same_database(destination(one), destination(other))
