"""Make a type anew under its name while the columns that are made of it keep their values.

The old type is set aside under another name, the new one is made, each column moves over, and the
old one is cleared away. Where that cannot be, because the server lets nobody rename the functions
that come with a type, columns hold text in between. The same serves for collations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import count

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import TYPE_KINDS, Statements, World, made_again
from ci_runner.dialects.postgres.plan.types import assigns, cast, moved, rounds, same_fields
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.schema.model import Column, Enum, Identity, SchemaObject
from ci_runner.schema.types import CompositeType, Domain, DomainConstraint, RangeType

# What may be set aside, as ALTER and DROP call it.
_WORDS = {
    "enum": "TYPE",
    "domain": "DOMAIN",
    "composite type": "TYPE",
    "collation": "COLLATION",
}


def moves(
    before: SchemaObject, after: SchemaObject, needed: SchemaObject, again: SchemaObject | None
) -> bool:
    """Whether a column is made of `needed`, then of that made `again`, and has values to keep."""
    return (
        isinstance(before, Column)
        and before.generated is None
        and made_of(before, needed)
        and (made_of(after, needed) or made_of(after, again))
    )


def made_of(each: SchemaObject, needed: SchemaObject | None) -> bool:
    """Whether it is a column of that type, or of arrays of it, or with that collation."""
    if not isinstance(each, Column) or needed is None:
        return False
    name = qualified(needed.identity.schema, needed.identity.name)
    if needed.identity.kind == "collation":
        return each.collation == name
    element = each.type.removesuffix("[]")
    if isinstance(needed, RangeType) and element == qualified(*needed.multirange):
        return True
    return needed.identity.kind in TYPE_KINDS and element == name


def beneath(
    several: Collection[Identity],
    drops: Collection[Identity],
    creates: Collection[Identity],
    world: World,
) -> set[Identity]:
    """`several` and whatever they are made of, as far as that is made again."""
    found: set[Identity] = set()
    pending = list(several)
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            needed = world.needs.get(each, ())
            pending += (one for one in needed if one in drops and one in creates)
    return found


def columns(of: Identity, world: World) -> Iterator[tuple[Column, Column]]:
    """Columns, before and after, that are made of a type and stay so, by way of others too."""
    for before, needed in _users(of, world):
        after = world.new.get(before.identity)
        if isinstance(after, Column) and _stays(before, needed, world):
            yield before, after


def leaving(of: Identity, world: World) -> Iterator[tuple[Identity, Identity]]:
    """(column, what it was made of) where that is the type, or made of it, and no more so."""
    for before, needed in _users(of, world):
        if not _stays(before, needed, world):
            yield before.identity, needed


def _stays(column: Column, needed: Identity, world: World) -> bool:
    return (column.identity, needed) in world.new.dependencies


def _users(of: Identity, world: World) -> Iterator[tuple[Column, Identity]]:
    """Columns of the old schema, each with what of the type they are made of."""
    seen = {of}
    pending = [of]
    while pending:
        needed = pending.pop()
        for dependent in world.dependents.get(needed, ()):
            before = world.old.get(dependent)
            if dependent in seen:
                continue
            seen.add(dependent)
            if isinstance(before, Column):
                yield before, needed
            elif before is not None and dependent.kind in _WORDS.keys() | {"range type"}:
                pending.append(dependent)


def aside(each: Identity, world: World) -> str:
    """A name that nothing of its kind has, within the 63 bytes that the server keeps of one."""
    stem = each.name.encode()[:55].decode(errors="ignore")
    taken = {
        one.identity.name
        for side in (world.old, world.new)
        for one in side.objects
        if one.identity.schema == each.schema
    }
    names = (f"{stem}__old{number or ''}" for number in count())
    return next(name for name in names if name not in taken)


def set_aside(old: SchemaObject, world: World) -> Statements:
    identity = old.identity
    word, other = _WORDS[identity.kind], aside(identity, world)
    name, away = qualified(identity.schema, identity.name), qualified(identity.schema, other)
    return (
        PlannedStatement(
            f"ALTER {word} {name} RENAME TO {quote(other)}",
            f"Set the old {identity} aside",
            identity,
            undo=f"ALTER {word} {away} RENAME TO {quote(identity.name)}",
        ),
    )


def clear(old: SchemaObject, world: World, again: Statements) -> Statements:
    """`again` makes the old one, under its own name."""
    identity = old.identity
    return (
        PlannedStatement(
            f"DROP {_WORDS[identity.kind]} {qualified(identity.schema, aside(identity, world))}",
            f"Drop the old {identity}",
            identity,
            undo=made_again(again),
        ),
    )


def _at(column: Column) -> str:
    return f"ALTER TABLE {qualified(column.schema, column.table)} ALTER COLUMN {quote(column.name)}"


_REWRITES = "rewrites the table under ACCESS EXCLUSIVE"


def as_text(old: Column, world: World) -> Statements:
    """The column holds text, for a while."""
    _, hazards = _at_risk(old, world.mirrored)
    return (
        PlannedStatement(
            _to_text(old),
            f"Keep the values of {old.identity} as text",
            old.identity,
            undo=_from_text(old, world.mirrored),
            hazards=(_REWRITES,),
            undo_hazards=(*hazards, _REWRITES),
        ),
    )


def move(old: Column, new: Column, world: World) -> Statements:
    """The column goes over to what took the place of its type or collation."""
    lost, hazards = _at_risk(new, world)
    _, fails = _at_risk(old, world.mirrored)
    sql, undo = _moved(new, world), _moved(old, world.mirrored)
    is_domain = world.types[1].plain(new.type) != new.type
    alike = ", or reads it where both types store alike" if is_domain or new.collation else ""
    rewrites = f"{_REWRITES}{alike}"
    if new.identity in world.as_text:
        sql, undo, fails = _from_text(new, world), _to_text(new), ()
    return (
        PlannedStatement(
            sql,
            f"Move {new.identity} to the new {'collation' if new.collation else new.type}",
            new.identity,
            destructive=lost,
            undo=None if lost else undo,
            hazards=(*hazards, rewrites),
            undo_hazards=() if lost else (*fails, rewrites),
        ),
    )


def _to_text(column: Column) -> str:
    return f"{_at(column)} TYPE text USING {quote(column.name)}::text"


def _from_text(column: Column, world: World) -> str:
    value = cast(quote(column.name), "text", column.type, world.types)
    return f"{_at(column)} TYPE {column.type} USING {value}"


def _moved(column: Column, world: World) -> str:
    if column.collation is not None:
        return f"{_at(column)} TYPE {column.type} COLLATE {column.collation}"
    to = f"{_at(column)} TYPE {column.type}"
    was, then = (types.plain(column.type) for types in world.types)
    if was != then and assigns(column.type, column.type, world.types):
        return to
    return f"{to} USING {moved(quote(column.name), column.type, world.types)}"


def _at_risk(column: Column, world: World) -> tuple[bool, tuple[str, ...]]:
    """Whether data is lost in the move, and what else can happen to it."""
    element = column.type.removesuffix("[]")
    for needed in sorted(world.needs.get(column.identity, ())):
        before, after = world.old.get(needed), world.new.get(needed)
        if before is None or element != qualified(needed.schema, needed.name):
            continue
        match before, after:
            case Enum(), Enum():
                return False, tuple(_removed(column, before, after))
            case CompositeType(), CompositeType():
                return _lost(column, before, after)
            case Domain(), Domain() if rounds(*(each.plain(column.type) for each in world.types)):
                return True, ("rounds or cuts values", "fails if a value does not fit")
            case ((Domain() | RangeType()), (Domain() | RangeType())) if before != after:
                return False, ("fails if a value does not fit",)
    return False, ()


def _removed(column: Column, before: Enum, after: Enum) -> Iterator[str]:
    gone = [value for value in before.values if value not in after.values]
    if gone:
        values, name = ", ".join(map(literal, gone)), quote(column.name)
        holds = f"{name}::text IN ({values})"
        if column.type.endswith("[]"):
            holds = f"{name}::text[] && ARRAY[{values}]"
        table = qualified(column.schema, column.table)
        yield (
            f"rows that hold {', '.join(gone)} make it fail:"
            f" SELECT count(*) FROM {table} WHERE {holds}"
        )


def _lost(
    column: Column, before: CompositeType, after: CompositeType
) -> tuple[bool, tuple[str, ...]]:
    if column.type.endswith("[]") and not same_fields(before, after):
        table, name = qualified(column.schema, column.table), quote(column.name)
        query = f"SELECT count(*) FROM {table} WHERE cardinality({name}) > 0"
        return False, (f"fails if an array holds a row: {query}",)
    kept = {each.name for each in after.attributes}
    gone = [each.name for each in before.attributes if each.name not in kept]
    lost = tuple(f"the values of attribute {name} are lost" for name in gone)
    return bool(gone), (*lost, "fails if a value does not fit")


def _is_of(kind: str, domain: Identity, world: World) -> bool:
    """Whether a column's type is a domain or made of it, and not something that contains it."""
    name, bases = qualified(domain.schema, domain.name), world.types[0].bases
    while kind != name and kind in bases:
        kind = bases[kind]
    return kind == name


