"""A primary key over columns that may be NULL reads the table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.dialects.postgres.parse.statement import never_null
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import keys_on, of_column, read
from ci_runner.schema.model import Check, PrimaryKey


def _check(review: Review) -> Iterator[Hit]:
    """Without USING INDEX the table is read for the index anyway, which `add-pk-index` tells."""
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind != "primary key" or added.inline or not ran(touch.step):
            continue
        nullable = [each for each in _columns(touch) if _may_be_null(touch, each)]
        if nullable and (not added.using_index or read(touch.step, touch.table)):
            yield Hit(
                f"makes {', '.join(nullable)} of {added.table} NOT NULL by a primary key and reads"
                " every row for it",
                touch.step,
            )


def _columns(touch: Touch[AddConstraint]) -> tuple[str, ...]:
    keys = keys_on(touch.step.after, touch.table)
    return next((each.columns for each in keys if isinstance(each, PrimaryKey)), ())


def _may_be_null(touch: Touch[AddConstraint], column: str) -> bool:
    before = touch.step.before
    known = of_column(before, touch.table, column)
    proven = any(
        isinstance(each, Check) and each.valid and column in never_null(each.definition)
        for each in keys_on(before, touch.table)
    )
    return known is not None and not known.not_null and not proven


RULE = Rule(
    id="add-pk-nullable",
    title="Primary key over nullable columns",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "It sets them NOT NULL, for which every row is read while nobody can use the table,"
        " USING INDEX or not."
    ),
    instead="Make the columns NOT NULL first: CHECK NOT VALID, VALIDATE, then SET NOT NULL.",
    check=_check,
    aliases=(
        "PG304",
        "W14",
        "PGM016",
    ),
    waits=True,
)
