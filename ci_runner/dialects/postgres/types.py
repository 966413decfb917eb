"""What a change of a column's type asks of the values that are there."""

from __future__ import annotations

import re
from collections.abc import Container

_INTEGERS = ("smallint", "integer", "bigint")
_VARYING = re.compile(r"character varying(?:\((\d+)\))?")
_NUMERIC = re.compile(r"numeric(?:\((\d+),(-?\d+)\))?")
_TYPMOD = re.compile(r"\([\d, -]*\)")

_STRINGS = frozenset({"text", "character varying", "character", "name"})
# Built-in types with casts among each other: \dC in psql.
_CASTS = (
    frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"}),
    frozenset({"boolean", "integer"}),
    frozenset({"bit", "bit varying", "integer"}),
    frozenset({"bit", "bit varying", "bigint"}),
    frozenset({"date", "timestamp without time zone", "timestamp with time zone"}),
    frozenset({"time without time zone", "time with time zone"}),
    frozenset({"time without time zone", "interval"}),
    frozenset({"json", "jsonb"}),
    frozenset({"inet", "cidr"}),
    frozenset({"money", "numeric"}),
)


def widens(old: str, new: str) -> bool:
    """Whether every value of `old` is a value of `new`, by an implicit cast."""
    if old == new:
        return True
    if old in _INTEGERS:
        if new in _INTEGERS:
            return _INTEGERS.index(old) < _INTEGERS.index(new)
        return new == "numeric"
    if _VARYING.fullmatch(old):
        return new == "text" or _at_least(_VARYING, old, new)
    if _NUMERIC.fullmatch(old):
        return _at_least(_NUMERIC, old, new)
    return (old, new) in {("real", "double precision"), ("text", "character varying")}


def _at_least(pattern: re.Pattern[str], old: str, new: str) -> bool:
    """Whether `new` has no limit, or holds as many digits on both sides of the point."""
    before, after = pattern.fullmatch(old), pattern.fullmatch(new)
    if before is None or after is None:
        return False
    if after[1] is None:
        return True
    if before[1] is None:
        return False
    if pattern is _VARYING:
        return int(before[1]) <= int(after[1])
    whole = int(before[1]) - int(before[2]) <= int(after[1]) - int(after[2])
    return whole and int(before[2]) <= int(after[2])


def family(kind: str) -> str:
    """Types of one family compare with each other, so that a foreign key survives the change."""
    if kind in _INTEGERS or _NUMERIC.fullmatch(kind):
        return "number"
    if kind == "text" or _VARYING.fullmatch(kind):
        return "text"
    return _TYPMOD.sub("", kind)


def cast(expression: str, old: str, new: str, enums: Container[str]) -> str:
    """`expression` of type `old` as `new`, by way of text where no cast leads from one to other.

    `enums` are the names of enum types; of other types that users made we do not know.
    """
    before, after = (_TYPMOD.sub("", each).removesuffix("[]") for each in (old, new))
    both_enums = before in enums and after in enums
    # Any type can be read from a string and written as one, but an array of strings is none.
    string = {_TYPMOD.sub("", each) for each in (old, new)} & _STRINGS
    alike = before == after or {before, after} & _STRINGS
    related = alike or any({before, after} <= group for group in _CASTS)
    built_in = "." not in old and "." not in new
    direct = string or (related and _depth(old) == _depth(new))
    if both_enums or (built_in and not direct):
        return f"{expression}::text::{new}"
    return f"{expression}::{new}"


def _depth(kind: str) -> bool:
    return kind.endswith("[]")
