"""A foreign key whose columns no index begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ci_runner.dialects.operations import AddConstraint, CreateIndex
from ci_runner.dialects.postgres.quote import quote
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on, keys_on
from ci_runner.schema.model import Identity, PrimaryKey, Unique


def _check(review: Review) -> Iterator[Hit]:
    """An index that comes later in the change counts; a partial one does not."""
    added = [
        (touch, touch.operation)
        for touch in review.upon(AddConstraint)
        if touch.operation.references is not None and touch.operation.columns
    ]
    indexed = _indexed(review, {touch.table for touch, _ in added})
    for touch, key in added:
        if _Start.of(key.columns) not in indexed[touch.table]:
            keys = ", ".join(key.columns)
            yield Hit(
                f"{key.table} has no index that begins with ({keys})",
                touch.step,
                instead=_index(key, concurrently=touch.known),
            )


def _index(key: AddConstraint, *, concurrently: bool) -> str:
    """On a table that is new nobody waits, and the same file may build it."""
    table = ".".join(quote(each) for each in (key.table.schema, key.table.name) if each)
    columns = ", ".join(map(quote, key.columns))
    return f"CREATE INDEX {'CONCURRENTLY ' if concurrently else ''}ON {table} ({columns});"


def _indexed(review: Review, tables: set[Identity]) -> dict[Identity, set[_Start]]:
    """What every whole index that each table has in the end begins with, as far as it is known."""
    schema = review.steps[-1].after if tables else review.base
    found: dict[Identity, set[_Start]] = {
        table: set(
            chain(
                *(_starts(each.keys) for each in indexes_on(schema, table) if not each.predicate),
                *(
                    _starts(each.columns)
                    for each in keys_on(schema, table)
                    if isinstance(each, PrimaryKey | Unique)
                ),
            )
        )
        for table in tables
    }
    for touch in review.among(CreateIndex, AddConstraint):
        match touch.operation:
            case (
                CreateIndex(columns=columns)
                | AddConstraint(kind="primary key" | "unique", columns=columns)
            ) if touch.table in tables and not ran(touch.step):
                found[touch.table].update(_starts(columns))
            case _:
                pass
    return found


class _Start(NamedTuple):
    """The first columns of an index in whatever order, and how many those are."""

    width: int
    columns: frozenset[str]

    @staticmethod
    def of(columns: Sequence[str]) -> _Start:
        return _Start(len(columns), frozenset(columns))


def _starts(columns: Sequence[str]) -> Iterator[_Start]:
    return (_Start.of(columns[:count]) for count in range(1, len(columns) + 1))


RULE = Rule(
    id="fk-no-index",
    title="Foreign key without an index",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "Every DELETE or change of a key in the parent reads the whole child, and holds its"
        " locks meanwhile."
    ),
    instead="CREATE INDEX CONCURRENTLY on the columns of the foreign key.",
    check=_check,
    aliases=(
        "E15",
        "PGM501",
    ),
    group="performance",
)
