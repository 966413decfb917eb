"""Carry out what users declared to be renames, on a database, and read what that makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace

from ci_runner.dialects.base import Connection, Dialect, PlannedStatement, StatementFailed
from ci_runner.errors import UsageError
from ci_runner.frozen import frozen
from ci_runner.pipeline.declared import Declared, Name
from ci_runner.schema.access import Grant
from ci_runner.schema.model import Enum, Identity, Namespace, Schema, SchemaObject, Table
from ci_runner.schema.model import Sequence as Numbers
from ci_runner.schema.select import FAMILIES

Pairs = Mapping[Identity, Identity]
_VALUES = {"value", "enum value"}
_LONGEST = 63


@frozen
class Renamed:
    """`statements` that rename, and the `schema` behind them as the server reads it."""

    statements: tuple[PlannedStatement, ...]
    schema: Schema


def renamed(
    connection: Connection,
    dialect: Dialect,
    old: Schema,
    goal: Schema,
    declared: Sequence[Declared],
) -> Renamed:
    """Run the declared renames on the database that has the schema `old`, look, and take them back.

    Raises UsageError for what can't be renamed.
    """
    pairs = resolved(dialect, old, goal, declared)
    if not pairs:
        return Renamed((), old)
    statements = tuple(_statements(dialect, old, goal, pairs))
    if not statements:
        return Renamed((), old)
    statements = (*dialect.before_renames(old), *statements)
    with _taken_back(connection, dialect) as ran:
        _run(connection, statements, ran)
        schema = dialect.inspect(connection)
        owned = tuple(_ordered(dialect, dict(_owned(schema, goal))))
        if owned:
            _run(connection, owned, ran)
            schema = dialect.inspect(connection)
    return Renamed((*statements, *owned), schema)


@contextmanager
def _taken_back(connection: Connection, dialect: Dialect) -> Iterator[list[PlannedStatement]]:
    """What the block runs is undone behind it: rolled back, or where DDL commits, by its undo."""
    ran: list[PlannedStatement] = []
    if dialect.transactional_ddl:
        connection.execute("BEGIN")
    try:
        yield ran
    finally:
        if dialect.transactional_ddl:
            connection.execute("ROLLBACK")
        else:
            for each in reversed(ran):
                connection.execute(each.undo or "")


def _run(
    connection: Connection, statements: Iterable[PlannedStatement], ran: list[PlannedStatement]
) -> None:
    for each in statements:
        try:
            connection.execute(each.sql)
            ran.append(each)
        except StatementFailed as refused:
            raise UsageError(
                "a declared rename does not run",
                where=each.sql,
                said=str(refused.failure),
                next_step="correct it, or make the change in two steps",
            ) from refused


def _owned(schema: Schema, goal: Schema) -> Iterator[tuple[Identity, Identity]]:
    """Sequences that go by another name on the same column: their next value must not be lost."""
    wanted = {each.owned_by: each for each in goal.of_type(Numbers) if each.owned_by}
    for each in schema.of_type(Numbers):
        new = wanted.get(each.owned_by) if each.owned_by else None
        if new is None or new.identity == each.identity:
            continue
        if goal.get(each.identity) is None and schema.get(new.identity) is None:
            yield each.identity, new.identity


def resolved(
    dialect: Dialect, old: Schema, goal: Schema, declared: Sequence[Declared]
) -> dict[Identity, Identity]:
    """The renames that are still to be made. Raises UsageError for what fits neither side."""
    renames = [each for each in declared if each.verb == "rename"]
    if all(isinstance(each, Namespace | Grant) for each in old.objects):
        return {}  # nothing is there yet, under any name
    found: dict[Identity, Identity] = {}
    wanted: dict[Identity, Declared] = {}
    places: dict[tuple[str, str], Identity] = {}
    arrived = {part for each in renames for part in each.new.parts}
    told = [(each, _source(dialect, old, goal, each, arrived)) for each in renames]
    for each, source in sorted(told, key=_depth):
        if source is None:
            continue
        target = _target(dialect, goal, each, source, places)
        if not source.parent:
            places[source.schema, source.name] = target
        if target == source:
            continue
        if source in found or target in wanted:
            raise UsageError(
                f"two renames speak of {source if source in found else target}",
                where=each.where,
                next_step="leave one of them",
            )
        found[source], wanted[target] = target, each
    for circle in _circles(found):
        by_flag = any(wanted[found[each]].where.startswith("--") for each in circle)
        if not by_flag and _fits(old, goal, circle, {}) >= _fits(old, goal, circle, found):
            found = {source: found[source] for source in found if source not in circle}
    for source, target in tuple(found.items()):
        if target in found or not _has(old, target):
            continue
        if _has(goal, source):
            del found[source]  # both names are on both sides
            continue
        raise UsageError(
            f"{source} can't be renamed to {target.qualified}: both are there",
            where=wanted[target].where,
            next_step="remove the rename where it is old, or drop one of the two first",
        )
    return found


def _circles(pairs: Pairs) -> Iterator[frozenset[Identity]]:
    """Names that are swapped, or passed on all around."""
    seen: set[Identity] = set()
    for start in pairs:
        walked: list[Identity] = []
        each = start
        while each in pairs and each not in seen:
            seen.add(each)
            walked.append(each)
            each = pairs[each]
        if walked and each == start:
            yield frozenset(walked)


def _fits(old: Schema, goal: Schema, circle: frozenset[Identity], pairs: Pairs) -> int:
    """How much the objects of a circle are as the goal has them under their names in `pairs`.

    Both names are on both sides before and after: only this tells whether it has been gone around.
    """
    return sum(
        len(_traits(old.get(each)) & _traits(goal.get(pairs.get(each, each)))) for each in circle
    )


def _traits(each: SchemaObject | None) -> frozenset[object]:
    """What an object is, apart from its name."""
    if isinstance(each, Table):
        return frozenset((column.name, column.type) for column in each.columns)
    if each is None:
        return frozenset()
    named = {"schema", "table", "name", "comment"}
    return frozenset(
        (one.name, getattr(each, one.name)) for one in fields(each) if one.name not in named
    )


def dropped(dialect: Dialect, old: Schema, declared: Sequence[Declared]) -> frozenset[Identity]:
    """What users said is no rename. What is gone already needs no saying, and is no error."""
    return frozenset(
        identity
        for each in declared
        if each.verb == "drop"
        for identity in _matching(dialect, old, each.kind, each.old, {dialect.default_schema})
    )


def _depth(told: tuple[Declared, Identity | None]) -> int:
    """Schemas first, then what is in them, then what lives on that: by its new name."""
    _, source = told
    return 0 if source is None or source.kind == "schema" else 2 if source.parent else 1


def _source(
    dialect: Dialect, old: Schema, goal: Schema, each: Declared, arrived: set[str]
) -> Identity | None:
    """What is renamed; None when it bears the new name on both sides.

    `arrived` is in all new names: the table or schema that holds it may have been renamed itself.
    """
    found = _matching(dialect, old, each.kind, each.old, {dialect.default_schema})
    found = [one for one in found if not one.parent or len(each.old.parts) > 1]
    if len(found) > 1:
        listed = ", ".join(str(one) for one in found)
        raise UsageError(
            f"{each.old.written} may be any of: {listed}",
            where=each.where,
            next_step=f"write the kind before it: {found[0].kind} {each.old.written} -> ...",
        )
    if found:
        return found[0]
    places = {dialect.default_schema, *each.old.parts[:-1], *arrived}
    for one in _matching(dialect, old, each.kind, each.new, places):
        if _has(goal, one) and (not one.parent or one.parent in places):
            return None
    raise UsageError(
        f"there is no {each.kind or 'object'} {each.old.written} that could be renamed",
        where=each.where,
        next_step="correct the name, or remove the rename when it is no longer needed",
    )


def _target(
    dialect: Dialect,
    goal: Schema,
    each: Declared,
    source: Identity,
    places: Mapping[tuple[str, str], Identity],
) -> Identity:
    """The new name as the desired schema has it; parts that are left out stay as they are."""
    around = places.get(("", source.schema))
    place = places.get((source.schema, source.parent)) if source.parent else None
    schema = place.schema if place else around.name if around else source.schema
    parent = place.name if place else source.parent
    parts = each.new.parts
    fitting = [
        one
        for one in _identities(goal)
        if one.kind == source.kind
        and _is_named(dialect, one, parts, {schema, source.schema})
        # What lives on a table stays on it.
        and one.parent == parent
        and (not source.parent or one.schema == schema)
    ]
    if fitting:
        _, _, arguments = source.name.partition("(")
        return min(fitting, key=lambda one: (not one.name.endswith(f"({arguments}"), one))
    raise UsageError(
        f"the desired schema has no {source.kind} {each.new.written}, to which"
        f" {source.qualified} would be renamed",
        where=each.where,
        next_step="correct the new name, or remove the rename when it is no longer needed",
    )


def _matching(
    dialect: Dialect, schema: Schema, kind: str, name: Name, schemas: Iterable[str]
) -> list[Identity]:
    """All that `name` may mean, sorted; values of enums only where the kind says so."""
    family = {"value"} if kind in _VALUES else FAMILIES.get(kind, {kind})
    return sorted(
        one
        for one in _identities(schema)
        if (one.kind in family if kind else one.kind != "value")
        and _is_named(dialect, one, name.parts, schemas)
    )


def _is_named(
    dialect: Dialect, one: Identity, parts: tuple[str, ...], schemas: Iterable[str]
) -> bool:
    """Whether `parts` are the end of its full name, and what they leave out is one of `schemas`."""
    full = [part for part in (one.schema, one.parent, one.name) if part]
    if len(parts) > len(full):
        return False
    if one.schema and len(parts) < len(full) and one.schema not in schemas:
        return False
    return all(_same(dialect, *pair) for pair in zip(full[-len(parts) :], parts, strict=True))


def _same(dialect: Dialect, name: str, said: str) -> bool:
    """SQLite's names know no case. A routine may be named without its arguments."""
    if not dialect.default_schema:
        return name.lower() == said.lower()
    return said in {name, name.partition("(")[0]}


