"""Access rights in a plan: what default privileges give by themselves, what is left out, the order.

A thing that a plan makes has at first what default privileges give at that time: those of the old
schema that the plan does not take back before. Its grants are then written from there, so that it
ends with exactly what is wanted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.kinds.grant import columns_of
from ci_runner.dialects.postgres.plan.nodes import Node, Verb, kind_of
from ci_runner.dialects.postgres.plan.rights import joined, rights
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.schema.access import (
    CURRENT_USER,
    PUBLIC,
    DefaultPrivileges,
    Grant,
    Owner,
    Rights,
)
from ci_runner.schema.model import Column, Identity, Namespace, Schema, SchemaObject, Table, home

# What ALTER DEFAULT PRIVILEGES and GRANT call the kinds of identity that they know.
_RELATION = ("TABLES", "TABLE")
_TYPE = ("TYPES", "TYPE")
_WORDS = {
    "table": _RELATION,
    "partitioned table": _RELATION,
    "foreign table": _RELATION,
    "view": _RELATION,
    "materialized view": _RELATION,
    "sequence": ("SEQUENCES", "SEQUENCE"),
    "function": ("FUNCTIONS", "FUNCTION"),
    "window function": ("FUNCTIONS", "FUNCTION"),
    "aggregate": ("FUNCTIONS", "FUNCTION"),
    "procedure": ("FUNCTIONS", "PROCEDURE"),
    "enum": _TYPE,
    "domain": _TYPE,
    "composite type": _TYPE,
    "range type": _TYPE,
    "base type": _TYPE,
    "shell type": _TYPE,
    "schema": ("SCHEMAS", "SCHEMA"),
}
# A longer name of an identity column's sequence is shortened by rules of its own.
_LONGEST = 50
_MAKING: tuple[Verb, ...] = ("create", "alter")


def settle(work: Work, left: Collection[str]) -> None:
    """Let the grants of all that is made begin with what default privileges in force give it.

    Where grants are left out, what is new keeps what it is given.
    """
    forced = [
        each
        for each in work.world.old.of_type(DefaultPrivileges)
        if each.role == CURRENT_USER and each.identity not in work.drops
    ]
    if not forced:
        return
    created = {each for each in work.creates if "grant" not in left or each in work.drops}
    created |= {name for name, (old, new) in work.alters.items() if _becomes_identity(old, new)}
    after = _begun(work.world.new, created, forced)
    before = _begun(work.world.old, work.drops.keys(), forced)
    work.world = replace(
        work.world, old=_with(work.world.old, before), new=_with(work.world.new, after)
    )
    work.creates.update(after)


def _begun(
    schema: Schema, made: Collection[Identity], forced: Iterable[DefaultPrivileges]
) -> dict[Identity, SchemaObject]:
    """The grants on what is made, each with what it begins with, wanted ones and others."""
    found: dict[Identity, SchemaObject] = {}
    owners = _roles(schema)
    for identity in sorted(made):
        each = schema.get(identity)
        for objects, grant in () if each is None else _targets(each):
            for to, (usual, born) in _given(objects, identity.schema, forced).items():
                if to == owners.get(grant.on):
                    continue
                begun = replace(grant, grantee=to, rights=usual, usual=usual, born=born)
                wanted = schema.get(begun.identity)
                owner = owners.get(grant.on, CURRENT_USER)
                if isinstance(wanted, Grant):
                    found[begun.identity] = replace(wanted, born=born)
                elif born != usual:
                    found[begun.identity] = replace(begun, owner=owner)
    return found


def _becomes_identity(old: SchemaObject, new: SchemaObject) -> bool:
    if not isinstance(old, Column) or not isinstance(new, Column):
        return False
    return not old.identity_kind and bool(new.identity_kind)


def _targets(each: SchemaObject) -> Iterator[tuple[str, Grant]]:
    """An object and its identity columns' sequences, as yet without a right."""
    identity = each.identity
    if identity.kind in _WORDS:
        objects, what = _WORDS[identity.kind]
        yield objects, Grant(identity, what, "", (), _signature(each))
    columns = each.columns if isinstance(each, Table) else ()
    for column in (each,) if isinstance(each, Column) else columns:
        name = f"{column.table}_{column.name}_seq"
        if column.identity_kind and len(name) < _LONGEST:
            table = Identity("table", column.schema, column.table)
            yield "SEQUENCES", Grant(table, "SEQUENCE", "", (), qualified(column.schema, name))


