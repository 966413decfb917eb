"""Queries that a reviewer can run on the real database before a change does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ci_runner.dialects.operations import Target
from ci_runner.schema.model import ForeignKey

_PLAIN = re.compile(r"(?:[a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*")


def plain(*names: object) -> bool:
    """Whether the names can stand in SQL as they are."""
    return all(_PLAIN.fullmatch(str(each)) for each in names)


def twice(table: Target, columns: Sequence[str]) -> str:
    """What is there more than once; "" where names would have to be quoted."""
    keys = ", ".join(columns)
    query = f"SELECT {keys} FROM {table} GROUP BY {keys} HAVING count(*) > 1;"
    return query if plain(table, *columns) else ""


def nulls(table: Target, column: str) -> str:
    """How many rows have no value; "" likewise."""
    query = f"SELECT count(*) FROM {table} WHERE {column} IS NULL;"
    return query if plain(table, column) else ""


def orphans(table: Target, key: ForeignKey) -> str:
    """How many rows have no parent; "" likewise."""
    parent = key.references.name
    pairs = tuple(zip(key.columns, key.referenced_columns, strict=False))
    if not pairs or not plain(table, parent, *key.columns, *key.referenced_columns):
        return ""
    known = " AND ".join(f"c.{column} IS NOT NULL" for column in key.columns)
    same = " AND ".join(f"p.{theirs} = c.{ours}" for ours, theirs in pairs)
    schema = f"{key.references.schema}." if table.schema else ""
    return (
        f"SELECT count(*) FROM {table} AS c WHERE {known} AND NOT EXISTS"
        f" (SELECT 1 FROM {schema}{parent} AS p WHERE {same});"
    )
