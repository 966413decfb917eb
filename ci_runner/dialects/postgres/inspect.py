"""Read a whole database: every kind once, their dependencies, and what is not managed."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import chain
from typing import TypeVar

from ci_runner.dialects.base import Connection, Lock, Sighting
from ci_runner.dialects.postgres import depend, marks
from ci_runner.dialects.postgres.inheritance import origin
from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.dialects.postgres.look import Edge, Look, Parts, Renewal, read, stale, with_all_on
from ci_runner.dialects.postgres.marks import NOTHING, Marks
from ci_runner.dialects.postgres.ours import every_name_qualified
from ci_runner.dialects.postgres.rows import integer, text
from ci_runner.dialects.postgres.twin import sessions
from ci_runner.dialects.postgres.unmanaged import unmanaged
from ci_runner.dialects.postgres.watch import spelled
from ci_runner.errors import SqlError
from ci_runner.schema.model import Copy, Identity, Schema, Table, View, home
from ci_runner.schema.types import CompositeType
from ci_runner.schema.views import MaterializedView

K = TypeVar("K")
V = TypeVar("V")

_LOCKS = """
SELECT l.relation, l.mode FROM pg_catalog.pg_locks l
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
  AND l.relation >= 16384 AND l.mode <> 'AccessShareLock'
"""
# Counts of the transaction and, outside of one, what the session has not yet handed on.
_SCANS = """
SELECT c.oid, pg_catalog.pg_stat_get_xact_numscans(c.oid)::int FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm')
  AND pg_catalog.pg_stat_get_xact_numscans(c.oid) > 0
