"""Name what this version does not compare, so that nobody takes silence for equality."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.foreign import secrets_of
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    MATERIALIZED_VIEW,
    USER_SCHEMA,
    any_of,
    not_extension_member,
)
from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.dialects.postgres.watch.marks import only
from ci_runner.dialects.postgres.watch.sources import catalogues
from ci_runner.schema.model import Identity


def _ours(catalogue: str, alias: str) -> str:
    return f"{USER_SCHEMA} AND {not_extension_member(catalogue, f'{alias}.oid')}"


def _in_schema(
    kind: str, catalogue: str, alias: str, name: str, namespace: str, where: str = ""
) -> str:
    """Objects of one catalogue that live in a schema; `kind` and `name` are SQL over `alias`."""
    return (
        f"SELECT {kind}, n.nspname, '', {name} FROM pg_catalog.{catalogue} {alias}"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = {alias}.{namespace}"
        f" WHERE {_ours(catalogue, alias)}"
        f"{f' AND ({where})' if where else ''}"
    )


def _on_relation(kind: str, catalogue: str, relation: str, name: str, where: str = "") -> str:
    """What stands on a relation: `x` is the row of `catalogue`, `c` the relation's of pg_class."""
    return (
        f"SELECT {kind}, n.nspname, c.relname, {name} FROM pg_catalog.{catalogue} x"
        f" JOIN pg_catalog.pg_class c ON c.oid = x.{relation}"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE {_ours('pg_class', 'c')}"
        f"{f' AND ({where})' if where else ''}"
    )


# By an index, where the whole of pg_depend would be read through otherwise.
_ON_EXTENSION = "x.refclassid = 'pg_catalog.pg_extension'::regclass"


def _everywhere(kind: str, catalogue: str, name: str, where: str = "true") -> str:
    """Objects that live in no schema."""
    return (
        f"SELECT {kind}, '', '', {name} FROM pg_catalog.{catalogue} x"
        f" WHERE {where} AND {not_extension_member(catalogue, 'x.oid')}"
    )


def _stands(relation: str) -> str:
    """SQL condition: the relation is a table or materialized view that we manage."""
    return (
        f"EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        f" ON n.oid = c.relnamespace WHERE c.oid = {relation}"
        f" AND ({MANAGED_TABLE} OR {MATERIALIZED_VIEW}))"
    )


# A condition that is false where there can be none, as for kinds; and a SELECT that gives kind,
# schema, parent, name. Objects that initdb made have oids below 16384.
_OBJECTS = (
    (
        "NOT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'plpgsql')",
        "SELECT 'extension', '', '', 'plpgsql, which this database lacks'",
    ),
    (
        any_of("pg_statistic_ext"),
        _in_schema(
            "'statistics object'",
            "pg_statistic_ext",
            "s",
            "s.stxname",
            "stxnamespace",
            f"NOT {_stands('s.stxrelid')}",
        ),
    ),
    # What is a secret is not read, nor whether a subscription runs.
    (
        any_of("pg_subscription"),
        """SELECT 'connection and state of subscription', '', '', s.subname
           FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
           WHERE d.datname = pg_catalog.current_database()""",
    ),
    (
        any_of("pg_foreign_data_wrapper"),
        f"""SELECT 'secret option of foreign data wrapper', '', x.fdwname, o.name
            FROM pg_catalog.pg_foreign_data_wrapper x,
                 LATERAL ({secrets_of("x.fdwoptions")}) o (name)""",
    ),
    (
        any_of("pg_foreign_server"),
        f"""SELECT 'secret option of foreign server', '', x.srvname, o.name
            FROM pg_catalog.pg_foreign_server x, LATERAL ({secrets_of("x.srvoptions")}) o (name)""",
    ),
    (
        any_of("pg_foreign_server"),
        f"""SELECT 'secret option of user mapping', '', x.srvname,
                   o.name || ' of ' || CASE x.umuser WHEN 0 THEN 'PUBLIC' ELSE x.usename END
            FROM pg_catalog.pg_user_mappings x, LATERAL ({secrets_of("x.umoptions")}) o (name)""",
    ),
    *(
        (
            any_of("pg_foreign_table", "true"),
            f"""SELECT 'secret option of {what}', n.nspname, c.relname, {name}
                FROM pg_catalog.{catalogue} x
                JOIN pg_catalog.pg_class c ON c.oid = x.{relation} AND c.relkind = 'f'
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
                     LATERAL ({secrets_of(options)}) o (name)
                WHERE {_ours("pg_class", "c")}""",
        )
        for what, name, catalogue, relation, options in (
            ("table", "o.name", "pg_foreign_table", "ftrelid", "x.ftoptions"),
            ("column", "x.attname || ' ' || o.name", "pg_attribute", "attrelid", "x.attfdwoptions"),
        )
    ),
    # The server shows them to those that pg_user_mappings says, and hides them from others.
    (
        any_of("pg_foreign_server"),
        """SELECT 'options of user mapping', '', x.srvname,
                  CASE x.umuser WHEN 0 THEN 'PUBLIC' ELSE x.usename END
           FROM pg_catalog.pg_user_mappings x
           JOIN pg_catalog.pg_foreign_server s ON s.oid = x.srvid
           JOIN pg_catalog.pg_roles r ON r.rolname = current_user
           WHERE x.umoptions IS NULL AND NOT r.rolsuper
           AND NOT (x.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE'))
           AND NOT (x.umuser = r.oid AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE')
                    OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))""",
    ),
)