def _identities(schema: Schema) -> Iterator[Identity]:
    """Every object, and the values of enums, which are none."""
    yield from schema.by_identity
    for each in schema.of_type(Enum):
        yield from (Identity("value", each.schema, value, each.name) for value in each.values)


def _has(schema: Schema, identity: Identity) -> bool:
    if identity.kind != "value":
        return schema.get(identity) is not None
    enum = schema.get(Identity("enum", identity.schema, identity.parent))
    return isinstance(enum, Enum) and identity.name in enum.values


def _statements(
    dialect: Dialect, old: Schema, goal: Schema, pairs: Pairs
) -> Iterator[PlannedStatement]:
    """What lives on something first, schemas last: so each is still where its old name says."""
    schemas = {source: target for source, target in pairs.items() if source.kind == "schema"}
    was = {target.name: source.name for source, target in schemas.items()}
    inside: dict[Identity, Identity] = {}
    alone: dict[Identity, Identity] = {}
    for source, target in pairs.items():
        if source.parent:
            inside[source] = target._replace(schema=source.schema, parent=source.parent)
        elif source.kind != "schema":
            alone[source] = target._replace(schema=was.get(target.schema, target.schema))
    missing = {Identity("schema", "", target.schema) for target in alone.values() if target.schema}
    made = [each for each in goal.of_type(Namespace) if each.identity in missing]
    grown = [each for each in made if old.get(each.identity) is None]
    if grown:
        yield from dialect.plan(
            old,
            replace(Schema.of(old.dialect, (*old.objects, *grown)), dependencies=old.dependencies),
        )
    for group in (inside, alone, schemas):
        yield from _ordered(dialect, group)


def _ordered(dialect: Dialect, pairs: Pairs) -> Iterator[PlannedStatement]:
    """Names are freed before they are taken; a circle is broken by a name for the meantime."""
    pending = dict(pairs)
    while pending:
        taken = {_key(source) for source in pending}
        free = [
            source
            for source, target in sorted(pending.items())
            if _key(target) not in taken or _key(target) == _key(source)
        ]
        if free:
            yield from dialect.rename(free[0], pending.pop(free[0]))
            continue
        source = min(pending)
        aside = source._replace(name=_aside(source.name, taken))
        yield from dialect.rename(source, aside)
        pending[aside] = pending.pop(source)


def _key(identity: Identity) -> tuple[str, str, str]:
    """Tables, views, types and indexes share names, so no kind is asked for."""
    return identity.schema, identity.parent, identity.name


def _aside(name: str, taken: set[tuple[str, str, str]]) -> str:
    bare, bracket, arguments = name.partition("(")
    stem = bare.encode()[: _LONGEST - 12].decode(errors="ignore")
    names = {each for _, _, each in taken}
    number = next(n for n in range(len(names) + 1) if f"{stem}__aside{n or ''}" not in names)
    return f"{stem}__aside{number or ''}{bracket}{arguments}"
