"""Who needs whom, as the catalogue pg_depend says it, in the names of our own schema values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import SHELL, Address, Found
from ci_runner.dialects.postgres.watch.prepared import Question, listed
from ci_runner.schema.model import Copy, Identity, Sequence
from ci_runner.schema.shared import Edge

# A user object's oid is 16384 or more: FirstNormalObjectId in access/transam.h. The schema `public`
# has less; relations, routines and types need theirs by name. What a trigger of a foreign key needs
# is not asked, since that has no name, nor that the index of a constraint needs this, since both
# have the same.
_WANTED = """d.deptype IN ('n', 'a', 'i') AND d.objid >= 16384
    AND (d.refobjid >= 16384
         OR d.refclassid = 'pg_catalog.pg_namespace'::regclass
         AND d.classid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass,
                               'pg_catalog.pg_type'::regclass))
    AND NOT (d.deptype = 'i' AND (
        d.classid IN ('pg_catalog.pg_type'::regclass, 'pg_catalog.pg_trigger'::regclass)
        OR d.classid = 'pg_catalog.pg_class'::regclass
           AND d.refclassid = 'pg_catalog.pg_constraint'::regclass))"""
# Most rows say it as it is. The rule that is a view stands for it, a default for its column; an
# array type for that of its elements, a row type for its relation. CASE, because nothing is looked
# up for NULL. Arrays, because a large schema has tens of thousands. What a base type is made of
# needs no more than its shell.
_DEPENDENCIES = f"""
SELECT array_agg(k.place::int8), array_agg(k.oid::int8), array_agg(k.part::int8),
       array_agg(k.needed_place::int8), array_agg(k.needed_oid::int8),
       array_agg(k.needed_part::int8)
