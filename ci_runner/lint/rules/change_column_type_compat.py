"""The type of a column that running clients know is changed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterColumnType, RenameColumn
from ci_runner.dialects.postgres.plan.types import widens
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column
from ci_runner.schema.model import Column

_WIDER = "Release readers that have room for the longer values first."
_LISTED = "Release readers that know the new values first."


def _check(review: Review) -> Iterator[Hit]:
    """One that rewrites the table is told of already, but for MySQL's that was not run."""
    told = {
        id(touch.step)
        for touch, _ in rewriting(review, AlterColumnType)
        if review.dialect == "postgres" or ran(touch.step)
    }
    for touch in review.on_known(AlterColumnType):
        changed = touch.operation
        old = of_column(touch.step.before, touch.table, _before(touch))
        new = of_column(touch.step.after, touch.table, changed.column)
        same = ran(touch.step) and old is not None and new is not None and old.type == new.type
        if id(touch.step) not in told and not same:
            was = f" from {old.type}" if old else ""
            yield Hit(
                f"changes column {changed.column} of {changed.table}{was} to {changed.type}",
                touch.step,
                instead=_instead(review, old, new),
            )


def _before(touch: Touch[AlterColumnType]) -> str:
    """The name that the column had before the statement: MySQL's CHANGE says both at once."""
    name = touch.operation.column
    return next(
        (
            each.column
            for each in touch.step.operations
            if isinstance(each, RenameColumn) and each.to == name
        ),
        name,
    )


def _instead(review: Review, old: Column | None, new: Column | None) -> str:
    """What to do where every value that is there keeps its meaning."""
    if old is None or new is None:
        return ""
    if review.dialect == "postgres":
        return _WIDER if widens(old.type, new.type) else ""
    listed = old.type.startswith(("enum(", "set("))
    return _LISTED if listed and new.type.startswith(f"{old.type[:-1]},") else ""


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