def checked(old: SchemaObject | None, new: SchemaObject) -> Identity | None:
    """The type whose columns the server looks at before it lets this change happen."""
    match old, new:
        case CompositeType(), CompositeType():
            after = {each.name: (each.type, each.collation) for each in new.attributes}
            before = {each.name: (each.type, each.collation) for each in old.attributes}
            same = all(before[name] == after[name] for name in before.keys() & after.keys())
            return None if same else new.identity
        case Domain(not_null=False), Domain(not_null=True):
            return new.identity
        case ((None | DomainConstraint(valid=False)), DomainConstraint(valid=True)):
            return new.on
        case _:
            return None


def refused(news: Iterable[SchemaObject], world: World) -> Iterator[Identity]:
    """Domains that would ask more, which the server refuses under what contains them.

    It looks through columns of the domain only: validateDomainConstraint in typecmds.c.
    """
    for new in news:
        domain = checked(world.old.get(new.identity), new)
        if domain is None or domain.kind != "domain":
            continue
        held = (before.type for before, _ in columns(domain, world))
        if any(not _is_of(kind, domain, world) for kind in held):
            yield domain


def counts(of: Identity, world: World, condition: Callable[[str], str]) -> Iterator[str]:
    """Queries that find the rows in the way of a domain: `condition` is SQL over a value."""
    for _, column in columns(of, world):
        if _is_of(column.type, of, world):
            table = qualified(column.schema, column.table)
            yield f"SELECT count(*) FROM {table} WHERE {condition(quote(column.name))}"