"""


# Each is kept as a value of some 10 KB, and read in some 0.3 ms.
MOST_RELATIONS = 100_000
_RELATIONS = "SELECT count(*) FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind <> 't'"


def inspect(connection: Connection) -> Schema:
    """The schema alone. Raises SqlError where it is larger than memory should hold."""
    with every_name_qualified(connection):
        return _all(connection, refuse_too_many(connection))[0]


def refuse_too_many(connection: Connection, most: int = MOST_RELATIONS) -> int:
    """How many relations there are. Raises SqlError where there are more than `most`."""
    ((count,),) = connection.query(_RELATIONS)
    if integer(count) > most:
        raise SqlError(
            f"the dev database has {count} tables, indexes, views and sequences",
            said=f"more than {most} are not compared: they would not fit into memory",
            next_step="split the schema over several projects",
        )
    return integer(count)


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    """The schema with oids, file nodes and the locks that this session holds.

    Locks are read before our own catalogue queries could add to them; those on the catalogue
    itself are left out. What the marks show to be untouched is taken from the look `since`.
    """
    with every_name_qualified(connection):
        held = connection.query(_LOCKS)
        read_through = connection.query(_SCANS)
        relations = refuse_too_many(connection)
        seen = marks.read(connection)
        renewed = _renewed(connection, since, seen) if isinstance(since, Look) else None
        look = renewed or _whole(connection, relations, seen)
    scans = dict(_scans(read_through, look.names))
    return replace(look, locks=frozenset(_locks(held, look.names)), scans=scans)


def _locks(held: list[tuple[object, ...]], names: Mapping[Address, Identity]) -> Iterator[Lock]:
    for oid, mode in held:
        name = names.get(("pg_class", integer(oid), 0))
        if name is not None:
            yield Lock(name, spelled(text(mode)))


def _scans(
    counted: list[tuple[object, ...]], names: Mapping[Address, Identity]
) -> Iterator[tuple[Identity, int]]:
    for oid, times in counted:
        name = names.get(("pg_class", integer(oid), 0))
        if name is not None:
            yield name, integer(times)


def _whole(connection: Connection, relations: int, seen: Marks) -> Look:
    schema, parts, names, edges = _all(connection, relations)
    found = tuple(parts.all())
    handles, storage, homes = dict(_handles(found)), dict(_storage(found)), dict(_homes(found))
    return Look(
        schema,
        handles,
        storage,
        parts=parts,
        homes=homes,
        names=names,
        edges=edges,
        marks=seen,
    )


def _all(
    connection: Connection, relations: int
) -> tuple[Schema, Parts, dict[Address, Identity], dict[Identity, frozenset[Edge]]]:
    """Everything that there is, with its addresses and edges."""
    with sessions(connection, relations) as several:
        parts = read(several)
    names = dict(_addresses(parts.all()))
    parts = with_all_on(connection, parts, names)
    names.update(_addresses(parts.on))
    found = tuple(parts.all())
    edges = depend.edges(connection, names, parts.whole, _origins(found))
    edges |= _needs(parts.on)
    schema = Schema.of(
        "postgres",
        (each.object for each in found if each.copy_of is None),
        chain.from_iterable(edges.values()),
        chain(unmanaged(connection), parts.unmanaged),
        _copies(found),
    )
    return schema, parts, names, edges


def _renewed(connection: Connection, since: Look, seen: Marks) -> Look | None:
    """`since` with what was touched read again; None where that is everything."""
    touched = marks.touched(since.marks, seen)
    if touched == NOTHING:
        return replace(since, marks=seen)
    again = stale(since, touched)
    if again is None:
        return None
    before = [each for place in again for each in since.parts.by_table.get(place, ())]
    fresh = read((connection,), Renewal(since, touched, again))
    # Indexes of materialized views are read at each look, whatever was touched.
    besides = fresh.by_table.keys() - again
    before += [each for place in besides for each in since.parts.by_table.get(place, ())]
    if any(_renamed(since, each) for each in fresh.all()):
        return None
    fresh, leaving, coming = _settled(since.parts, before, fresh)
    names = _exchanged(since.names, (place for place, _ in _addresses(leaving)), _addresses(coming))
    fresh, off, on = _settled_on(since.parts, with_all_on(connection, fresh, names))
    names = _exchanged(names, (place for place, _ in _addresses(off)), _addresses(on))
    leaving, coming = leaving + off, coming + on
    left, arrived = set(_identities(leaving)), set(_identities(coming))
    reread = [*chain.from_iterable(fresh.by_table.values())]
    reread += [
        each
        for each in fresh.whole
        if each.object.identity in again | arrived or home(each.object) in again
    ]
    dependents = set(_identities(reread)) | left | set(_identities(on))
    kept = {place: each for place, each in since.parts.by_table.items() if place not in again}
    parts = replace(fresh, by_table={**kept, **fresh.by_table})
    oids = frozenset(oid for each in reread for _, oid, _ in each.addresses)
    some = depend.edges(connection, names, fresh.whole, _origins(parts.all()), oids)
    some |= _needs(on)
    edges = _exchanged(
        since.edges, dependents, ((name, some[name]) for name in dependents & some.keys())
    )
    return Look(
        _schema(
            since.schema,
            leaving,
            coming,
            chain.from_iterable(since.edges.get(name, ()) for name in dependents),
            chain.from_iterable(edges.get(name, ()) for name in dependents),
            (*unmanaged(connection), *fresh.unmanaged),
            _copies(parts.all()),
        ),
        _exchanged(since.handles, left, _handles(coming)),
        _exchanged(since.storage, left, _storage(coming)),
        parts=parts,
        homes=_exchanged(since.homes, left, _homes(coming)),
        names=names,
        edges=edges,
        marks=seen,
    )


def _renamed(since: Look, each: Found) -> bool:
    """Whether a relation with a row type has another name: any column may be printed with it."""
    name = each.object.identity
    return isinstance(each.object, Table | View | MaterializedView | CompositeType) and any(
        since.names.get(address, name) != name for address in each.addresses
    )


def _settled(
    parts: Parts, before: Iterable[Found], fresh: Parts
) -> tuple[Parts, tuple[Found, ...], tuple[Found, ...]]:
    """`fresh` with the very values of before where they are equal; what leaves and what comes."""
    old = {each.object.identity: each for each in (*before, *parts.whole)}
    same = {
        name: old[name]
        for each in fresh.all()
        if (name := each.object.identity) in old and _is_same(old[name], each)
    }

    def settled(several: tuple[Found, ...]) -> tuple[Found, ...]:
        return tuple(same.get(each.object.identity, each) for each in several)

    return (
        replace(
            fresh,
            by_table={place: settled(each) for place, each in fresh.by_table.items()},
            whole=settled(fresh.whole),
        ),
        tuple(each for name, each in old.items() if name not in same),
        tuple(each for each in fresh.all() if each.object.identity not in same),
    )


def _settled_on(parts: Parts, fresh: Parts) -> tuple[Parts, tuple[Found, ...], tuple[Found, ...]]:
    """The same for what lives on objects of any kind."""
    settled, leaving, coming = _settled(Parts(whole=parts.on), (), Parts(whole=fresh.on))
    return replace(fresh, on=settled.whole), leaving, coming


def _is_same(one: Found, other: Found) -> bool:
    """Equal, in what no comparison of schemas looks at as well."""
    return one == other and all(
        getattr(one.object, each.name) == getattr(other.object, each.name)
        for each in fields(one.object)
        if not each.compare
    )


def _needs(found: Iterable[Found]) -> dict[Identity, frozenset[Edge]]:
    """What lives on others says itself what it needs: it has no row in pg_depend."""
    return {
        name: frozenset((name, needed) for needed in each.needs)
        for each in found
        if each.needs and (name := each.object.identity)
    }


def _schema(
    before: Schema,
    leaving: Iterable[Found],
    coming: Iterable[Found],
    out: Iterable[Edge],
    into: Iterable[Edge],
    rest: tuple[Identity, ...],
    copies: Iterable[Copy],
) -> Schema:
    gone = {id(each.object) for each in leaving}
    objects = [each for each in before.objects if id(each) not in gone]
    for each in coming:
        if each.copy_of is None:
            insort(objects, each.object, key=lambda one: one.identity)
    dependencies = before.dependencies.difference(out).union(into)
    several = tuple(sorted(copies, key=lambda each: each.object.identity))
    return Schema(before.dialect, tuple(objects), dependencies, tuple(sorted(set(rest))), several)


def _copies(found: Iterable[Found]) -> Iterator[Copy]:
    return (
        Copy(each.object, each.copy_of, each.usual) for each in found if each.copy_of is not None
    )


def _origins(found: Iterable[Found]) -> dict[Identity, Identity]:
    """What each copy is a copy of, on the table where it was made."""
    of = {each.object.identity: each.copy_of for each in found if each.copy_of is not None}
    return {copy: origin(of, parent) for copy, parent in of.items()}


def _exchanged(before: Mapping[K, V], out: Iterable[K], into: Iterable[tuple[K, V]]) -> dict[K, V]:
    after = dict(before)
    for key in out:
        after.pop(key, None)
    after.update(into)
    return after


def _addresses(found: Iterable[Found]) -> Iterator[tuple[Address, Identity]]:
    for each in found:
        for address in each.addresses:
            yield address, each.object.identity
        for identity, address in each.parts:
            yield address, identity


def _identities(found: Iterable[Found]) -> Iterator[Identity]:
    for each in found:
        yield each.object.identity
        yield from (identity for identity, _ in each.parts)


def _handles(found: Iterable[Found]) -> Iterator[tuple[Identity, str]]:
    """The server's own id of each object: of several addresses, the first."""
    for each in found:
        for identity, address in ((each.object.identity, each.addresses[0]), *each.parts):
            yield identity, ":".join(str(word) for word in address)


def _storage(found: Iterable[Found]) -> Iterator[tuple[Identity, str]]:
    return ((each.object.identity, each.storage) for each in found if each.storage)


def _homes(found: Iterable[Found]) -> Iterator[tuple[Identity, Identity]]:
    for each in found:
        name, place = each.object.identity, home(each.object)
        if place is not None and place != Identity("table", name.schema, name.parent):
            yield name, place
