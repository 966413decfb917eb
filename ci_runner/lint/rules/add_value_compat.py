"""Values or attributes that old readers do not know."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.plan.types import values
from ci_runner.dialects.operations import AlterColumnType, AlterObject
from ci_runner.lint.objects import known
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column

_ACTIONS = frozenset({"ADD VALUE", "ADD ATTRIBUTE"})


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(AlterObject):
        for change in step.operations:
            if not isinstance(change, AlterObject) or change.action not in _ACTIONS:
                continue
            if known(review, step, "type", change.name):
                what = change.action.removeprefix("ADD ").lower()
                yield Hit(f"adds {what} {change.value} to type {change.name}", step)
    if review.dialect == "mysql":
        yield from _listed(review)


def _listed(review: Review) -> Iterator[Hit]:
    """ENUM and SET, whose values stand in the column's type."""
    for touch in review.on_known(AlterColumnType):
        name = touch.operation.column
        old = of_column(touch.step.before, touch.table, name)
        new = of_column(touch.step.after, touch.table, name)
        if old is not None and new is not None:
            for value in sorted(set(values(new.type)) - set(values(old.type) or values(new.type))):
                yield Hit(f"adds value {value} to {touch.table.name}.{name}", touch.step)


RULE = Rule(
    id="add-value-compat",
    title="New value of a type in use",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Clients that run the old release read a value, or a field, that they do not know.",
    instead="Release readers that know it before anybody writes it.",
    check=_check,
    aliases=(
        "ban-add-enum-value",
        "ban-add-composite-attribute",
    ),
    group="compatibility",
)
