"""A column comes with a default on a server that writes every row for it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# release-11.html: ADD COLUMN with a constant default no longer rewrites the table.
_CHEAP = 11


def _check(review: Review) -> Iterator[Hit]:
    if not review.before(_CHEAP):
        return
    for touch in review.on_known(AddColumn):
        added = touch.operation
        if added.default is not None and added.default.upper() != "NULL":
            yield Hit(
                f"adds column {added.column} to {added.table} with a default, which rewrites the"
                f" table before PostgreSQL {_CHEAP}",
                touch.step,
            )


RULE = Rule(
    id="default-pre11",
    title="New column with a default before PostgreSQL 11",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table is written again while nobody can read or write it. Asked where the policy"
    " assumes such a version in production; newer ones keep the default once for all rows.",
    instead="Add the column without the default, set the default, then fill old rows in batches.",
    check=_check,
    aliases=(
        "adding-field-with-default",
        "add-column-default-pre-pg11",
        "AddColumnCheck",
        "STATEMENT_DISALLOW_ADD_COLUMN_WITH_DEFAULT",
    ),
    waits=True,
)