# What a managed object can have and its kind does not read. Columns that not every version has are
# asked for by way of JSON.
_ATTRIBUTES = (
    # An index that was the identity of its table and is gone: rows have none since.
    (
        any_of("pg_class", "x.oid >= 16384 AND x.relreplident = 'i'"),
        _in_schema(
            "'replica identity'",
            "pg_class",
            "c",
            "c.relname",
            "relnamespace",
            f"""c.relreplident = 'i' AND {MANAGED_TABLE} AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)""",
        ),
    ),
    # Whether a child has a column of its own as well: ALTER TABLE has no way back from there.
    (
        any_of("pg_inherits", "true"),
        _in_schema(
            "'locality of inherited columns'",
            "pg_class",
            "c",
            "c.relname",
            "relnamespace",
            f"""NOT c.relispartition AND {MANAGED_TABLE}
                AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)""",
        ),
    ),
    (
        any_of("pg_inherits", "true"),
        _on_relation(
            "'locality of inherited check'",
            "pg_constraint",
            "conrelid",
            "x.conname",
            f"x.contype = 'c' AND x.coninhcount > 0 AND x.conislocal AND {MANAGED_TABLE}",
        ),
    ),
    (
        any_of("pg_inherits", "true"),
        _on_relation(
            "'comment on inherited constraint'",
            "pg_constraint",
            "conrelid",
            "x.conname",
            f"""(x.conparentid <> 0 OR x.coninhcount > 0 AND NOT x.conislocal) AND {MANAGED_TABLE}
                AND pg_catalog.obj_description(x.oid, 'pg_constraint') IS NOT NULL""",
        ),
    ),
    # PostgreSQL 18 gives NOT NULL a name and properties of its own.
    (
        any_of("pg_constraint", "x.contype = 'n' AND x.conrelid >= 16384"),
        _on_relation(
            "'name or validity of not null'",
            "pg_constraint",
            "conrelid",
            "x.conname",
            f"""x.contype = 'n' AND {MANAGED_TABLE} AND (x.connoinherit OR NOT x.convalidated
                OR length(c.relname || x.conname) < 60 AND x.conislocal
                AND x.conname <> c.relname || '_' || (
                    SELECT a.attname FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum = x.conkey[1]) || '_not_null')""",
        ),
    ),
    (
        any_of("pg_index", "NOT x.indisvalid"),
        _on_relation(
            "'constraint without an index on each partition'",
            "pg_constraint",
            "conrelid",
            "x.conname",
            f"""x.contype IN ('p', 'u', 'x') AND {MANAGED_TABLE} AND EXISTS (
                SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = x.conindid
                AND NOT i.indisvalid)""",
        ),
    ),
    (
        any_of("pg_sequence", "true"),
        _on_relation(
            "'comment on identity sequence'",
            "pg_depend",
            "refobjid",
            "(SELECT a.attname FROM pg_catalog.pg_attribute a"
            " WHERE a.attrelid = c.oid AND a.attnum = x.refobjsubid)",
            f"""x.classid = 'pg_catalog.pg_class'::regclass AND x.deptype = 'i'
                AND x.refclassid = 'pg_catalog.pg_class'::regclass AND x.refobjsubid > 0
                AND pg_catalog.obj_description(x.objid, 'pg_class') IS NOT NULL
                AND {MANAGED_TABLE}""",
        ),
    ),
    (
        any_of("pg_trigger", "x.tgparentid <> 0"),
        _on_relation(
            "'firing of a copied trigger'",
            "pg_trigger",
            "tgrelid",
            "x.tgname",
            "NOT x.tgisinternal AND x.tgparentid <> 0 AND x.tgenabled <>"
            " (SELECT p.tgenabled FROM pg_catalog.pg_trigger p WHERE p.oid = x.tgparentid)",
        ),
    ),
    (
        any_of("pg_depend", f"{_ON_EXTENSION} AND x.deptype = 'x'"),
        """SELECT 'dependence on an extension: ' || i.type, coalesce(i.schema, ''), '',
                  coalesce(p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
                           i.name, i.identity)
           FROM pg_catalog.pg_depend d
           LEFT JOIN pg_catalog.pg_proc p
                ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid,
           LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) i
           WHERE d.deptype = 'x'""",
    ),
    # From version 17 on a domain's NOT NULL is a constraint.
    (
        any_of("pg_constraint", "x.contype = 'n' AND x.contypid >= 16384"),
        f"""SELECT 'name or comment of not null', n.nspname, t.typname, k.conname
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE k.contype = 'n' AND {_ours("pg_type", "t")}
            AND (pg_catalog.obj_description(k.oid, 'pg_constraint') IS NOT NULL
                 OR length(t.typname) < 50 AND k.conname <> t.typname || '_not_null')""",
    ),
    (
        f"{any_of('pg_seclabel', 'true')} OR {any_of('pg_shseclabel', 'true')}",
        """SELECT 'security label', '', '', pg_catalog.format('%s of %s', l.provider, l.objname)
           FROM pg_catalog.pg_seclabels l""",
    ),
)


