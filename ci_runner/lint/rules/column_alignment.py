"""A new table whose columns stand in an order that wastes space."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ci_runner.lint.designs import of_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Column, Table

# postgresql.org, catalog-pg-type: typlen and typalign, both in bytes.
_SIZES = {
    "boolean": (1, 1),
    "smallint": (2, 2),
    "integer": (4, 4),
    "real": (4, 4),
    "date": (4, 4),
    "bigint": (8, 8),
    "double precision": (8, 8),
    "money": (8, 8),
    "timestamp without time zone": (8, 8),
    "timestamp with time zone": (8, 8),
    "time without time zone": (8, 8),
    "uuid": (16, 1),
}
_LENGTH = re.compile(r"\(\d+\)")
_ROW = 8


def _check(review: Review) -> Iterator[Hit]:
    for each in review.arriving(Table):
        if isinstance(each.new, Table) and each.created and each.old is None:
            saved = _saved(each.new.columns)
            if saved >= _ROW:
                table = of_table(review, each.table)
                yield Hit(f"{table}: another order of columns saves {saved} bytes a row", each.step)


def _saved(columns: Sequence[Column]) -> int:
    """Bytes that the widest columns first would save, among those of a fixed size.

    Values of other types begin wherever the last one ends, so that what follows is not foreseen.
    """
    sizes = [_SIZES.get(_LENGTH.sub("", column.type)) for column in columns]
    fixed = [size for size in sizes if size is not None]
    if len(fixed) == len(sizes):
        return _width(fixed) - _width(sorted(fixed, key=lambda size: -size[1]))
    return sum(_padding(run) for run in _runs(sizes))


def _runs(sizes: Sequence[tuple[int, int] | None]) -> Iterator[list[tuple[int, int]]]:
    run: list[tuple[int, int]] = []
    for size in (*sizes, None):
        if size is not None:
            run.append(size)
        else:
            yield run
            run = []


def _padding(sizes: Sequence[tuple[int, int]]) -> int:
    """Bytes between the columns."""
    offset = padding = 0
    for size, alignment in sizes:
        gap = -offset % alignment
        padding += gap
        offset += gap + size
    return padding


def _width(sizes: Sequence[tuple[int, int]]) -> int:
    """Bytes of a row's values: rows begin at multiples of 8."""
    used = sum(size for size, _ in sizes) + _padding(sizes)
    return used + -used % _ROW


RULE = Rule(
    id="column-alignment",
    title="Column order that wastes space",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="A bigint begins at a multiple of 8 bytes: what stands before it is filled up, in every"
    " row, for as long as the table lives.",
    instead="Columns of 8 bytes first, then of 4, 2 and 1, then text and the like.",
    check=_check,
    aliases=("PG110",),
    group="performance",
)
