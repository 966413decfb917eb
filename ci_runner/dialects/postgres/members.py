"""Operators and support functions of operator families and classes, as both have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Address
from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.schema.operators import Member

# Whose member one is, pg_depend says: of the class that it came with, or of the family.
_QUERY = """
SELECT d.refobjid, d.classid::regclass::text, d.objid,
       'OPERATOR ' || o.amopstrategy || ' (' || pg_catalog.format_type(o.amoplefttype, NULL)
       || ', ' || pg_catalog.format_type(o.amoprighttype, NULL) || ')',
       'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator::text
       || CASE WHEN o.amoppurpose = 'o' THEN ' FOR ORDER BY ' || quote_ident(n.nspname) || '.'
          || quote_ident(f.opfname) ELSE '' END
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_amop o ON o.oid = d.objid AND d.classid = 'pg_catalog.pg_amop'::regclass
LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopsortfamily
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
WHERE d.refclassid = 'pg_catalog.{place}'::regclass AND d.objid >= 16384
UNION ALL
SELECT d.refobjid, d.classid::regclass::text, d.objid,
       'FUNCTION ' || p.amprocnum || ' (' || pg_catalog.format_type(p.amproclefttype, NULL)
       || ', ' || pg_catalog.format_type(p.amprocrighttype, NULL) || ')',
       'FUNCTION ' || p.amprocnum || ' (' || pg_catalog.format_type(p.amproclefttype, NULL)
       || ', ' || pg_catalog.format_type(p.amprocrighttype, NULL) || ') '
       || p.amproc::oid::regprocedure::text
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_amproc p ON p.oid = d.objid AND d.classid = 'pg_catalog.pg_amproc'::regclass
WHERE d.refclassid = 'pg_catalog.{place}'::regclass AND d.objid >= 16384
"""


def read(connection: Connection, place: str) -> Mapping[int, tuple[tuple[Address, Member], ...]]:
    """Members by the oid of their family or class: `place` is pg_opfamily or pg_opclass."""
    found: dict[int, list[tuple[Address, Member]]] = defaultdict(list)
    for owner, catalogue, oid, where, definition in connection.query(_QUERY.format(place=place)):
        address = (text(catalogue).removeprefix("pg_catalog."), integer(oid), 0)
        found[integer(owner)].append((address, Member(text(where), text(definition))))
    return {
        owner: tuple(sorted(several, key=lambda each: _place(each[1])))
        for owner, several in found.items()
    }


def _place(member: Member) -> tuple[str, int, str]:
    word, number, types = member.place.split(" ", 2)
    return ("" if word == "OPERATOR" else word, int(number), types)
