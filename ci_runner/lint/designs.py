"""Say one thing of a table's new columns at once: reviewers get a line for a table, not ten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from ci_runner.lint.arrivals import ArrivedColumn
from ci_runner.lint.rule import Hit, Review
from ci_runner.schema.model import Column, Identity, PrimaryKey, Schema

_SHOWN = 5


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and 7 more`."""
    known = tuple(names)
    shown = known[:_SHOWN] if len(known) > _SHOWN + 1 else known
    rest = len(known) - len(shown)
    words = [*shown[:-1], f"{shown[-1]}, and {rest} more"] if rest else list(shown)
    if rest or len(words) == 1:
        return ", ".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def of_table(review: Review, table: Identity) -> str:
    """The table's name as people say it: without the schema that is usual."""
    return table.name if table.schema == review.default_schema else f"{table.schema}.{table.name}"


def told_of(review: Review, wanted: Callable[[ArrivedColumn], bool], says: str) -> Iterator[Hit]:
    """A hit for each statement and table that brings `wanted` columns: `a and b of t: {says}`."""
    found = (each for each in review.columns if wanted(each))
    for (_, table), group in groupby(found, key=lambda each: (id(each.step), each.table)):
        columns = tuple(group)
        names = listed(f"{each.column.name} {each.column.type}" for each in columns)
        yield Hit(f"{names} of {of_table(review, table)}: {says}", columns[0].step)


def of_type(review: Review, wanted: Callable[[str], bool], says: str) -> Iterator[Hit]:
    """The same for columns by their type; that of an array is judged by its elements."""
    kinds = {each for each in review.types if wanted(each.removesuffix("[]"))}
    return told_of(review, lambda each: each.column.type in kinds, says) if kinds else iter(())


def in_the_end(review: Review) -> Schema | None:
    """The schema after the last statement, where all of them were run."""
    if not review.steps:
        return review.base
    last = review.steps[-1]
    return last.after if last.executed and last.failure is None else None


def primary_keys(review: Review) -> dict[Identity, PrimaryKey]:
    """The new primary keys by the final name of their table."""
    return {
        arrival.table: arrival.new
        for arrival in review.arrivals
        if isinstance(arrival.new, PrimaryKey)
    }


def is_serial(column: Column) -> bool:
    """Whether a sequence fills it by its default."""
    return (column.default or "").startswith("nextval(")
