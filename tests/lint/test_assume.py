"""What is assumed of production: its version, and how large its tables are."""

from __future__ import annotations

import pytest

from ci_runner.config.assume import Assumed
from ci_runner.lint.rule import Finding, Severity
from ci_runner.schema.model import Identity
from ci_runner.schema.production import Production
from ci_runner.schema.sizes import Sizes, TableSize
from tests.lint.conftest import Lint

USERS = "CREATE TABLE users (id int PRIMARY KEY, email text, n int CHECK (n IS NOT NULL));"
DEFAULT = "ALTER TABLE users ADD active boolean DEFAULT true;"
PROVEN = "ALTER TABLE users ALTER n SET NOT NULL;"
VALUE = "ALTER TYPE mood ADD VALUE 'calm';"
CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON users (email);"


@pytest.mark.parametrize(
    ("version", "sql", "rule"),
    [
        ("10", DEFAULT, "default-pre11"),
        ("9.6", CONCURRENTLY.replace("(", "USING hash ("), "hash-index"),
        ("11", PROVEN, "set-not-null-scan"),
        ("11.22", VALUE, "non-transactional-stmt"),
        ("14.0", CONCURRENTLY, "pg14-cic-corruption"),
        ("14.3", "REINDEX INDEX CONCURRENTLY users_pkey;", "pg14-cic-corruption"),
    ],
)
def test_an_older_version_does_what_the_dev_server_does_not(
    version: str, sql: str, rule: str, lint: Lint
) -> None:
    setup = f"{USERS} CREATE TYPE mood AS ENUM ('sad');"

    assert rule in rules(lint(sql, setup=setup, assumed=Assumed(version)))
    assert rule not in rules(lint(sql, setup=setup))


@pytest.mark.parametrize(
    ("version", "sql"),
    [
        ("11", DEFAULT),
        ("11", "ALTER TABLE users ADD note text DEFAULT NULL;"),
        ("10", "ALTER TABLE users ADD note text;"),
        ("10", CONCURRENTLY.replace("(", "USING hash (")),
        ("12", PROVEN),
        ("14", CONCURRENTLY),
        ("14.4", CONCURRENTLY),
        ("13.9", CONCURRENTLY),
    ],
)
def test_a_version_that_does_it_well_has_no_finding(version: str, sql: str, lint: Lint) -> None:
    assert set() == rules(lint(sql, setup=USERS, assumed=Assumed(version)))


def test_an_assumed_size_outweighs_the_counted_one_and_the_first_pattern_counts() -> None:
    orders, logs = Identity("table", "public", "orders"), Identity("table", "audit", "logs")
    counted = Sizes("postgres", "", {orders: TableSize(7, 4096), logs: TableSize(9, 8192)})
    known = Production(counted, assumed={"public.o*": 3_000_000, "orders": 1, "audit.*": 5})

    assert TableSize(3_000_000, 4096) == known.size(orders)
    assert TableSize(5, 8192) == known.size(logs)
    assert TableSize(5, None) == known.size(Identity("table", "audit", "others"))
    assert known.size(Identity("table", "public", "users")) is None
    assert "3.0 M rows" == str(TableSize(3_000_000, None))


def test_a_table_that_is_said_to_be_small_keeps_nobody_waiting(lint: Lint) -> None:
    index = "CREATE INDEX i ON users (email);"

    def severity(rows: int) -> Severity:
        found = lint(index, setup=USERS, assumed=Assumed("", {"users": rows}), advice=True)
        (blocking,) = (each for each in found if each.rule == "create-index-blocking")
        return blocking.severity

    assert Severity.NOTE is severity(100)
    assert Severity.WARNING is severity(20_000)


def test_a_large_table_is_told_of_once_in_a_file_and_by_the_statement_that_takes_longest(
    lint: Lint,
) -> None:
    change = """ALTER TABLE users ADD a int;
ALTER TABLE users ADD b int;
ALTER TABLE users ADD CHECK (length(email) < 9);
ALTER TABLE users ADD c int;"""
    findings = lint(change, setup=USERS, assumed=Assumed("", {"users": 2_000_000}))

    big = [each for each in findings if each.rule == "big-table"]
    assert [(3, Severity.ERROR)] == [(each.line, each.severity) for each in big]
    assert (
        "holds ACCESS EXCLUSIVE on public.users, 2.0 M rows, while it is read in full"
        == big[0].message
    )


def test_from_which_size_on_a_table_is_large_is_up_to_the_team(lint: Lint) -> None:
    change = "ALTER TABLE users ADD a int;"
    assumed = Assumed("", {"users": 50_000})

    asked = lint(change, setup=USERS, assumed=assumed, options={"big-table": {"rows": 50_000}})
    assert {"big-table"} == rules(asked)
    assert set() == rules(lint(change, setup=USERS, assumed=assumed))


def rules(findings: tuple[Finding, ...]) -> set[str]:
    return {each.rule for each in findings}
