"""A change of a table that copies it, or writes it again."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import TABLE_COPY, blamed
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, TABLE_COPY):
        yield Hit(f"{each.how}", each.step, evidence=each.evidence)
    yield from _rebuilt(review)


def _rebuilt(review: Review) -> Iterator[Hit]:
    """Tables that are written again while others write to them: nobody waits, but it takes long."""
    for step, touches in review.statements():
        ddl = step.observed.online
        if not ran(step) or ddl is None or ddl.algorithm != "INPLACE" or ddl.lock != "NONE":
            continue
        known = any(touch.known and touch.table == ddl.table for touch in touches)
        if known and ddl.table in step.observed.rewritten:
            yield Hit(
                f"writes {ddl.table.qualified} again while others use it",
                step,
                evidence=f"the server asks for {ddl}, and the table got a new file",
                severity=Severity.NOTE,
            )


RULE = Rule(
    id="mysql-table-copy",
    title="Change that copies the table",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "Every row is copied while nobody can write to the table, replicas fall behind "
        "by as long, and the disk holds the table twice."
    ),
    instead=(
        "Reach the same in steps that the server does in place: add a column, write "
        "both, copy in batches, swap. Or copy with gh-ost, pt-online-schema-change or "
        "spirit."
    ),
    check=_check,
    aliases=("SQLE00059",),
    waits=True,
)