_EVERY = (*_OBJECTS, *_ATTRIBUTES)
# By the place of an entry in _EVERY: what there is of it, where there may be any.
Aside = Mapping[int, tuple[Identity, ...]]


def due(since: Aside, written: Collection[str], relations: str) -> dict[int, str]:
    """What must be found out again: conditions by entry.

    `written` are the catalogues changed, `relations` is SQL for an array of those touched: only
    they can bring what is not there yet.
    """
    return {
        at: condition if at in since else only(condition, relations)
        for at, (condition, query) in enumerate(_EVERY)
        if not catalogues(query if at in since else condition).isdisjoint(written)
    }


def every() -> dict[int, str]:
    """All conditions, by entry."""
    return {at: condition for at, (condition, _) in enumerate(_EVERY)}


def unmanaged(connection: Connection, there: Mapping[int, bool], since: Aside) -> Aside:
    """Objects and attributes that exist and that no file in `kinds/` reads, in one query.

    `there` are the answers to conditions; what they do not tell of is as it was.
    """
    asked = [f"SELECT {at}, u.* FROM ({_EVERY[at][1]}) u" for at, yes in there.items() if yes]
    found: dict[int, list[Identity]] = {at: [] for at, yes in there.items() if yes}
    for at, kind, schema, parent, name in (
        connection.query("\nUNION ALL\n".join(asked)) if asked else ()
    ):
        found[integer(at)].append(Identity(text(kind), text(schema), text(name), text(parent)))
    kept = {at: several for at, several in since.items() if at not in there}
    return {**kept, **{at: tuple(several) for at, several in found.items()}}
