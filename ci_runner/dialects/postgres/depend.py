"""Who needs whom, as the catalogue pg_depend says it, in the names of our own schema values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.dialects.postgres.rows import integer, optional_integer
from ci_runner.schema.model import Copy, Identity, Sequence
from ci_runner.schema.shared import Edge

# A user object's oid is 16384 or more: FirstNormalObjectId in access/transam.h. The schema `public`
# has less; relations, routines and types need theirs by name. The rule that is a view stands for
# it, a default for its column; an array type for that of its elements, a row type for its relation.
# CASE, because nothing is looked up for NULL.
_DEPENDENCIES = """
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid,
       w.ev_class, f.adrelid, f.adnum, coalesce(e.oid, t.oid), coalesce(e.typrelid, t.typrelid)
FROM {rows} d
LEFT JOIN pg_catalog.pg_rewrite w ON w.rulename = '_RETURN'
     AND w.oid = CASE WHEN d.classid = 'pg_catalog.pg_rewrite'::regclass THEN d.objid END
LEFT JOIN pg_catalog.pg_attrdef f
     ON f.oid = CASE WHEN d.classid = 'pg_catalog.pg_attrdef'::regclass THEN d.objid END
LEFT JOIN pg_catalog.pg_type t
     ON t.oid = CASE WHEN d.refclassid = 'pg_catalog.pg_type'::regclass THEN d.refobjid END
LEFT JOIN pg_catalog.pg_type e
     ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN t.typelem END
WHERE d.deptype IN ('n', 'a', 'i') AND d.objid >= 16384
  AND (d.refobjid >= 16384
       OR d.refclassid = 'pg_catalog.pg_namespace'::regclass
       AND d.classid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass,
                             'pg_catalog.pg_type'::regclass))
  AND NOT (d.deptype = 'i' AND d.classid = 'pg_catalog.pg_type'::regclass)
"""
# The rows of some objects, and of what stands for one of them. OFFSET keeps the server to the index
# on (classid, objid): of a catalogue that has just grown it has no idea how large it is.
_SOME = """(
  SELECT r.* FROM (
    SELECT i.classid, i.oid
    FROM unnest('{{{catalogues}}}'::oid[], '{{{oids}}}'::oid[]) i (classid, oid)
    UNION ALL SELECT 'pg_catalog.pg_rewrite'::regclass, w.oid FROM pg_catalog.pg_rewrite w
    WHERE w.ev_class = ANY ('{{{relations}}}'::oid[]) AND w.rulename = '_RETURN'
    UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, f.oid FROM pg_catalog.pg_attrdef f
    WHERE f.adrelid = ANY ('{{{relations}}}'::oid[])) i,
  LATERAL (SELECT * FROM pg_catalog.pg_depend d
           WHERE d.classid = i.classid AND d.objid = i.oid OFFSET 0) r)"""


def edges(
    connection: Connection,
    names: Mapping[Address, Identity],
    tables: Mapping[int, str],
    found: Iterable[Found],
    copies: Mapping[Identity, Copy],
    *,
    some: bool = False,
) -> dict[Identity, frozenset[Edge]]:
    """(dependent, needed) by dependent, for all or for the dependents of `found`.

    `tables` are the catalogue's own by oid. Without the edge from an owned sequence in `found` to
    its column: that says who is dropped with whom; the column's default needs the sequence, and an
    order must begin somewhere. Who needs a copy needs its origin; copies need nothing that is ours
    to order.
    """
    found = tuple(found)
    owners = {
        (each.object.identity, each.object.owned_by)
        for each in found
        if isinstance(each.object, Sequence)
    }
    query = _only(found, tables) if some else _DEPENDENCIES.format(rows="pg_catalog.pg_depend")
    collected: dict[Identity, set[Edge]] = defaultdict(set)
    for dependent, needed in _named(names, tables, connection.query(query)):
        if dependent in copies:
            continue
        while needed in copies:
            needed = copies[needed].of  # noqa: PLW2901 - up a line of copies
        if dependent != needed and (dependent, needed) not in owners:
            collected[dependent].add((dependent, needed))
    return {dependent: frozenset(several) for dependent, several in collected.items()}


def _only(found: Iterable[Found], tables: Mapping[int, str]) -> str:
    oids = {name: oid for oid, name in tables.items()}
    addresses = {
        (oids[catalogue], oid)
        for each in found
        for catalogue, oid, _ in each.addresses
        if catalogue in oids
    }
    rows = _SOME.format(
        catalogues=",".join(str(catalogue) for catalogue, _ in addresses),
        oids=",".join(str(oid) for _, oid in addresses),
        relations=",".join(str(oid) for place, oid in addresses if place == oids["pg_class"]),
    )
    return _DEPENDENCIES.format(rows=rows)


def _named(
    names: Mapping[Address, Identity], tables: Mapping[int, str], rows: list[tuple[object, ...]]
) -> Iterator[Edge]:
    """Both ends of each row by name, where both have one."""
    for row in rows:
        place, oid, part, needed_place, needed_oid, needed_part = map(integer, row[:6])
        view, owner, number, element, relation = map(optional_integer, row[6:])
        catalogue, needed_catalogue = tables[place], tables[needed_place]
        address = (catalogue, oid, part)
        if view is not None or owner is not None:
            address = ("pg_class", view or owner or 0, number or 0)
        needed_address = (needed_catalogue, needed_oid, needed_part)
        if element is not None:
            needed_address = ("pg_class", relation, 0) if relation else ("pg_type", element, 0)
        dependent, needed = _name(names, address), _name(names, needed_address)
        if dependent and dependent.kind == "attribute":
            dependent = names[catalogue, oid, 0]
        if dependent and needed:
            yield dependent, needed
            if needed.kind == "attribute":
                yield dependent, names[needed_catalogue, needed_oid, 0]


def _name(names: Mapping[Address, Identity], address: Address) -> Identity | None:
    """What stands at `address`; a column of a view or sequence stands for the whole of it."""
    place, oid, _ = address
    return names.get(address) or names.get((place, oid, 0))
