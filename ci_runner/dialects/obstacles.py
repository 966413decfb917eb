"""Count the rows in the way of a change: what of a table's data would have the server refuse it.

Names and expressions are SQL already, as the engine spells them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.operations import (
    Target,
)
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, PrimaryKey, Schema


@frozen
class Obstacle:
    """`query` counts rows of `table` that keep a statement from running.

    `rows` is how many there were when it was to run on the dev database; None where nobody counted.
    """

    table: Target
    query: str
    rows: int | None = None


def nulls(table: str, columns: Sequence[str]) -> str:
    """Rows with NULL in one of `columns`."""
    return (
        f"SELECT count(*) FROM {table} WHERE {' OR '.join(f'{each} IS NULL' for each in columns)}"
    )


def all_rows(table: str) -> str:
    """Each lacks a value for a column that must have one."""
    return f"SELECT count(*) FROM {table}"


def repeated(table: str, columns: Sequence[str], condition: str = "") -> str:
    """Rows that must go for the rest to be unique, where `condition` holds. NULL equals nothing."""
    wanted = [f"{each} IS NOT NULL" for each in columns] + [f"({condition})"] * bool(condition)
    return (
        "SELECT coalesce(sum(twice.surplus), 0) FROM"
        f" (SELECT count(*) - 1 AS surplus FROM {table} WHERE {' AND '.join(wanted)}"
        f" GROUP BY {', '.join(columns)}) AS twice"
    )


def breaking(table: str, expression: str) -> str:
    """Rows for which a check is false: those for which it is NULL are let be."""
    return f"SELECT count(*) FROM {table} WHERE NOT ({expression})"


def failing(table: str, condition: str) -> str:
    """Rows for which a condition is true; "" for none."""
    return f"SELECT count(*) FROM {table} WHERE {condition}" if condition else ""


def orphans(table: str, columns: Sequence[str], parent: str, referenced: Sequence[str]) -> str:
    """Rows whose parent is missing; one with NULL in its key needs none. "" for unequal keys."""
    if len(columns) != len(referenced) or not columns:
        return ""
    pairs = tuple(zip(columns, referenced, strict=True))
    there = " AND ".join(f"child.{own} IS NOT NULL" for own in columns)
    same = " AND ".join(f"parent.{its} = child.{own}" for own, its in pairs)
    return (
        f"SELECT count(*) FROM {table} AS child WHERE {there}"
        f" AND NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE {same})"
    )


def key_of(schema: Schema, table: Identity) -> tuple[str, ...]:
    """The columns of a table's primary key, which a reference without columns means."""
    for each in schema.objects:
        if isinstance(each, PrimaryKey) and (each.schema, each.table) == (table.schema, table.name):
            return each.columns
    return ()
