"""The default of a column that running clients know changes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, AlterTable
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column

_ACTIONS = {
    "SET DEFAULT": "changes the default",
    "DROP DEFAULT": "drops the default",
    "DROP EXPRESSION": "drops the expression",
}


def _check(review: Review) -> Iterator[Hit]:
    added = {(touch.table, touch.operation.column) for touch in review.upon(AddColumn)}
    for touch in review.on_known(AlterTable):
        change = touch.operation
        old = of_column(touch.step.before, touch.table, change.name)
        new = of_column(touch.step.after, touch.table, change.name)
        same = ran(touch.step) and old is not None and new is not None and old == new
        if change.action in _ACTIONS and (touch.table, change.name) not in added and not same:
            yield Hit(f"{_ACTIONS[change.action]} of {change.name} of {change.table}", touch.step)


RULE = Rule(
    id="change-default",
    title="Changed default",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Clients that leave the column out get another value from then on, or an error.",
    instead="Release clients that send the value first.",
    check=_check,
    aliases=(
        "ban-drop-default",
        "ban-set-default",
        "ban-drop-generated-expression",
    ),
    group="compatibility",
)