def _signature(each: SchemaObject) -> str:
    """What GRANT calls a routine, which has `types`; "" for what its name is enough for."""
    types: str | None = getattr(each, "types", None)
    name: str = getattr(each, "name", "")
    return "" if types is None else f"{qualified(each.identity.schema, name)}({types})"


def _given(
    objects: str, schema: str, forced: Iterable[DefaultPrivileges]
) -> dict[str, tuple[Rights, Rights]]:
    """By grantee: what the server would give by itself, and what it gives now."""
    everywhere: dict[str, tuple[Rights, Rights]] = {}
    here: dict[str, tuple[Rights, Rights]] = {}
    for each in forced:
        if each.objects == objects and each.schema in {"", schema}:
            (here if each.schema else everywhere)[each.grantee] = (each.usual, each.rights)
    found = dict(everywhere)
    for to, (usual, more) in here.items():
        found[to] = (usual, joined(everywhere.get(to, (usual, usual))[1], more))
    return found


def _with(schema: Schema, grants: dict[Identity, SchemaObject]) -> Schema:
    kept = (each for each in schema.objects if each.identity not in grants)
    needs = {
        (name, column)
        for name, each in grants.items()
        for column in _identity_columns(schema, each)
    }
    return Schema.of(
        schema.dialect,
        (*kept, *grants.values()),
        schema.dependencies | needs,
        schema.unmanaged,
        schema.copies,
    )


def _identity_columns(schema: Schema, each: SchemaObject) -> Iterator[Identity]:
    """What a grant on the sequence of one of its table's columns may have to wait for."""
    if isinstance(each, Grant) and each.what == "SEQUENCE":
        table = schema.get(each.on)
        for column in table.columns if isinstance(table, Table) else ():
            if column.identity_kind:
                yield column.identity


def fresh(schema: Schema) -> Schema:
    """The schema of a new database: `public`, its comment and what it lets everybody do.

    Before version 15 that was more. Where `schema` has nothing left of it, take back the most.
    """
    public = Namespace("public", "standard public schema")
    everybody = Grant(public.identity, "SCHEMA", PUBLIC, rights(("CREATE", "USAGE")))
    found = schema.get(everybody.identity)
    start = replace(found, rights=found.initial) if isinstance(found, Grant) else everybody
    kept = (public, *((start,) if start.rights else ()))
    return Schema.of(schema.dialect, kept if schema.get(public.identity) else (public,))


def edges(work: Work, ties: Iterable[Identity]) -> Iterator[tuple[Node, Node]]:
    """(later, earlier): owner, then grants, then default privileges."""
    drops: list[Node] = [("drop", each) for each in work.drops]
    makes: list[Node] = [("create", each) for each in work.creates]
    makes += [("alter", each) for each in work.alters]
    before = [(node, work.world.old.by_identity[node[1]]) for node in drops]
    after = [(node, work.world.new.by_identity[node[1]]) for node in makes]
    taken, given = _by_place(before, work.world), _by_place(after, work.world)
    for node, owned in (*before, *after):
        if isinstance(owned, Owner):
            yield from _around(node, owned.on, taken, given)
    yield from _around_ties(work, ties, taken, given)
    for (verb, name), each in after:
        if verb == "alter" and isinstance(each, Grant):
            yield ("alter", each.on), ("detach", name)
    for node, each in before:
        if isinstance(each, DefaultPrivileges):
            yield from ((later, node) for later in makes)
    others = [node for node, each in after if not isinstance(each, DefaultPrivileges)]
    for node, each in after:
        if isinstance(each, DefaultPrivileges):
            yield from ((node, earlier) for earlier in others)


