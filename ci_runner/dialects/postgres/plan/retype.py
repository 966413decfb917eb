"""Give a column another type: how its values get there and back, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.plan.offline import of_type
from ci_runner.dialects.postgres.plan.types import assigns, cast, has_cast, rounds, widens
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import Column

_LENGTH = re.compile(r"(character|character varying|bit|bit varying)\((\d+)\)(?:\[\])*")


def another_type(old: Column, new: Column, world: World) -> Iterator[PlannedStatement]:
    """ALTER COLUMN ... TYPE with its way back."""
    lost = _rounded(old, new, world)
    leads_back = has_cast(new.type, old.type, world.mirrored.types) or _is_foreign(new, world)
    undo = _sql(new, old, world.mirrored) if leads_back and not lost else None
    hazards = of_type(old, new, world), *_at_risk(old, new, world)
    yield PlannedStatement(
        _sql(old, new, world),
        f"Change the type of {new.identity} from {old.type} to {new.type}",
        new.identity,
        destructive=bool(lost),
        undo=undo,
        hazards=() if _is_foreign(new, world) else hazards,
        undo_hazards=_at_risk(new, old, world.mirrored) if undo else _reason(lost),
    )


def _reason(lost: tuple[str, ...]) -> tuple[str, ...]:
    return () if lost else ("whether a cast leads back is not known",)


def _sql(old: Column, new: Column, world: World) -> str:
    """Without COLLATE the column takes the collation of its type."""
    table, name = qualified(new.schema, new.table), quote(new.name)
    collate = f" COLLATE {new.collation}" if new.collation else ""
    return f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {new.type}{collate}" + _using(
        old, new, world
    )


def _using(old: Column, new: Column, world: World) -> str:
    """The rows of a foreign table are not ours to convert."""
    found = value(old, new, world)
    return "" if _is_foreign(new, world) or found == quote(new.name) else f" USING {found}"


def value(old: Column, new: Column, world: World) -> str:
    """The column, as an assignment to the new type takes it."""
    name = quote(old.name)
    if _grows(old, new, world) or assigns(old.type, new.type, world.types):
        return name
    return cast(name, old.type, new.type, world.types)


def _is_foreign(column: Column, world: World) -> bool:
    table = world.new.table(column.schema, column.table)
    return table is not None and bool(table.server)


def _grows(old: Column, new: Column, world: World) -> bool:
    """A domain takes every value of its type where it asks nothing of it."""
    was, then = world.types
    alike = not then.asks(new.type) and was.depth(old.type) == then.depth(new.type)
    grows = alike and widens(was.plain(old.type), then.plain(new.type))
    return old.type == new.type or grows


def _at_risk(old: Column, new: Column, world: World) -> tuple[str, ...]:
    """What can happen to values, with the query that finds them, or fails on the first."""
    if _is_foreign(new, world) or _grows(old, new, world):
        return ()
    _, then = world.types
    table, name = qualified(new.schema, new.table), quote(new.name)
    if assigns(old.type, new.type, world.types):
        found = [*_too_long(new, then.plain(new.type))]
        if not then.asks(new.type):
            return tuple(found)
    else:
        found = [*_rounded(old, new, world)]
    value = cast(name, old.type, new.type, world.types)
    return (*found, f"fails if a value does not fit: SELECT count({value}) FROM {table}")


def _too_long(column: Column, kind: str) -> Iterator[str]:
    """Spaces at the end of a string are cut, as the SQL standard has it."""
    limit = _LENGTH.fullmatch(kind)
    if limit is None:
        return
    name, value = quote(column.name), "value" if kind.endswith("[]") else quote(column.name)
    bits, exact = limit[1].startswith("bit"), limit[1] == "bit"
    length = f"length({value})" if bits else f"length(rtrim({value}::text))"
    condition = f"{length} {'<>' if exact else '>'} {limit[2]}"
    if kind.endswith("[]"):
        condition = f"EXISTS (SELECT FROM unnest({name}) value WHERE {condition})"
    table = qualified(column.schema, column.table)
    what = "has another length" if exact else f"is longer than {limit[2]}"
    yield f"fails if a value {what}: SELECT count(*) FROM {table} WHERE {condition}"


def _rounded(old: Column, new: Column, world: World) -> tuple[str, ...]:
    was, then = world.types
    if _is_foreign(new, world) or not rounds(was.plain(old.type), then.plain(new.type)):
        return ()
    value = cast(quote(new.name), old.type, new.type, world.types)
    back = cast(f"({value})", new.type, old.type, world.mirrored.types)
    table = qualified(new.schema, new.table)
    query = f"SELECT count(*) FROM {table} WHERE {quote(new.name)} IS DISTINCT FROM {back}"
    return (f"rounds or cuts values: {query}",)
