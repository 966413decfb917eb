"""What a change asks of the rows that are there, with the query that finds those in its way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.mysql.plan.catalogue import Key
from ci_runner.dialects.mysql.plan.types import bounds, holds, length, values
from ci_runner.dialects.mysql.quote import mentions, quote
from ci_runner.schema.model import Check, Column, ForeignKey, PrimaryKey, Table

_CHECK = re.compile(r"CHECK \((?P<condition>.*)\)", re.DOTALL)
_PREFIX = re.compile(r"(?P<name>`(?:[^`]|``)*`)\((?P<length>\d+)\)")


def of_column(before: Column, after: Column) -> Iterator[str]:
    """Of a column that stays: NULL in it, and values that the new type does not hold."""
    where = f"{before.table}.{after.name}"
    name = quote(before.name)
    if after.not_null and not before.not_null and not after.generated_kind:
        yield f"Fails when {where} holds NULL: {_count(before.table)} WHERE {name} IS NULL"
    if after.generated_kind or holds(before, after):
        return
    condition = _too_much(before, after)
    if condition:
        query = f"{_count(before.table)} WHERE {condition}"
        yield f"Fails when {where} has no place for a value: {query}"
    else:
        yield f"Fails, or rounds, when {where} has no place for a value: it becomes {after.type}."


def _too_much(before: Column, after: Column) -> str:
    name = quote(before.name)
    if after.collation and before.collation and _narrows(before.collation, after.collation):
        alphabet = after.collation.partition("_")[0]
        return f"{name} <> CONVERT(CONVERT({name} USING {alphabet}) USING utf8mb4)"
    listed = values(after.type)
    if listed and after.type.startswith("enum"):
        kept = ", ".join(f"'{each}'" for each in listed)
        return f"{name} NOT IN ({kept})"
    range_ = bounds(after.type) if bounds(before.type) else None
    if range_:
        return f"{name} NOT BETWEEN {range_[0]} AND {range_[1]}"
    most = length(after.type)
    measure = "CHAR_LENGTH" if after.collation else "LENGTH"
    return f"{measure}({name}) > {most}" if most and length(before.type) > most else ""


def _narrows(before: str, after: str) -> bool:
    was, becomes = (each.partition("_")[0] for each in (before, after))
    return becomes not in {was, "utf8mb4"} and was != "ascii"


def of_key(new: Key, before: Table) -> Iterator[str]:
    """Of a unique key that is made: rows that are equal in it."""
    if not isinstance(new, PrimaryKey) and not new.unique:
        return
    if "WITHOUT OVERLAPS" in new.definition:
        yield f"Fails when rows of {new.table} overlap."
        return
    parts = [quote(each) for each in new.columns] if isinstance(new, PrimaryKey) else new.keys
    keys = [_PREFIX.sub(r"LEFT(\g<name>, \g<length>)", p.removesuffix(" DESC")) for p in parts]
    if not all(before.column(each) for each in _columns(parts)):
        yield f"Fails when rows of {new.table} are equal in {', '.join(parts)}."
        return
    set_ = "" if isinstance(new, PrimaryKey) else _all_set(keys)
    listed = ", ".join(keys)
    yield (
        f"Fails when rows of {new.table} are equal in {', '.join(parts)}: SELECT {listed}, count(*)"
        f" FROM {quote(new.table)}{set_} GROUP BY {listed} HAVING count(*) > 1"
    )


def _columns(parts: tuple[str, ...] | list[str]) -> Iterator[str]:
    for each in parts:
        if each.startswith("`"):
            yield each[1 : each.rindex("`")].replace("``", "`")


def _all_set(keys: list[str]) -> str:
    return f" WHERE {' AND '.join(f'{each} IS NOT NULL' for each in keys)}"


def of_check(new: Check, before: Table, after: Table) -> Iterator[str]:
    """Of a check that is made; the query only where it reads no column that comes with it."""
    found = _CHECK.fullmatch(new.definition)
    if found is None:  # NOT ENFORCED
        return
    said = f"Fails when a row of {new.table} violates {new.name}"
    fresh = (each.name.lower() for each in after.columns if before.column(each.name) is None)
    query = f": {_count(new.table)} WHERE NOT ({found['condition']})"
    yield said + ("." if mentions(found["condition"], fresh) else query)


def of_foreign_key(new: ForeignKey) -> Iterator[str]:
    pairs = " AND ".join(
        f"k.{quote(there)} = t.{quote(here)}"
        for here, there in zip(new.columns, new.referenced_columns, strict=True)
    )
    set_ = " AND ".join(f"t.{quote(each)} IS NOT NULL" for each in new.columns)
    elsewhere = f"{quote(new.references.schema)}." if new.references.schema else ""
    yield (
        f"Fails when rows of {new.table} have no parent: {_count(new.table)} t WHERE {set_}"
        f" AND NOT EXISTS (SELECT 1 FROM {elsewhere}{quote(new.references.name)} k WHERE {pairs})"
    )


def of_partitions(table: str) -> Iterator[str]:
    """Of ranges or lists that are made anew."""
    yield f"Fails when a row of {table} belongs to none of its partitions."


def _count(table: str) -> str:
    return f"SELECT count(*) FROM {quote(table)}"
