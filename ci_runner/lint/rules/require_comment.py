"""A table or column without a comment."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import in_the_end, of_table, told_of
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Column, Identity, Table


def _check(review: Review) -> Iterator[Hit]:
    """What was not run is judged by its text on MySQL, where the comment is part of the table."""
    end = in_the_end(review)
    if end is None and review.dialect != "mysql":
        return
    for each in review.arrivals:
        table = end.get(each.table) if end else each.new
        fresh = isinstance(each.new, Table) and each.created and each.old is None
        if fresh and isinstance(table, Table) and not (table.comment or table.bound):
            yield Hit(f"table {of_table(review, each.table)} has no comment", each.step)
    if flag(review.options.get(RULE.id, {}), "columns"):
        told = {
            column.identity
            for table in (end.of_type(Table) if end else ())
            for column in table.columns
            if column.comment
        }
        yield from told_of(
            review,
            lambda each: (
                each.old is None
                and not each.column.comment
                and _at(each.table, each.column) not in told
            ),
            "no comment",
        )


def _at(table: Identity, column: Column) -> Identity:
    return Identity("column", table.schema, column.name, table.name)


RULE = Rule(
    id="require-comment",
    title="Table without a comment",
    severity=Severity.OFF,
    dialects=("postgres", "mysql"),
    why="In a year nobody knows what it was for, and tools that draw the schema do not say.",
    instead="COMMENT ON TABLE ... IS '...' in the file that makes it.",
    check=_check,
    aliases=("TABLE_COMMENT", "COLUMN_COMMENT"),
    options=(RuleOption("columns", "flag", "whether columns need a comment as well"),),
    group="design",
)
