"""A dropped column takes constraints and indexes along."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.names import plain
from ci_runner.dialects.operations import DropColumn
from ci_runner.dialects.postgres.parse.statement import columns_of_check
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on, keys_on
from ci_runner.schema.model import Check, Index


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(DropColumn):
        lost = sorted(_lost(touch, checks=review.dialect != "mysql"))
        if lost:
            drop = touch.operation
            yield Hit(
                f"drops column {drop.column} of {drop.table} and with it {', '.join(lost)}",
                touch.step,
            )
    if review.dialect == "mysql":
        yield from _narrower(review)


def _lost(touch: Touch[DropColumn], *, checks: bool) -> Iterator[str]:
    """Keys over the column, checks over it and others, unique indexes; an index is no rule.

    MySQL refuses to drop a column that a check names.
    """
    column, before, after = touch.operation.column, touch.step.before, touch.step.after
    stays = after.by_identity if ran(touch.step) else {}
    for key in keys_on(before, touch.table):
        if isinstance(key, Check) and not checks:
            continue
        columns = columns_of_check(key.definition) if isinstance(key, Check) else key.columns
        if column in columns and key.identity not in stays:
            yield f"{key.identity.kind} {key.name}"
    for index in indexes_on(before, touch.table):
        if index.unique and column in plain(index.keys) and index.identity not in stays:
            yield f"unique index {index.name}"


def _narrower(review: Review) -> Iterator[Hit]:
    """Indexes that go on without the column, on MySQL whoever knows the table."""
    for touch in review.upon(DropColumn):
        drop = touch.operation
        if not ran(touch.step):
            continue
        for index in indexes_on(touch.step.before, touch.table):
            after = touch.step.after.get(index.identity)
            if drop.column in plain(index.keys) and isinstance(after, Index) and after != index:
                yield Hit(
                    f"index {index.name} of {drop.table.name} goes on without {drop.column}",
                    touch.step,
                    severity=None if touch.known else Severity.NOTE,
                )


RULE = Rule(
    id="drop-column-loses-constraint",
    title="Constraint lost with its column",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why=(
        "Keys and checks over several columns go silently, even without CASCADE, and with"
        " them what they kept out. On MySQL an index goes on with the columns that are left."
    ),
    instead="Drop or replace the constraint in a statement of its own, on purpose.",
    check=_check,
    aliases=(
        "PGM010",
        "PGM011",
        "PGM012",
        "DropPrimaryKeyCheck",
    ),
)
