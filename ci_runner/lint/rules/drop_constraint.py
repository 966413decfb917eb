"""A constraint of a known table is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, DropConstraint
from ci_runner.dialects.postgres.parse import never_null
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column
from ci_runner.schema.model import Check, Identity


def _check(review: Review) -> Iterator[Hit]:
    added = {
        (touch.table, touch.operation.name)
        for touch in review.touches
        if isinstance(touch.operation, AddConstraint)
    }
    for touch in review.on_known(DropConstraint):
        drop = touch.operation
        if (touch.table, drop.name) not in added and not _kept_by_column(touch):
            yield Hit(f"drops constraint {drop.name} of {drop.table}", touch.step)


def _kept_by_column(touch: Touch[DropConstraint]) -> bool:
    """A check that only says what NOT NULL says by now, or one that is not there."""
    name, before = touch.operation.name, touch.step.before
    if not ran(touch.step):
        return False
    place = Identity("check", touch.table.schema, name, touch.table.name)
    check = before.get(place)
    if not isinstance(check, Check):
        return False
    columns = [of_column(before, touch.table, each) for each in never_null(check.definition)]
    only = "AND" not in check.definition
    return only and bool(columns) and all(column and column.not_null for column in columns)


RULE = Rule(
    id="drop-constraint",
    title="Dropped constraint",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why=(
        "From then on rows get in that running code counts on not to meet; a foreign key"
        " locks its parent too."
    ),
    instead=(
        "Say in the migration why it is not needed any more, or add what takes its place first."
    ),
    check=_check,
    aliases=(
        "CD101",
        "ban-drop-constraint",
        "CT004",
    ),
    group="compatibility",
)
