"""Rows that running clients write may be refused from now on."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, AddConstraint, CreateIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """Rules over columns that are new are no news to old clients; a NOT NULL check is no rule."""
    added = {(touch.table, touch.operation.column) for touch in review.upon(AddColumn)}
    backed = {touch.table for touch in review.upon(AddConstraint) if touch.operation.using_index}
    for touch in review.among(AddConstraint, CreateIndex):
        match touch.operation:
            case AddConstraint(table=table, kind=kind, columns=columns, using_index=False) if (
                touch.known and not touch.operation.never_null
            ):
                if not columns or any((touch.table, each) not in added for each in columns):
                    yield Hit(
                        f"adds a {kind} constraint to {table}, also for old clients", touch.step
                    )
            case CreateIndex(table=table, unique=True, columns=columns) if touch.known:
                fresh = columns and all((touch.table, each) in added for each in columns)
                if not fresh or touch.table in backed:
                    yield Hit(f"makes rows of {table} unique, also for old clients", touch.step)
            case _:
                pass


RULE = Rule(
    id="new-write-restriction",
    title="New rule for rows",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="What clients of the old release write may break it, and then their statement fails.",
    instead="Release clients that keep to the rule first.",
    check=_check,
    aliases=("ban-new-write-restriction",),
    group="compatibility",
)