FROM (
  SELECT d.classid AS place, d.objid AS oid, d.objsubid AS part, d.refclassid AS needed_place,
         d.refobjid AS needed_oid, d.refobjsubid AS needed_part
  FROM {{rows}} d
  WHERE {_WANTED} AND d.refclassid <> 'pg_catalog.pg_type'::regclass
    AND d.classid NOT IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_attrdef'::regclass)
  UNION ALL
  SELECT CASE WHEN s.relation IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::regclass END,
         coalesce(s.relation, d.objid), coalesce(s.part, d.objsubid),
         CASE WHEN m.oid IS NULL THEN d.refclassid WHEN m.relation = 0 THEN
              'pg_catalog.pg_type'::regclass ELSE 'pg_catalog.pg_class'::regclass END,
         CASE WHEN m.oid IS NULL THEN d.refobjid WHEN m.relation = 0 THEN m.oid
              ELSE m.relation END,
         CASE WHEN m.oid IS NULL THEN d.refobjsubid
              WHEN d.classid = 'pg_catalog.pg_proc'::regclass
                   AND d.objid IN (t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin,
                                   t.typmodout, t.typanalyze, t.typsubscript) THEN {SHELL}
              ELSE 0 END
  FROM {{rows}} d
  LEFT JOIN pg_catalog.pg_rewrite w ON w.rulename = '_RETURN'
       AND w.oid = CASE WHEN d.classid = 'pg_catalog.pg_rewrite'::regclass THEN d.objid END
  LEFT JOIN pg_catalog.pg_attrdef f
       ON f.oid = CASE WHEN d.classid = 'pg_catalog.pg_attrdef'::regclass THEN d.objid END
  LEFT JOIN pg_catalog.pg_type t
       ON t.oid = CASE WHEN d.refclassid = 'pg_catalog.pg_type'::regclass THEN d.refobjid END
  LEFT JOIN pg_catalog.pg_type e
       ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN t.typelem END,
  LATERAL (SELECT coalesce(w.ev_class, f.adrelid) AS relation,
                  CASE WHEN w.oid IS NULL THEN f.adnum ELSE 0 END AS part) s,
  LATERAL (SELECT coalesce(e.oid, t.oid) AS oid, coalesce(e.typrelid, t.typrelid) AS relation) m
  WHERE {_WANTED} AND (d.refclassid = 'pg_catalog.pg_type'::regclass
    OR d.classid IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_attrdef'::regclass))
    AND (f.oid IS NULL OR d.refobjid <> f.adrelid OR d.refobjsubid <> f.adnum)) k
"""
# The rows of some objects, and of what stands for one of them. OFFSET keeps the server to the index
# on (classid, objid): of a catalogue that has just grown it has no idea how large it is.
_SOME = """
WITH meant AS MATERIALIZED (
  SELECT r.* FROM (
    SELECT i.classid, i.oid
    FROM unnest($1, $2) i (classid, oid)
    UNION ALL SELECT 'pg_catalog.pg_rewrite'::regclass, w.oid FROM pg_catalog.pg_rewrite w
    WHERE w.ev_class = ANY ($3) AND w.rulename = '_RETURN'
    UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, f.oid FROM pg_catalog.pg_attrdef f
    WHERE f.adrelid = ANY ($3)) i,
  LATERAL (SELECT * FROM pg_catalog.pg_depend d
           WHERE d.classid = i.classid AND d.objid = i.oid OFFSET 0) r)"""

_OF_SOME = _SOME + _DEPENDENCIES.format(rows="meant")

# Catalogue, oid and part of the dependent, and of what it needs.
Rows = Iterable[tuple[int, int, int, int, int, int]]


ALL = _DEPENDENCIES.format(rows="pg_catalog.pg_depend")


def all_rows(connection: Connection) -> Rows:
    return rows(connection.query(ALL))


def rows_of(found: Iterable[Found], tables: Mapping[int, str]) -> Question:
    """What `rows` reads of `found` as dependents; `tables` are the catalogue's own by oid."""
    places = {name: oid for oid, name in tables.items()}
    addresses = {
        (places[catalogue], oid)
        for each in found
        for catalogue, oid, _ in each.addresses
        if catalogue in places
    }
    of_relations = {oid for place, oid in addresses if place == places["pg_class"]}
    pairs = (zip(*addresses, strict=True)) if addresses else ((), ())
    return Question(_OF_SOME, (*(listed(each) for each in pairs), listed(of_relations)))


def rows(answer: list[tuple[object, ...]]) -> Rows:
    """Of NULL for no rows; what the query says of their types is not checked again."""
    (columns,) = cast("list[tuple[list[int] | None, ...]]", answer)
    return cast("Rows", zip(*(column or () for column in columns), strict=True))


def edges(
    rows: Rows,
    names: Mapping[Address, Identity],
    tables: Mapping[int, str],
    found: Iterable[Found],
    copies: Mapping[Identity, Copy],
) -> dict[Identity, frozenset[Edge]]:
    """(dependent, needed) by dependent, of the dependencies in `rows`.

    Without the edge from an owned sequence in `found` to its column: that says who is dropped with
    whom; the column's default needs the sequence, and an order must begin somewhere. Who needs a
    copy needs its origin; copies need nothing that is ours to order.
    """
    several = _named(names, tables, rows)
    if copies:
        several = _of_origins(several, copies)
    owners = {
        (each.object.identity, each.object.owned_by)
        for each in found
        if isinstance(each.object, Sequence)
    }
    collected: dict[Identity, list[Edge]] = defaultdict(list)
    for edge in several:
        dependent, needed = edge
        if dependent != needed and not (owners and edge in owners):
            collected[dependent].append(edge)
    return {dependent: frozenset(each) for dependent, each in collected.items()}


def _of_origins(several: Iterable[Edge], copies: Mapping[Identity, Copy]) -> Iterator[Edge]:
    for dependent, needed in several:
        if dependent not in copies:
            while needed in copies:
                needed = copies[needed].of  # noqa: PLW2901 - up a line of copies
            yield dependent, needed


def _named(
    names: Mapping[Address, Identity], tables: Mapping[int, str], rows: Rows
) -> Iterator[Edge]:
    """Both ends of each row by name; a column of a view or sequence stands for the whole of it."""
    find = names.get
    for place, oid, part, needed_place, needed_oid, needed_part in rows:
        at, needed_at = tables[place], tables[needed_place]
        dependent = find((at, oid, part)) or find((at, oid, 0))
        needed = find((needed_at, needed_oid, needed_part)) or find((needed_at, needed_oid, 0))
        if dependent is None or needed is None:
            continue
        if dependent.kind == "attribute":
            dependent = names[at, oid, 0]
        if dependent.kind == "base type" and needed.kind == "function":
            yield dependent, names[at, oid, SHELL]
        yield dependent, needed
        if needed.kind == "attribute":
            yield dependent, names[needed_at, needed_oid, 0]