def _by_place(
    nodes: Iterable[tuple[Node, SchemaObject]], world: World
) -> Mapping[Identity, list[Node]]:
    """What is done to grants, by what they are on; a sequence goes along with its table."""
    found: dict[Identity, list[Node]] = defaultdict(list)
    for node, each in nodes:
        if isinstance(each, Grant):
            for place in {each.on, *_tables_of(world, each.on)}:
                found[place].append(node)
    return found


def _around(
    node: Node,
    on: Identity,
    taken: Mapping[Identity, list[Node]],
    given: Mapping[Identity, list[Node]],
) -> Iterator[tuple[Node, Node]]:
    """A new owner's own rights take the place of what was granted to it.

    Before it can be the owner, it must be let into the schema.
    """
    yield from ((node, gone) for gone in taken.get(on, ()))
    yield from ((come, node) for come in given.get(on, ()))
    place = Identity("schema", "", on.schema)
    yield from ((node, come) for come in given.get(place, ()))


def _around_ties(
    work: Work,
    ties: Iterable[Identity],
    taken: Mapping[Identity, list[Node]],
    given: Mapping[Identity, list[Node]],
) -> Iterator[tuple[Node, Node]]:
    """A sequence is tied to a table of its own owner, and let go with that owner."""
    for each in ties:
        tie: Node = ("tie", each)
        yield from ((tie, gone) for gone in taken.get(each, ()))
        yield from ((come, tie) for come in given.get(each, ()))
        own = _owner_of(each)
        yield tie, ("drop", own)
        yield from (((verb, own), tie) for verb in _MAKING)
        for table in _tables_of(work.world, each):
            verbs: tuple[Verb, ...] = ("drop", *_MAKING)
            yield from (((verb, _owner_of(table)), tie) for verb in verbs)


def _owner_of(on: Identity) -> Identity:
    return Owner(on, "", "").identity


def _tables_of(world: World, sequence: Identity) -> Iterator[Identity]:
    """The tables whose columns it belongs to, before and after."""
    for side in (world.old, world.new):
        each = side.get(sequence)
        column = None if each is None else kind_of(each).owner(each)
        if column is not None:
            yield Identity("table", column.schema, column.parent)


def left(old: Schema, new: Schema, kinds: Collection[str]) -> Schema:
    """`new` with the objects of some kinds as `old` has them, so far as what they live on stays."""
    if not any(each.kind in kinds for each in (*old.by_identity, *new.by_identity)):
        return new
    apart = _roles_apart(old, new) if "owner" in kinds else {}

    def is_left(each: SchemaObject) -> bool:
        if isinstance(each, Grant) and each.grantee in apart.get(each.on, ()):
            return True
        return each.identity.kind in kinds

    stays = new.by_identity
    kept = [
        _kept(each, stays)
        for each in old.objects
        if is_left(each) and (home(each) is None or home(each) in stays)
    ]
    objects = [*(each for each in new.objects if not is_left(each)), *kept]
    if "owner" in kinds:
        roles = _roles(old)
        objects = [
            replace(each, owner=roles.get(each.on, CURRENT_USER))
            if isinstance(each, Grant) and each.on in apart
            else each
            for each in objects
        ]
    names = {each.identity for each in kept}
    needs = {edge for edge in old.dependencies if edge[0] in names and edge[1] in stays}
    return Schema.of(new.dialect, objects, new.dependencies | needs, new.unmanaged, new.copies)


def _roles_apart(old: Schema, new: Schema) -> dict[Identity, set[str]]:
    """The owners of what two of them own: what is granted to either cannot be compared."""
    before, after = _roles(old), _roles(new)
    return {
        on: {before.get(on, CURRENT_USER), after.get(on, CURRENT_USER)}
        for on in before.keys() | after.keys()
        if before.get(on) != after.get(on)
    }


def _roles(schema: Schema) -> dict[Identity, str]:
    return {each.on: each.role for each in schema.of_type(Owner)}


def _kept(each: SchemaObject, stays: Mapping[Identity, SchemaObject]) -> SchemaObject:
    """What an old grant says of columns that there are still."""
    names = columns_of(stays.get(each.on)) if isinstance(each, Grant) else ()
    if not names or not isinstance(each, Grant):
        return each
    return replace(
        each, rights=tuple(right for right in each.rights if right.column in {"", *names})
    )
