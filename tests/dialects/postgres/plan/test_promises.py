"""What a plan says of its statements is what the server is seen doing when they run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlannedStatement, PlanOptions
from ci_runner.dialects.postgres import DIALECT
from ci_runner.migrations.plan import make_plan
from ci_runner.pipeline.prove import run
from ci_runner.schema.model import Identity, Schema, Table
from tests.dialects.postgres.features import FEATURES, script

# Each feature in its first form, and in its last or, of those with one form, every other one gone.
FIRST = script({each.name: 1 for each in FEATURES})
LAST = script(
    {
        each.name: len(each.forms) if len(each.forms) > 1 else place % 2
        for place, each in enumerate(FEATURES)
    }
)
READS = ("scans ", "reads ", "builds an index", "while it is built", "builds the indexes")
SURE = "rewrites the table under ACCESS EXCLUSIVE"


@pytest.mark.parametrize(
    ("before", "after", "online"),
    [(FIRST, LAST, False), (LAST, FIRST, True)],
    ids=["short", "online"],
)
def test_every_statement_says_what_it_does(
    before: str, after: str, superuser_server: PostgresServer, *, online: bool
) -> None:
    with superuser_server.database() as left, superuser_server.database() as right:
        left.execute(before)
        right.execute(after)
        old, new = DIALECT.inspect(left), DIALECT.inspect(right)
        options = PlanOptions(online=online, leave=frozenset())
        seen = run(left, DIALECT, make_plan(DIALECT, old, new, options), online=online)

    assert None is seen.failure
    assert 50 < len(seen.plan.statements)
    assert [] == [(each.sql, wrong) for each in seen.plan.statements for wrong in untold(each, old)]


def untold(each: PlannedStatement, old: Schema) -> Iterator[str]:
    """What a statement does not say and does, or says and does not."""
    said = " ".join(each.hazards)
    if not each.summary or each.summary.endswith(".") or not each.object.name:
        yield "no sentence, or no object"
    if each.undo is None and not each.destructive and not each.undo_hazards:
        yield "no undo and no reason"
    if each.destructive and not each.hazards and not each.questions:
        yield "destructive, and does not say of what"
    if not each.transactional and "CONCURRENTLY" in each.sql and not each.locks:
        yield "no lock"
    if each.rewrites and "rewrites " not in said:
        yield f"rewrites {each.rewrites}"
    if each.scans and each.transactional and not any(word in said for word in READS):
        yield f"reads {each.scans}"
    if "for a moment" in said and (each.rewrites or each.scans):
        yield f"no moment: {each.rewrites} {each.scans}"
    sure = SURE in each.hazards and each.transactional and not each.rewrites
    if sure and all(has_rows(lock.relation, old) for lock in each.locks):
        yield "rewrites nothing"


def has_rows(relation: Identity, schema: Schema) -> bool:
    each = schema.get(relation)
    return isinstance(each, Table) and not each.partition_key and not each.server
