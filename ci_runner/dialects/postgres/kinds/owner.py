"""Owners: objects that belong to a role other than the one that owns the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Address, Found, Kind, Statements, World
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.schema.access import CURRENT_USER, Owner
from ci_runner.schema.model import Identity


def _in_schema(catalogue: str, prefix: str, namespace: str = "", where: str = "true") -> str:
    return (
        f"SELECT '{catalogue}' AS catalogue, o.oid AS object, o.{prefix}owner AS owner"
        f" FROM pg_catalog.{catalogue} o"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = o.{namespace or f'{prefix}namespace'}"
        f" WHERE o.oid >= 16384 AND {USER_SCHEMA} AND {where}"
    )


def _everywhere(catalogue: str, owner: str, where: str = "true") -> str:
    return (
        f"SELECT '{catalogue}', o.oid, o.{owner} FROM pg_catalog.{catalogue} o"
        f" WHERE o.oid >= 16384 AND {where}"
    )


# Everything that can change its owner by itself: no index, no sequence of a column, no array or row
# type, no function that came with a range type, which is the bootstrap superuser's. The schema
# `public` of a new database belongs to a role of the server's own.
_OWNED = (
    _in_schema(
        "pg_class",
        "rel",
        where="""o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT (o.relkind = 'S' AND EXISTS (
            SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
            AND d.objid = o.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0))""",
    ),
    _in_schema(
        "pg_proc",
        "pro",
        where="""NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = o.oid
            AND d.deptype = 'i')""",
    ),
    _in_schema(
        "pg_type",
        "typ",
        where="""o.typcategory <> 'A' AND o.typtype <> 'm' AND (o.typrelid = 0 OR EXISTS (
            SELECT FROM pg_catalog.pg_class c WHERE c.oid = o.typrelid AND c.relkind = 'c'))""",
    ),
    _in_schema("pg_collation", "coll"),
    _in_schema("pg_conversion", "con"),
    _in_schema("pg_operator", "opr"),
    _in_schema("pg_opclass", "opc"),
    _in_schema("pg_opfamily", "opf"),
    _in_schema("pg_ts_config", "cfg"),
    _in_schema("pg_ts_dict", "dict"),
    _in_schema("pg_statistic_ext", "stx"),
    f"""SELECT 'pg_namespace', n.oid, n.nspowner FROM pg_catalog.pg_namespace n
        WHERE {USER_SCHEMA} AND NOT (n.nspname = 'public' AND (n.nspowner = 10
              OR pg_catalog.pg_get_userbyid(n.nspowner) = 'pg_database_owner'))""",
    _everywhere("pg_language", "lanowner"),
    _everywhere("pg_foreign_data_wrapper", "fdwowner"),
    _everywhere("pg_foreign_server", "srvowner"),
    _everywhere("pg_event_trigger", "evtowner"),
    _everywhere("pg_publication", "pubowner"),
    _everywhere(
        "pg_subscription",
        "subowner",
        "o.subdbid = (SELECT b.oid FROM pg_catalog.pg_database b"
        " WHERE b.datname = pg_catalog.current_database())",
    ),
)

_QUERY = f"""
SELECT o.catalogue, o.object, pg_catalog.pg_get_userbyid(o.owner), i.type, i.identity
FROM (SELECT * FROM ({" UNION ALL ".join(_OWNED)}) every
      WHERE owner <> (SELECT b.datdba FROM pg_catalog.pg_database b
                      WHERE b.datname = pg_catalog.current_database())) o
CROSS JOIN LATERAL pg_catalog.pg_identify_object(
    ('pg_catalog.' || o.catalogue)::regclass, o.object, 0) i
"""

# What ALTER calls a thing that pg_identify_object calls otherwise. An aggregate without arguments
# has no name that ALTER AGGREGATE could read in the same form.
_WORDS = {
    "aggregate": "ROUTINE",
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "statistics object": "STATISTICS",
}


def read_on(
    connection: Connection, names: Mapping[Address, Identity]
) -> Iterator[Found | Identity]:
    """Owners of what is managed; of the rest nothing is compared, as its own entry says."""
    for catalogue, oid, role, kind, signature in connection.query(_QUERY):
        on = names.get((text(catalogue), integer(oid), 0))
        if on is not None:
            what = _WORDS.get(text(kind), text(kind).upper())
            yield Found(
                Owner(on, what, quote(text(role)), text(signature)),
                ((f"{text(catalogue)} owner", integer(oid), 0),),
            )


def _read(_: Connection) -> Iterator[Found]:
    """Nothing yet: the objects that it is on have no names before all of them were read."""
    return iter(())


def _given(each: Owner, role: str, before: str) -> Statements:
    what = f"ALTER {each.what} {each.signature or qualified(each.on.schema, each.on.name)} OWNER TO"
    return (
        PlannedStatement(
            f"{what} {role}",
            f"Give {each.on} to {role}",
            each.on,
            undo=f"{what} {before}",
        ),
    )


def _create(new: Owner) -> Statements:
    return _given(new, new.role, CURRENT_USER)


def _drop(old: Owner) -> Statements:
    return _given(old, CURRENT_USER, old.role)


def _alter(old: Owner, new: Owner, _: World) -> Statements:
    return _given(new, new.role, old.role) if old.role != new.role else ()


def at_tie(
    sequence: Identity, old: Identity | None, new: Identity | None, world: World
) -> Statements:
    """Give a sequence to the owner of the table of the column that it is tied to.

    A sequence has the owner of its table, is tied to no other's, and keeps that owner when it is
    let go. Owners of tables change later, and then their sequences go along.
    """
    before, after = (_role_of_table(column, world) for column in (old, new))
    if before == after:
        return ()
    return _given(Owner(sequence, "SEQUENCE", after), after, before)


def _role_of_table(column: Identity | None, world: World) -> str:
    if column is None:
        return CURRENT_USER
    table = Identity("table", column.schema, column.parent)
    found = world.old.get(Owner(table, "TABLE", "").identity)
    return found.role if isinstance(found, Owner) else CURRENT_USER


KIND = Kind(Owner, _read, _create, _drop, _alter, asks=(_QUERY,), read_on=read_on)
