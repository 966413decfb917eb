"""Who needs whom, as the catalogue pg_depend says it, in the names of our own schema values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.dialects.postgres.look import Edge
from ci_runner.dialects.postgres.rows import integer, integers, text
from ci_runner.schema.model import Identity, Sequence

# A user object's oid is 16384 or more: FirstNormalObjectId in access/transam.h. The schema `public`
# has less; relations, routines and types need theirs by name. Joins would cost more than all the
# rows; the maps below are small.
_DEPENDENCIES = """
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
FROM pg_catalog.pg_depend d
WHERE d.deptype IN ('n', 'a', 'i') AND d.objid >= 16384
  AND (d.refobjid >= 16384
       OR d.refclassid = 'pg_catalog.pg_namespace'::regclass
       AND d.classid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass,
                             'pg_catalog.pg_type'::regclass))
  AND NOT (d.deptype = 'i' AND d.classid = 'pg_catalog.pg_type'::regclass)
"""

_SOME = """
  AND (d.objid = ANY ({oids})
       OR d.objid IN (SELECT w.oid FROM pg_catalog.pg_rewrite w
                      WHERE w.ev_class = ANY ({oids}) AND w.rulename = '_RETURN')
       OR d.objid IN (SELECT w.oid FROM pg_catalog.pg_attrdef w WHERE w.adrelid = ANY ({oids})))
"""

_CATALOGUES = """
SELECT c.oid, c.relname FROM pg_catalog.pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'pg_catalog'::regnamespace
"""

# The rule that is a view stands for it, a default for its column.
_STAND_INS = """
SELECT 'pg_rewrite', r.oid, r.ev_class, 0 FROM pg_catalog.pg_rewrite r
WHERE r.ev_class >= 16384 AND r.rulename = '_RETURN'
UNION ALL
SELECT 'pg_attrdef', f.oid, f.adrelid, f.adnum FROM pg_catalog.pg_attrdef f
"""

# An array type stands for that of its elements, a row type for its relation. Of base types the
# functions that they are made of.
_TYPES = """
SELECT t.oid, t.typrelid, CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN t.typelem ELSE 0 END,
       CASE WHEN t.typinput >= 16384 THEN
            ARRAY[t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout,
                  t.typanalyze, t.typsubscript]::bigint[] END
FROM pg_catalog.pg_type t
WHERE t.oid >= 16384
"""


def edges(
    connection: Connection,
    names: Mapping[Address, Identity],
    found: Iterable[Found],
    origins: Mapping[Identity, Identity],
    oids: frozenset[int] | None = None,
) -> dict[Identity, frozenset[Edge]]:
    """(dependent, needed) by dependent, for all or for the dependents of some oids.

    Without the edge from an owned sequence in `found` to its column: that says who is dropped with
    whom; the column's default needs the sequence, and an order must begin somewhere. Who needs a
    copy needs its origin, by `origins`; copies need nothing that is ours to order.
    """
    condition = ""
    if oids is not None:
        listed = ",".join(str(oid) for oid in sorted(oids))
        condition = _SOME.format(oids=f"'{{{listed}}}'::oid[]")
    owners = {
        (each.object.identity, each.object.owned_by)
        for each in found
        if isinstance(each.object, Sequence)
    }
    collected: dict[Identity, set[Edge]] = defaultdict(set)
    for dependent, needed in _named(connection, names, connection.query(_DEPENDENCIES + condition)):
        edge = (dependent, origins.get(needed, needed))
        if dependent not in origins and dependent != edge[1] and edge not in owners:
            collected[dependent].add(edge)
    return {dependent: frozenset(several) for dependent, several in collected.items()}


def _named(
    connection: Connection, names: Mapping[Address, Identity], rows: list[tuple[object, ...]]
) -> Iterator[Edge]:
    """Both ends of each row by name, where both have one."""
    catalogues = {integer(oid): text(name) for oid, name in connection.query(_CATALOGUES)}
    stand_ins = {
        (text(place), integer(oid)): ("pg_class", integer(owner), integer(part))
        for place, oid, owner, part in connection.query(_STAND_INS)
    }
    types, functions = _types(connection)
    for row in rows:
        place, oid, part, needed_place, needed_oid, needed_part = map(integer, row)
        catalogue, needed_catalogue = catalogues[place], catalogues[needed_place]
        address = stand_ins.get((catalogue, oid)) or (catalogue, oid, part)
        needed_address = (needed_catalogue, needed_oid, needed_part)
        if needed_catalogue == "pg_type":
            needed_address = types.get(needed_oid, needed_address)
        dependent, needed = _name(names, address), _name(names, needed_address)
        if dependent and dependent.kind == "attribute":
            dependent = names[catalogue, oid, 0]
        if dependent and needed and needed_oid in functions.get(oid, ()):
            yield dependent, _shell(dependent)
        if dependent and needed and oid in functions.get(needed_oid, ()):
            yield dependent, _shell(needed)
        elif dependent and needed:
            yield dependent, needed
            if needed.kind == "attribute":
                yield dependent, names[needed_catalogue, needed_oid, 0]


def _shell(base_type: Identity) -> Identity:
    """A base type and its functions need each other; the functions only need the name."""
    return base_type._replace(kind="shell type")


def _types(connection: Connection) -> tuple[Mapping[int, Address], Mapping[int, tuple[int, ...]]]:
    """What stands for each type, and of base types their functions."""
    listed = connection.query(_TYPES)
    functions = {integer(oid): integers(several) for oid, *_, several in listed if several}
    rows = [tuple(map(integer, row[:3])) for row in listed]
    relations = {oid: relation for oid, relation, _ in rows if relation}
    found: dict[int, Address] = {}
    for oid, _, element in rows:
        meant = element or oid
        relation = relations.get(meant)
        found[oid] = ("pg_class", relation, 0) if relation else ("pg_type", meant, 0)
    return found, functions


def _name(names: Mapping[Address, Identity], address: Address) -> Identity | None:
    """What stands at `address`; a column of a view or sequence stands for the whole of it."""
    place, oid, _ = address
    return names.get(address) or names.get((place, oid, 0))
