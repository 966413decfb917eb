"""What PostgreSQL does only under a strong lock: say so, and what a person can do instead."""

from __future__ import annotations

import re
from dataclasses import replace

from ci_runner.dialects.postgres.kind import Statements
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.types import widens
from ci_runner.schema.model import Column

MOMENT = "holds ACCESS EXCLUSIVE for a moment"
_REWRITES = "rewrites the table under ACCESS EXCLUSIVE"
_NONE = "has no online form"
# As PostgreSQL's own catalogue and its extensions have them; other functions are not known here.
VOLATILE = frozenset(
    """random clock_timestamp timeofday nextval gen_random_uuid uuid uuid_generate_v1
    uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7""".split()
)
_STABLE = frozenset(
    """now transaction_timestamp statement_timestamp current_setting current_database
    current_schema date_trunc timezone to_date to_timestamp make_date make_interval lower upper
    concat jsonb_build_object jsonb_build_array json_build_object json_build_array""".split()
)
_NO_CALL = re.compile(r"'(?:[^']|'')*'|::[\w \"]+\([\d, -]+\)")
_CALL = re.compile(r"([a-z_]\w*)\(")
_SCALE = re.compile(r"numeric\(\d+,(-?\d+)\)")


def added(column: Column, short: Statements) -> Statements:
    """ADD COLUMN on a table with rows."""
    add, *rest = short
    return (replace(add, hazards=_of_new(column)), *rest)


def _of_new(column: Column) -> tuple[str, ...]:
    if column.generated is not None:
        if column.generated_kind != "stored":
            return (MOMENT,)
        return _rewrites("an ordinary column that a trigger keeps, rows filled in batches")
    if column.identity_kind:
        return _rewrites(
            "the column without it, rows filled in batches, then NOT NULL and the identity"
        )
    if column.default is not None:
        return _of_default(column.default)
    if column.not_null:
        rows = f"SELECT count(*) FROM {qualified(column.schema, column.table)}"
        instead = "the column without NOT NULL, rows filled in batches, then NOT NULL"
        return (f"fails if the table has rows: {rows}", f"by hand: {instead}")
    return ()


def _of_default(default: str) -> tuple[str, ...]:
    calls = set(_CALL.findall(_NO_CALL.sub("", default)))
    instead = "the column without a default, then SET DEFAULT, then rows filled in batches"
    if calls & VOLATILE:
        return _rewrites(instead)
    if calls - _STABLE:
        return (f"{_REWRITES} if its default is volatile; by hand then: {instead}",)
    return ()


def _rewrites(instead: str) -> tuple[str, ...]:
    return (_REWRITES, f"{_NONE}; by hand: {instead}")


def retyped(old: Column, new: Column, short: Statements) -> Statements:
    """ALTER COLUMN ... TYPE among the statements of a column's change."""
    verb = f"ALTER COLUMN {quote(new.name)} TYPE "
    return tuple(
        replace(each, hazards=(*_of_type(old, new), *_of_values(each.hazards)))
        if verb in each.sql
        else each
        for each in short
    )


def _of_type(old: Column, new: Column) -> tuple[str, ...]:
    if old.collation == new.collation and _stored_alike(old.type, new.type):
        return (MOMENT,)
    instead = "a column of the new type that a trigger keeps, rows filled in batches, then a switch"
    return (
        "holds ACCESS EXCLUSIVE; rewrites the table unless both types store alike",
        f"{_NONE}; by hand: {instead}",
    )


def _stored_alike(old: str, new: str) -> bool:
    """Longer text and more digits before the point change nothing in the rows."""
    if not widens(old, new):
        return False
    if old.startswith("numeric"):
        return new == "numeric" or _SCALE.findall(old) == _SCALE.findall(new)
    return old == "text" or old.startswith("character varying")


def _of_values(hazards: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in hazards if each.startswith(("fails ", "rounds ")))
