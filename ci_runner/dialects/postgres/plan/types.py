"""What a change of a column's type asks of the values that are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf

from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.frozen import frozen
from ci_runner.schema.model import Enum, Schema, Table
from ci_runner.schema.types import (
    BaseType,
    Cast,
    CompositeType,
    Domain,
    DomainConstraint,
    RangeType,
)

_INTEGERS = ("smallint", "integer", "bigint")
_VARYING = re.compile(r"character varying(?:\((\d+)\))?")
_NUMERIC = re.compile(r"numeric(?:\((\d+),(-?\d+)\))?")
_TYPMOD = re.compile(r"\([\d, -]*\)")

_STRINGS = frozenset({"text", "character varying", "character", "name"})
# Built-in types with casts among each other: \dC in psql.
_CASTS = (
    frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"}),
    frozenset({"boolean", "integer"}),
    frozenset({"bit", "bit varying"}),
    frozenset({"bit", "integer"}),
    frozenset({"bit", "bigint"}),
    frozenset({"date", "timestamp without time zone", "timestamp with time zone"}),
    frozenset({"time without time zone", "time with time zone"}),
    frozenset({"time without time zone", "interval"}),
    frozenset({"json", "jsonb"}),
    frozenset({"inet", "cidr"}),
    frozenset({"money", "numeric"}),
)
_CUT_BY_CASTS = (
    frozenset({"text", "character varying", "character"}),
    frozenset({"bit", "bit varying"}),
)
_FLOATS = ("real", "double precision")
_CLOCKS = (
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "interval",
)
# (from, to) that lose digits or parts, however precise both are.
_ROUNDED = frozenset(
    {
        *((each, "real") for each in ("integer", "bigint", "numeric", "double precision")),
        *((each, "double precision") for each in ("bigint", "numeric")),
        *((each, exact) for each in _FLOATS for exact in (*_INTEGERS, "numeric")),
        *((each, part) for each in _CLOCKS[2:4] for part in ("date", *_CLOCKS[:2])),
        *((each, _CLOCKS[0]) for each in ("interval", _CLOCKS[1])),
        ("integer", "boolean"),
        ("inet", "cidr"),
    }
)
_JSON = frozenset({"json", "jsonb"})


@frozen
class UserTypes:
    """The types that users made in one schema, as the server names the types of columns.

    `scalars` are read from text and written to it, `rows` have fields, `bases` says what a domain
    is made of, `checked` are domains that do not take every value of that, `casts` are (source,
    target). Types of extensions are not among them.
    """

    scalars: frozenset[str]
    rows: frozenset[str]
    bases: Mapping[str, str]
    checked: frozenset[str]
    fields: Mapping[str, CompositeType]
    casts: frozenset[tuple[str, str]]

    @staticmethod
    def of(schema: Schema) -> UserTypes:
        scalars = (
            *((each.schema, each.name) for each in schema.of_type(Enum)),
            *((each.schema, each.name) for each in schema.of_type(RangeType)),
            *((each.schema, each.name) for each in schema.of_type(BaseType)),
        )
        composites = {
            qualified(each.schema, each.name): each for each in schema.of_type(CompositeType)
        }
        tables = (qualified(each.schema, each.name) for each in schema.of_type(Table))
        checked = {qualified(each.schema, each.domain) for each in schema.of_type(DomainConstraint)}
        checked |= {
            qualified(each.schema, each.name) for each in schema.of_type(Domain) if each.not_null
        }
        return UserTypes(
            frozenset(qualified(*name) for name in scalars),
            frozenset((*composites, *tables)),
            {qualified(each.schema, each.name): each.type for each in schema.of_type(Domain)},
            frozenset(checked),
            composites,
            frozenset((each.source, each.target) for each in schema.of_type(Cast)),
        )

    def plain(self, kind: str) -> str:
        """What `kind`, or its elements, are behind domains."""
        while kind in self.bases:
            kind = self.bases[kind]
        if not kind.endswith("[]"):
            return kind
        element = self.plain(kind.removesuffix("[]"))
        return element if element.endswith("[]") else f"{element}[]"

    def depth(self, kind: str) -> int:
        """How many arrays there are in one another: those of domains over arrays count as well."""
        while kind in self.bases:
            kind = self.bases[kind]
        return 1 + self.depth(kind.removesuffix("[]")) if kind.endswith("[]") else 0

    def asks(self, kind: str) -> bool:
        """Whether a domain, or one that it is made of, refuses values or NULL."""
        while kind in self.bases:
            if kind in self.checked:
                return True
            kind = self.bases[kind]
        return False

    def has(self, kind: str) -> bool:
        return kind in self.scalars or kind in self.rows


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


def cast(expression: str, old: str, new: str, types: tuple[UserTypes, UserTypes]) -> str:
    """`expression` of type `old` as `new`, by way of text where no cast leads from one to other."""
    was, then = types
    source, target = was.plain(old), then.plain(new)
    before, after = (_TYPMOD.sub("", each).removesuffix("[]") for each in (source, target))
    if (source, target) in was.casts & then.casts:
        return f"{expression}::{new}"
    if before in was.rows and target in _JSON:
        return f"to_{target}({expression})" + (f"::{new}" if new != target else "")
    if source in _JSON and target in then.rows:
        return f"{source}_populate_record(NULL::{target}, {expression})"
    if source in was.fields and target in then.fields:
        old_row, new_row = was.fields[source], then.fields[target]
        names = {each.name for each in old_row.attributes}
        if names == {each.name for each in new_row.attributes}:
            row = _row(expression, old_row, new_row, types)
            return row if new == target else f"{row}::{new}"
    alike = _depth(source) == _depth(target)
    bare = {_TYPMOD.sub("", each) for each in (source, target)}
    strings = bare & _STRINGS or (alike and {before, after} & _STRINGS)
    related = any({before, after} <= group for group in _CASTS) and alike
    ours = was.has(before) or then.has(after)
    built_in = "." not in before and "." not in after
    if not strings and (
        ours or (built_in and not alike) or (built_in and not related and before != after)
    ):
        return f"{expression}::text::{new}"
    return f"{expression}::{new}"


def has_cast(old: str, new: str, types: tuple[UserTypes, UserTypes]) -> bool:
    """Whether `cast` is sure to be taken: of types of extensions nobody here knows the casts."""
    was, then = types
    ends = was.plain(old).removesuffix("[]"), then.plain(new).removesuffix("[]")
    bare = [_TYPMOD.sub("", each) for each in ends]
    known = "." not in bare[0] or was.has(bare[0]), "." not in bare[1] or then.has(bare[1])
    return all(known) or not _STRINGS.isdisjoint(bare)


def assigns(old: str, new: str, types: tuple[UserTypes, UserTypes]) -> bool:
    """Whether the server converts without a USING, and then refuses what a cast would cut off."""
    was, then = types
    source, target = was.plain(old), then.plain(new)
    before, after = (_TYPMOD.sub("", each).removesuffix("[]") for each in (source, target))
    return was.depth(old) == then.depth(new) and any(
        {before, after} <= group for group in _CUT_BY_CASTS
    )


def rounds(old: str, new: str) -> bool:
    """Whether a cast among built-in types gives up digits or parts of values without an error."""
    before, after = (_TYPMOD.sub("", each).removesuffix("[]") for each in (old, new))
    if after == "numeric" and before in (*_INTEGERS, "numeric"):
        return _scale(new) < _scale(old)
    if after in _INTEGERS and before == "numeric":
        return _scale(old) > 0
    if before == after:
        return before in _CLOCKS and _precision(new) < _precision(old)
    return (before, after) in _ROUNDED


def _scale(kind: str) -> float:
    """Digits behind the point."""
    found = _NUMERIC.fullmatch(kind.removesuffix("[]"))
    if found is None:
        return 0
    return int(found[2]) if found[2] is not None else inf


def _precision(kind: str) -> int:
    """Digits of the fraction of a second."""
    found = re.search(r"\((\d)\)", kind)
    return int(found[1]) if found else 6


def moved(expression: str, kind: str, types: tuple[UserTypes, UserTypes]) -> str:
    """`expression` of a type as the type of the same name that took its place."""
    was, then = types
    source, target = was.plain(kind), then.plain(kind)
    if source != target:
        return cast(expression, source, kind, types)
    if source in was.fields and target in then.fields:
        row = _row(expression, was.fields[source], then.fields[target], types)
        return row if kind == target else f"{row}::{kind}"
    element = source.removesuffix("[]")
    rows = was.fields.get(element), then.fields.get(element)
    if rows[0] and rows[1] and not same_fields(rows[0], rows[1]):
        return _by_hand(expression, kind)
    if was.has(element):
        return f"{expression}::text::{kind}"
    return f"{expression}::{kind}"


def same_fields(old: CompositeType, new: CompositeType) -> bool:
    """Whether the text of a row of the one reads as a row of the other."""
    return [each.name for each in old.attributes] == [each.name for each in new.attributes]


def _by_hand(expression: str, kind: str) -> str:
    """An array is taken apart by a subquery only, which USING may not have: rows make it fail."""
    said = literal("rows in arrays must be moved by hand: ")
    return (
        f"CASE WHEN cardinality({expression}) = 0 THEN '{{}}'"
        f" WHEN {expression} IS DISTINCT FROM NULL THEN ({said} || {expression}::text)::{kind} END"
    )


def _row(
    expression: str, old: CompositeType, new: CompositeType, types: tuple[UserTypes, UserTypes]
) -> str:
    """Field by field, by name; a row of NULLs is not NULL."""
    kinds = {each.name: each.type for each in old.attributes}
    was, _ = types

    def field(name: str, kind: str) -> str:
        if name not in kinds:
            return "NULL"
        value = f"({expression}).{quote(name)}"
        if kinds[name] != kind:
            return cast(value, kinds[name], kind, types)
        known = was.has(was.plain(kind).removesuffix("[]"))
        return moved(value, kind, types) if known else value

    fields = ", ".join(field(each.name, each.type) for each in new.attributes)
    row = f"ROW({fields})::{qualified(new.schema, new.name)}"
    return f"CASE WHEN {expression} IS DISTINCT FROM NULL THEN {row} END"


def _depth(kind: str) -> bool:
    return kind.endswith("[]")
