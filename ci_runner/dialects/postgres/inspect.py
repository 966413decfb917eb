"""Read a whole database: every kind once, their dependencies, and what is not managed."""

from __future__ import annotations

import re
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from ci_runner.dialects.base import Connection, Lock, Sighting
from ci_runner.dialects.postgres import marks
from ci_runner.dialects.postgres.inheritance import origin
from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.dialects.postgres.look import Edge, Look, Parts, read, stale
from ci_runner.dialects.postgres.marks import Marks
from ci_runner.dialects.postgres.rows import integer, text
from ci_runner.dialects.postgres.unmanaged import unmanaged
from ci_runner.schema.model import Copy, Identity, Schema, Sequence, Table, View, home

K = TypeVar("K")
V = TypeVar("V")

# The rule that is a view stands for it, a default for its column, an array type for that of its
# elements, a row type for its relation.
# A user object's oid is 16384 or more: FirstNormalObjectId in access/transam.h.
_DEPENDENCIES = """
SELECT CASE WHEN r.oid IS NOT NULL OR f.oid IS NOT NULL THEN 'pg_class'
            ELSE dc.relname END,
       coalesce(r.ev_class, f.adrelid, d.objid), coalesce(f.adnum::int, d.objsubid),
       CASE WHEN coalesce(e.typrelid, t.typrelid) <> 0 THEN 'pg_class' ELSE rc.relname END,
       coalesce(nullif(coalesce(e.typrelid, t.typrelid), 0), e.oid, d.refobjid), d.refobjsubid
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class dc ON dc.oid = d.classid
JOIN pg_catalog.pg_class rc ON rc.oid = d.refclassid
LEFT JOIN pg_catalog.pg_rewrite r
     ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
        AND r.rulename = '_RETURN'
LEFT JOIN pg_catalog.pg_attrdef f
     ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND f.oid = d.objid
LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::regclass
     AND t.oid = d.refobjid
LEFT JOIN pg_catalog.pg_type e ON t.typcategory = 'A' AND t.typlen = -1 AND e.oid = t.typelem
WHERE d.deptype IN ('n', 'a', 'i') AND d.objid >= 16384
  AND (d.refobjid >= 16384 OR d.refclassid = 'pg_catalog.pg_namespace'::regclass)
"""

# The same for some dependents, by oid.
_SOME_DEPENDENCIES = f"""{_DEPENDENCIES}
  AND (d.objid = ANY ({{oids}})
       OR d.objid IN (SELECT w.oid FROM pg_catalog.pg_rewrite w
                        WHERE w.ev_class = ANY ({{oids}}) AND w.rulename = '_RETURN')
       OR d.objid IN (SELECT w.oid FROM pg_catalog.pg_attrdef w WHERE w.adrelid = ANY ({{oids}})))
"""

_LOCKS = """
SELECT l.relation, l.mode FROM pg_catalog.pg_locks l
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
  AND l.relation >= 16384 AND l.mode <> 'AccessShareLock'
"""


def inspect(connection: Connection) -> Schema:
    """The schema, read with an empty search path so that the server qualifies every name."""
    return sight(connection).schema


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    """The schema with oids, file nodes and the locks that this session holds.

    Locks are read before our own catalogue queries could add to them; those on the catalogue
    itself are left out. What the marks show to be untouched is taken from the look `since`.
    """
    held = connection.query(_LOCKS)
    ((path,),) = connection.query("SELECT current_setting('search_path')")
    connection.query("SELECT set_config('search_path', '', false)")
    seen = marks.read(connection)
    renewed = _renewed(connection, since, seen) if isinstance(since, Look) else None
    look = renewed or _whole(connection, seen)
    quoted = text(path).replace("'", "''")
    connection.query(f"SELECT set_config('search_path', '{quoted}', false)")
    return replace(look, locks=frozenset(_locks(held, look.names)))


def _locks(held: list[tuple[object, ...]], names: Mapping[Address, Identity]) -> Iterator[Lock]:
    for oid, mode in held:
        name = names.get(("pg_class", integer(oid), 0))
        if name is not None:
            yield Lock(name, _spelled(text(mode)))


