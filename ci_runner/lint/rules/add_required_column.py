"""A column is added that every row must fill and nothing fills."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, AlterTable
from ci_runner.lint.designs import primary_keys, told_of
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_BREAKS = {"mysql": "clients that leave it out can't insert any more"}


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddColumn):
        added = touch.operation
        empty = (added.default or "null").lower() == "null"
        if added.not_null and empty and not added.serial and not added.generated:
            yield Hit(
                f"adds column {added.column} to {added.table} as NOT NULL without a default:"
                f" {_BREAKS.get(review.dialect, 'it fails if the table has rows')}",
                touch.step,
            )
    yield from _left_without(review)
    if flag(review.options.get(RULE.id, {}), "new-tables"):
        yield from _of_new_tables(review)


def _left_without(review: Review) -> Iterator[Hit]:
    """Columns whose default only fills the rows that are there, and goes in the same change."""
    required = {
        (touch.table, touch.operation.column)
        for touch in review.on_known(AddColumn)
        if touch.operation.not_null and touch.operation.default is not None
    }
    last = {
        (touch.table, touch.operation.name): touch
        for touch in review.on_known(AlterTable)
        if touch.operation.action in {"SET DEFAULT", "DROP DEFAULT"}
    }
    for column, touch in last.items():
        dropped = touch.operation
        if dropped.action == "DROP DEFAULT" and column in required:
            yield Hit(
                f"takes the default of the new column {dropped.name} of {dropped.table} away:"
                " clients that leave it out can't insert any more",
                touch.step,
            )


def _of_new_tables(review: Review) -> Iterator[Hit]:
    """Columns that are new with their table, or that become NOT NULL."""
    keys = {(table, name) for table, key in primary_keys(review).items() for name in key.columns}
    yield from told_of(
        review,
        lambda each: (
            each.column.not_null
            and each.column.default is None
            and not (each.column.identity_kind or each.column.generated_kind)
            and (each.table, each.column.name) not in keys
        ),
        "every INSERT has to give a value",
    )


RULE = Rule(
    id="add-required-column",
    title="Required column without default",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="It fails as soon as the table has a row, and old clients cannot insert any more.",
    instead="Add it nullable or with a default, fill the rows, then set NOT NULL.",
    check=_check,
    aliases=("MF103", "adding-required-field", "data_depend"),
    group="compatibility",
    options=(
        RuleOption("new-tables", "flag", "whether columns of new tables are to have a default too"),
    ),
)
