"""What is seen of PostgreSQL is what was measured of it, but for the differences told here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import rehearse, replay
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.observation import Observation, compare
from ci_runner.dialects.postgres import DIALECT
from ci_runner.dialects.postgres.session import PostgresConnection
from tests.devdb.facts import MODES, SETUP, Fact, facts
from tests.devdb.scripts import file, unwrapped

PAGE = Path(__file__).parents[2] / ".." / "shared" / "specs" / "lint-rules.md"
KINDS = frozenset({"table", "view", "materialized view", "sequence"})
# The manual names these locks (VACUUM; ALTER TABLE, DETACH PARTITION). Whoever looks at a statement
# only afterwards, as the measurement did on this version, finds them gone.
UNSEEN = {
    "VACUUM": frozenset({"t:SUX"}),
    "DETACH PARTITION CONCURRENTLY": frozenset({"q:SUX", "q1:AX"}),
}
# Read through or by an index: the server decides by how large it takes a table to be.
PLANNED = frozenset(
    {"DELETE with WHERE pk", "SELECT FOR UPDATE", "column used by FK int -> bigint"}
)


def comparable(fact: Fact) -> Fact:
    return replace(fact, scanned=frozenset()) if fact.operation in PLANNED else fact


def expected(fact: Fact) -> Fact:
    fact = replace(fact, locks=fact.locks | UNSEEN.get(fact.operation, frozenset()))
    return comparable(fact)


def as_fact(fact: Fact, observed: Iterable[Observation]) -> Fact:
    several = tuple(observed)
    strength = list(MODES.values())
    locks: dict[str, str] = {}
    for lock in (lock for each in several for lock in each.locks):
        if lock.relation.kind in KINDS:
            name, mode = lock.relation.name, MODES[lock.mode]
            locks[name] = max(locks.get(name, mode), mode, key=strength.index)
    return Fact(
        fact.operation,
        fact.sql,
        frozenset(f"{name}:{mode}" for name, mode in locks.items()),
        frozenset(name.name for each in several for name in each.rewritten if name.kind in KINDS),
        frozenset(name.name for each in several for name in each.scanned),
    )


def seen_inside(connection: PostgresConnection, known: Iterable[Fact]) -> dict[str, Fact]:
    """Each in a transaction that is rolled back."""
    base = DIALECT.sight(connection)
    found = {}
    for fact in known:
        if fact.alone:
            continue
        connection.execute("BEGIN")
        before = DIALECT.sight(connection, base)
        try:
            connection.execute(fact.sql)
        except StatementFailed as failed:
            found[fact.operation] = Fact(fact.operation, fact.sql, refused=failed.failure.code)
        else:
            seen = compare(before, DIALECT.sight(connection, before))
            found[fact.operation] = as_fact(fact, (seen,))
        connection.execute("ROLLBACK")
    return found


def seen_alone(connection: PostgresConnection, fact: Fact) -> Fact:
    """What wants no transaction, on a database of its own."""
    [step] = rehearse(connection, DIALECT, (unwrapped(f"{fact.sql};"),), compared=False).steps
    if step.failure:
        return Fact(fact.operation, fact.sql, refused=step.failure.code)
    return as_fact(fact, (step.observed,))


@pytest.mark.parametrize(("name", "version"), [("postgres_server", 15), ("newest_server", 18)])
def test_what_is_seen_is_what_was_measured(
    name: str, version: int, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer = request.getfixturevalue(name)
    known = facts(version)
    with server.snapshot(lambda on: replay(on, (file(SETUP),))) as base:
        found = {}
        for fact in known:
            if fact.alone:
                with base.copy() as connection:
                    found[fact.operation] = seen_alone(connection, fact)
        with base.last() as connection:
            assert version == DIALECT.version(connection)[0]
            found |= seen_inside(connection, known)

    assert {fact.operation: expected(fact) for fact in known} == {
        operation: comparable(fact) for operation, fact in found.items()
    }


def test_every_row_of_the_page_is_among_the_facts() -> None:
    if not PAGE.is_file():
        pytest.skip("needs ../shared/specs/lint-rules.md")
    part = PAGE.read_text(encoding="utf-8").partition("## 5. PostgreSQL facts")[2]
    rows = part.partition("```")[2].partition("```")[0].strip().splitlines()

    assert {row for row in rows if not row.startswith(" ")} == {each.operation for each in facts()}
