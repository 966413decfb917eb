"""What a finding about waiting means depends on how large the tables are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import rehearse, replay
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import DIALECT
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review, Severity
from ci_runner.schema.model import Identity
from ci_runner.schema.production import Production
from ci_runner.schema.sizes import Sizes, TableSize
from tests.devdb.scripts import file

SETUP = "CREATE TABLE users (id int PRIMARY KEY, n int); CREATE TABLE logs (n int);"
LARGE, SMALL, UNCOUNTED = (
    TableSize(118_000_000, 48 * 2**30),
    TableSize(120, 65536),
    TableSize(None, 0),
)
INDEX, FOREIGN_KEY = (
    "CREATE INDEX i ON users (n);",
    "ALTER TABLE logs ADD FOREIGN KEY (n) REFERENCES users;",
)


class Judge(Protocol):
    """The finding of `rule` on `sql`, with the sizes of tables by name."""

    def __call__(self, sql: str, rule: str, **sizes: TableSize) -> Finding: ...


@pytest.fixture
def judge(postgres_server: PostgresServer) -> Iterator[Judge]:
    with postgres_server.database() as connection:
        replay(connection, (file(SETUP),))
        yield _judging(connection)


def _judging(connection: Connection) -> Judge:
    base = DIALECT.inspect(connection)

    def judged(sql: str, rule: str, **sizes: TableSize) -> Finding:
        steps = rehearse(connection, DIALECT, (file(sql),)).steps
        tables = {Identity("table", "public", name): size for name, size in sizes.items()}
        production = Production(Sizes("postgres", "", tables))
        review = Review("postgres", "public", base, steps, production=production)
        [finding] = [each for each in check(review, Policy()) if each.rule == rule]
        return finding

    return judged


def test_nothing_is_said_of_tables_of_unknown_size(judge: Judge) -> None:
    finding = judge(INDEX, "create-index-blocking", logs=SMALL)

    assert (Severity.WARNING, "SHARE on table public.users") == (finding.severity, finding.evidence)


def test_a_large_table_is_told_with_what_it_means(judge: Judge) -> None:
    finding = judge(INDEX, "create-index-blocking", users=LARGE)

    assert Severity.WARNING is finding.severity
    assert (
        "SHARE on table public.users; in production public.users has 118 M rows, 48 GB,"
        " reads 48 GB of table public.users: about 16 min at 50 MB/s"
    ) == finding.evidence


def test_a_small_table_keeps_nobody_waiting(judge: Judge) -> None:
    finding = judge(INDEX, "create-index-blocking", users=SMALL)

    assert Severity.NOTE is finding.severity
    assert "; in production public.users has 120 rows, 64 kB" in finding.evidence


@pytest.mark.parametrize(
    ("sizes", "severity"),
    [
        ({"users": SMALL, "logs": SMALL}, Severity.NOTE),
        ({"users": SMALL, "logs": LARGE}, Severity.WARNING),
        ({"users": LARGE, "logs": SMALL}, Severity.WARNING),
        ({"users": SMALL, "logs": UNCOUNTED}, Severity.WARNING),
        ({"logs": SMALL}, Severity.WARNING),
    ],
)
def test_every_table_that_is_blocked_or_read_must_be_small(
    judge: Judge, sizes: dict[str, TableSize], severity: Severity
) -> None:
    assert severity is judge(FOREIGN_KEY, "add-fk-validates", **sizes).severity


def test_what_destroys_a_small_table_is_as_grave_as_ever(judge: Judge) -> None:
    finding = judge("DROP TABLE logs;", "drop-table", logs=SMALL)

    assert (Severity.ERROR, "") == (finding.severity, finding.evidence)
