"""A new table without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropColumn
from ci_runner.lint.arrivals import Arrival
from ci_runner.lint.designs import in_the_end, of_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity, Index, PrimaryKey, Schema, Table, Unique


def _check(review: Review) -> Iterator[Hit]:
    end = in_the_end(review)
    keyed = _keyed(review, end)
    for each in review.arriving(Table):
        if isinstance(each.new, Table) and each.created and _needs_one(each, end):
            had = isinstance(each.old, Table) and each.table not in _keys(review.base)
            if each.table not in keyed and not had:
                yield Hit(f"table {of_table(review, each.table)} has no primary key", each.step)
    if review.dialect == "mysql" and end is not None:
        yield from _lost(review, end)


def _lost(review: Review, end: Schema) -> Iterator[Hit]:
    """Keys that went with their columns: the server drops them without a word."""
    gone = _keys(review.base) - _keys(end)
    for touch in review.on_known(DropColumn):
        if touch.table in gone and touch.table in end.by_identity:
            gone.discard(touch.table)
            table = of_table(review, touch.table)
            yield Hit(f"table {table} loses its primary key with its column", touch.step)


def _needs_one(arrival: Arrival, end: Schema | None) -> bool:
    """Partitions have their parent's key, and rows of a foreign table are elsewhere."""
    table = arrival.new
    return isinstance(table, Table) and not (
        table.bound or table.server or (end and arrival.table not in end.by_identity)
    )


def _keyed(review: Review, end: Schema | None) -> set[Identity]:
    if end is not None:
        return _keys(end)
    found = (each for each in review.arriving(PrimaryKey, Unique))
    return {each.table for each in found}


def _keys(schema: Schema) -> set[Identity]:
    """Tables with a primary key, or a unique key that no NULL escapes."""
    found = {
        Identity("table", each.schema, each.table)
        for each in (*schema.of_type(PrimaryKey), *_copied_keys(schema))
    }
    indexes = (each for each in schema.of_type(Index) if each.unique and each.of_table)
    uniques: list[Unique | Index] = [*schema.of_type(Unique), *indexes]
    for unique in uniques:
        table = schema.table(unique.schema, unique.table)
        names = unique.columns if isinstance(unique, Unique) else unique.keys
        columns = [table.column(name.strip("`")) for name in names] if table else []
        if columns and all(each is not None and each.not_null for each in columns):
            found.add(Identity("table", unique.schema, unique.table))
    return found


def _copied_keys(schema: Schema) -> Iterator[PrimaryKey]:
    """Keys that a table has because its parent has them."""
    return (each.object for each in schema.copies if isinstance(each.object, PrimaryKey))


RULE = Rule(
    id="require-pk",
    title="Table without a primary key",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="Logical replication can't replay an UPDATE or DELETE, clients can't name a row, and rows"
    " that were written twice can't be told apart.",
    instead="Add id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, or make the natural key one.",
    check=_check,
    aliases=(
        "require-primary-key",
        "GN004",
        "CreateTableWithoutPkCheck",
        "PGM502",
        "PGM503",
        "TABLE_REQUIRE_PK",
        "no_primary_key",
    ),
    group="design",
)