def _spelled(mode: str) -> str:
    """`AccessExclusiveLock` of pg_locks as LOCK TABLE and the manual spell it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()


def _whole(connection: Connection, seen: Marks) -> Look:
    parts = read(connection)
    found = tuple(parts.all())
    names = dict(_addresses(found))
    rows = connection.query(_DEPENDENCIES)
    edges = _by_dependent(_edges(names, rows, parts.whole, _origins(found)))
    schema = Schema.of(
        "postgres",
        (each.object for each in found if each.copy_of is None),
        chain.from_iterable(edges.values()),
        unmanaged(connection),
        _copies(found),
    )
    handles, storage, homes = dict(_handles(found)), dict(_storage(found)), dict(_homes(found))
    return Look(schema, handles, storage, frozenset(), parts, homes, names, edges, seen)


def _renewed(connection: Connection, since: Look, seen: Marks) -> Look | None:
    """`since` with what was touched read again; None where that is everything."""
    touched = marks.touched(since.marks, seen)
    again = stale(since, touched)
    if again is None:
        return None
    before = [each for place in again for each in since.parts.by_table.get(place, ())]
    tables = {
        oid for each in before if isinstance(each.object, Table) for _, oid, _ in each.addresses
    }
    fresh = read(connection, touched.new | tables)
    if any(_renamed(since, each) for each in fresh.all()):
        return None
    fresh, leaving, coming = _settled(since.parts, before, fresh)
    names = _exchanged(since.names, (place for place, _ in _addresses(leaving)), _addresses(coming))
    left, arrived = set(_identities(leaving)), set(_identities(coming))
    reread = [*chain.from_iterable(fresh.by_table.values())]
    reread += [each for each in fresh.whole if each.object.identity in again | arrived]
    dependents = set(_identities(reread)) | left
    kept = {place: each for place, each in since.parts.by_table.items() if place not in again}
    parts = Parts({**kept, **fresh.by_table}, fresh.whole)
    some = _edges_of(connection, names, fresh.whole, reread, _origins(parts.all()))
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
            unmanaged(connection),
            _copies(parts.all()),
        ),
        _exchanged(since.handles, left, _handles(coming)),
        _exchanged(since.storage, left, _storage(coming)),
        frozenset(),
        parts,
        _exchanged(since.homes, left, _homes(coming)),
        names,
        edges,
        seen,
    )


def _renamed(since: Look, each: Found) -> bool:
    """Whether a relation with a row type has another name: any column may be printed with it."""
    name = each.object.identity
    return isinstance(each.object, Table | View) and any(
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
        if (name := each.object.identity) in old and old[name] == each
    }

    def settled(several: tuple[Found, ...]) -> tuple[Found, ...]:
        return tuple(same.get(each.object.identity, each) for each in several)

    return (
        Parts(
            {place: settled(each) for place, each in fresh.by_table.items()}, settled(fresh.whole)
        ),
        tuple(each for name, each in old.items() if name not in same),
        tuple(each for each in fresh.all() if each.object.identity not in same),
    )


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


def _by_dependent(edges: Iterable[Edge]) -> dict[Identity, frozenset[Edge]]:
    found: dict[Identity, set[Edge]] = defaultdict(set)
    for edge in edges:
        found[edge[0]].add(edge)
    return {dependent: frozenset(several) for dependent, several in found.items()}


def _edges_of(
    connection: Connection,
    names: Mapping[Address, Identity],
    whole: tuple[Found, ...],
    dependents: Iterable[Found],
    origins: Mapping[Identity, Identity],
) -> dict[Identity, frozenset[Edge]]:
    """The edges of some dependents; of others that share an oid with them, perhaps a few."""
    oids = sorted({oid for each in dependents for _, oid, _ in each.addresses})
    listed = ",".join(str(oid) for oid in oids)
    rows = connection.query(_SOME_DEPENDENCIES.format(oids=f"'{{{listed}}}'::oid[]"))
    return _by_dependent(_edges(names, rows, whole, origins))


def _edges(
    names: Mapping[Address, Identity],
    rows: list[tuple[object, ...]],
    found: Iterable[Found],
    origins: Mapping[Identity, Identity],
) -> Iterator[Edge]:
    """(dependent, needed), without the edge from an owned sequence to its column.

    That edge says who is dropped with whom; the column's default needs the sequence, and an order
    must begin somewhere. Who needs a copy needs what it is a copy of; copies need nothing that is
    ours to order.
    """
    owners = {
        (each.object.identity, each.object.owned_by)
        for each in found
        if isinstance(each.object, Sequence)
    }
    for place, oid, part, needed_place, needed_oid, needed_part in rows:
        dependent = _named(names, (text(place), integer(oid), integer(part)))
        needed = _named(names, (text(needed_place), integer(needed_oid), integer(needed_part)))
        if dependent is None or needed is None or dependent in origins:
            continue
        needed = origins.get(needed, needed)
        if dependent != needed and (dependent, needed) not in owners:
            yield dependent, needed


def _named(names: Mapping[Address, Identity], address: Address) -> Identity | None:
    """What stands at `address`; a column of a view or sequence stands for the whole of it."""
    place, oid, _ = address
    return names.get(address) or names.get((place, oid, 0))
