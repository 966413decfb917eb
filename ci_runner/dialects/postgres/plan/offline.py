"""What PostgreSQL does only under a strong lock: say so, and what a person can do instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.postgres.kind import Statements, World
from ci_runner.dialects.postgres.plan.types import widens
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.volatile import VOLATILE
from ci_runner.schema.model import Check, Column

MOMENT = "holds ACCESS EXCLUSIVE for a moment"
REWRITES = "rewrites the table under ACCESS EXCLUSIVE"
_MAY_REWRITE = "holds ACCESS EXCLUSIVE; rewrites the table"
_NONE = "has no online form"
_STABLE = frozenset(
    """now transaction_timestamp statement_timestamp current_setting current_database
    current_schema date_trunc timezone to_date to_timestamp make_date make_interval lower upper
    concat jsonb_build_object jsonb_build_array json_build_object json_build_array""".split()
)
_NO_CALL = re.compile(r"'(?:[^']|'')*'|::[\w \"]+\([\d, -]+\)")
_CALL = re.compile(r"([a-z_]\w*)\(")
_SCALE = re.compile(r"numeric\(\d+,(-?\d+)\)")


def added(column: Column, short: Statements) -> Statements:
    """ADD COLUMN on a table with rows, and what to do instead where it blocks or fails."""
    add, *rest = short
    if add.hazards:
        blocks = any(each.startswith(REWRITES) for each in add.hazards)
        instead = f"{_NONE}; by hand: " if blocks else "by hand: "
        return (replace(add, hazards=(*add.hazards, f"{instead}{_instead(column)}")), *rest)
    if column.generated is not None:
        return (replace(add, hazards=(MOMENT,)), *rest)
    return short


def _instead(column: Column) -> str:
    if column.generated is not None:
        return "an ordinary column that a trigger keeps, rows filled in batches"
    if column.identity_kind:
        return "the column without it, rows filled in batches, then NOT NULL and the identity"
    if column.default is not None:
        return "the column without a default, then SET DEFAULT, then rows filled in batches"
    if column.not_null:
        return "the column without NOT NULL, rows filled in batches, then NOT NULL"
    return "a column of the domain's own type, rows filled in batches, then a check"


def of_default(default: str) -> tuple[str, ...]:
    """What a column with this default does to the rows that are there."""
    calls = set(_CALL.findall(_NO_CALL.sub("", default)))
    if calls & VOLATILE:
        return (REWRITES,)
    if calls - _STABLE:
        return (f"{REWRITES} if its default is volatile",)
    return ()


def excluded(short: Statements) -> Statements:
    """PostgreSQL builds no exclusion constraint concurrently, nor takes it over from an index."""
    add, *rest = short
    builds, fails = add.hazards
    return (replace(add, hazards=(builds, _NONE, fails)), *rest)


def retyped(new: Column, short: Statements) -> Statements:
    """ALTER COLUMN ... TYPE among the statements of a column's change, with what to do instead."""
    verb = f"ALTER COLUMN {quote(new.name)} TYPE "
    return tuple(
        replace(each, hazards=tuple(_advised(each.hazards))) if verb in each.sql else each
        for each in short
    )


def _advised(hazards: tuple[str, ...]) -> Iterator[str]:
    instead = "a column of the new type that a trigger keeps, rows filled in batches, then a switch"
    for each in hazards:
        yield each
        if each.startswith((REWRITES, _MAY_REWRITE)):
            yield f"{_NONE}; by hand: {instead}"


def of_type(old: Column, new: Column, world: World) -> str:
    """What another type does to the table."""
    if old.collation != new.collation or not _stored_alike(old.type, new.type):
        return f"{_MAY_REWRITE}, or reads it where both types store alike"
    dependents = world.dependents.get(old.identity, ())
    checked = any(isinstance(world.old.get(each), Check) for each in dependents)
    return "scans the table under ACCESS EXCLUSIVE for its checks" if checked else MOMENT


def _stored_alike(old: str, new: str) -> bool:
    """Longer text and more digits before the point change nothing in the rows."""
    if not widens(old, new):
        return False
    if old.startswith("numeric"):
        return new == "numeric" or _SCALE.findall(old) == _SCALE.findall(new)
    return old == "text" or old.startswith("character varying")
