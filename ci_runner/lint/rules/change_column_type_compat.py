"""The type of a column that running clients know is changed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterColumnType
from ci_runner.dialects.postgres.plan.types import widens
from ci_runner.lint.objects import ran
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column
from ci_runner.schema.model import Column

_WIDER = "Release readers that have room for the longer values first."


def _check(review: Review) -> Iterator[Hit]:
    """One that rewrites the table is told of already, but for MySQL's that was not run."""
    told = {
        id(touch.step)
        for touch, _ in rewriting(review, AlterColumnType)
        if review.dialect == "postgres" or ran(touch.step)
    }
    for touch in review.on_known(AlterColumnType):
        changed = touch.operation
        old = of_column(touch.step.before, touch.table, changed.column)
        new = of_column(touch.step.after, touch.table, changed.column)
        same = ran(touch.step) and old is not None and new is not None and old.type == new.type
        if id(touch.step) not in told and not same:
            was = f" from {old.type}" if old else ""
            yield Hit(
                f"changes column {changed.column} of {changed.table}{was} to {changed.type}",
                touch.step,
                instead=_WIDER if _only_wider(review, old, new) else "",
            )


def _only_wider(review: Review, old: Column | None, new: Column | None) -> bool:
    return (
        review.dialect == "postgres"
        and old is not None
        and new is not None
        and old.type != new.type
        and widens(old.type, new.type)
    )


RULE = Rule(
    id="change-column-type-compat",
    title="Changed column type",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Clients that run the old release may send or expect values of the old type.",
    instead="Add a column of the new type, write both, move readers, drop the old one.",
    check=_check,
    aliases=(
        "changing-column-type",
        "changingColumnType",
        "US002",
        "AlterColumnTypeCheck",
        "PGM007",
        "PG301",
        "E5",
    ),
    group="compatibility",
)
