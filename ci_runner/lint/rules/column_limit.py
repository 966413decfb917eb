"""A table with very many columns."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import in_the_end, of_table
from ci_runner.lint.options import RuleOption, number
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity, Table

_MOST = 100


def _check(review: Review) -> Iterator[Hit]:
    most = number(review.options.get(RULE.id, {}), "columns", _MOST)
    end = in_the_end(review)
    made = {each.table: each.new for each in review.arriving(Table) if each.created}
    said: set[Identity] = set()
    for each in review.columns:
        last = end.get(each.table) if end else made.get(each.table)
        if isinstance(last, Table) and len(last.columns) > most and each.table not in said:
            said.add(each.table)
            count = len(last.columns)
            yield Hit(f"{of_table(review, each.table)} has {count} columns", each.step)


RULE = Rule(
    id="column-limit",
    title="Table with too many columns",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="Every UPDATE writes the whole row again. PostgreSQL takes 1600 columns at most, and those"
    " that were dropped count for ever.",
    instead="Move what belongs together, or is seldom there, to a table of its own.",
    check=_check,
    aliases=("TotalTextLength",),
    options=(RuleOption("columns", "number", "columns that a table may have; usually 100"),),
    group="design",
)
