"""Read a whole database: every kind once, their dependencies, and what is not managed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, Lock, Sighting
from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.rows import integer, text
from ci_runner.dialects.postgres.unmanaged import unmanaged
from ci_runner.schema.model import Identity, Schema, Sequence

# Rules and column defaults stand for their view and column, the row type for its table.
# A user object's oid is 16384 or more: FirstNormalObjectId in access/transam.h.
_DEPENDENCIES = """
SELECT CASE WHEN r.oid IS NOT NULL OR f.oid IS NOT NULL THEN 'pg_class'
            ELSE dc.relname END,
       coalesce(r.ev_class, f.adrelid, d.objid), coalesce(f.adnum::int, d.objsubid),
       CASE WHEN t.oid IS NOT NULL THEN 'pg_class' ELSE rc.relname END,
       coalesce(t.typrelid, d.refobjid), d.refobjsubid
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class dc ON dc.oid = d.classid
JOIN pg_catalog.pg_class rc ON rc.oid = d.refclassid
LEFT JOIN pg_catalog.pg_rewrite r
     ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_catalog.pg_attrdef f
     ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND f.oid = d.objid
LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::regclass
     AND t.oid = d.refobjid AND t.typrelid <> 0
WHERE d.deptype IN ('n', 'a', 'i') AND d.objid >= 16384
  AND (d.refobjid >= 16384 OR d.refclassid = 'pg_catalog.pg_namespace'::regclass)
"""

_LOCKS = """
SELECT l.relation, l.mode FROM pg_catalog.pg_locks l
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
  AND l.relation >= 16384 AND l.mode <> 'AccessShareLock'
"""


def inspect(connection: Connection) -> Schema:
    """The schema, read with an empty search path so that the server qualifies every name."""
    return sight(connection).schema


def sight(connection: Connection) -> Sighting:
    """The schema with oids, file nodes and the locks that this session holds.

    Locks are read before our own catalogue queries could add to them; those on the catalogue
    itself are left out.
    """
    held = connection.query(_LOCKS)
    ((path,),) = connection.query("SELECT current_setting('search_path')")
    connection.query("SELECT set_config('search_path', '', false)")
    found = [each for kind in KINDS for each in kind.read(connection)]
    dependencies = connection.query(_DEPENDENCIES)
    rest = unmanaged(connection)
    quoted = text(path).replace("'", "''")
    connection.query(f"SELECT set_config('search_path', '{quoted}', false)")
    names = dict(_addresses(found))
    schema = Schema.of(
        "postgres",
        (each.object for each in found),
        _edges(names, dependencies, found),
        rest,
    )
    by_oid = {
        oid: name for (place, oid, part), name in names.items() if place == "pg_class" and not part
    }
    return Sighting(
        schema,
        {name: f"{place}:{oid}:{part}" for (place, oid, part), name in reversed(names.items())},
        {each.object.identity: each.storage for each in found if each.storage},
        frozenset(
            Lock(by_oid[integer(oid)], text(mode)) for oid, mode in held if integer(oid) in by_oid
        ),
    )


def _addresses(found: list[Found]) -> Iterator[tuple[Address, Identity]]:
    for each in found:
        for address in each.addresses:
            yield address, each.object.identity
        for identity, address in each.parts:
            yield address, identity


def _edges(
    names: dict[Address, Identity], rows: list[tuple[object, ...]], found: list[Found]
) -> Iterator[tuple[Identity, Identity]]:
    """(dependent, needed), without the edge from an owned sequence to its column.

    That edge says who is dropped with whom; the column's default needs the sequence, and an order
    must begin somewhere.
    """
    owners = {
        (each.object.identity, each.object.owned_by)
        for each in found
        if isinstance(each.object, Sequence)
    }
    for place, oid, part, needed_place, needed_oid, needed_part in rows:
        dependent = _named(names, (text(place), integer(oid), integer(part)))
        needed = _named(names, (text(needed_place), integer(needed_oid), integer(needed_part)))
        if dependent and needed and dependent != needed and (dependent, needed) not in owners:
            yield dependent, needed


def _named(names: dict[Address, Identity], address: Address) -> Identity | None:
    """What stands at `address`; a column of a view or sequence stands for the whole of it."""
    place, oid, _ = address
    return names.get(address) or names.get((place, oid, 0))
