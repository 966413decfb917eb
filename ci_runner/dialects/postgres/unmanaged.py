"""Name what this version does not compare, so that nobody takes silence for equality."""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.foreign import secrets_of
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    MATERIALIZED_VIEW,
    USER_SCHEMA,
    not_extension_member,
)
from ci_runner.dialects.postgres.rows import text
from ci_runner.schema.model import Identity

# Kinds of `Identity` below that are relations, and with it types of their name; and other types.
RELATIONS = frozenset(
    {
        "composite type",
    }
)
TYPES = frozenset({"domain", "range type", "base type"})


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


# Each SELECT gives kind, schema, parent, name. Objects that initdb made have oids below 16384.
_OBJECTS = (
    _in_schema(
        "'composite type'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        "c.relkind = 'c'",
    ),
    _in_schema(
        "CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'base type' END",
        "pg_type",
        "t",
        "t.typname",
        "typnamespace",
        "t.typtype IN ('d', 'r', 'p') OR t.typtype = 'b' AND t.typcategory <> 'A'",
    ),
    _in_schema(
        "'statistics object'",
        "pg_statistic_ext",
        "s",
        "s.stxname",
        "stxnamespace",
        f"NOT {_stands('s.stxrelid')}",
    ),
    _in_schema("'collation'", "pg_collation", "o", "o.collname", "collnamespace"),
    _in_schema("'conversion'", "pg_conversion", "o", "o.conname", "connamespace"),
    _in_schema(
        "'operator'", "pg_operator", "o", "o.oid::pg_catalog.regoperator::text", "oprnamespace"
    ),
    _in_schema("'operator class'", "pg_opclass", "o", "o.opcname", "opcnamespace"),
    _in_schema("'operator family'", "pg_opfamily", "o", "o.opfname", "opfnamespace"),
    _in_schema("'text search configuration'", "pg_ts_config", "o", "o.cfgname", "cfgnamespace"),
    _in_schema("'text search dictionary'", "pg_ts_dict", "o", "o.dictname", "dictnamespace"),
    _in_schema("'text search parser'", "pg_ts_parser", "o", "o.prsname", "prsnamespace"),
    _in_schema("'text search template'", "pg_ts_template", "o", "o.tmplname", "tmplnamespace"),
    """SELECT 'extension', '', '', 'plpgsql, which this database lacks'
       WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'plpgsql')""",
    _everywhere("'access method'", "pg_am", "x.amname", "x.oid >= 16384"),
    _everywhere(
        "'cast'",
        "pg_cast",
        "pg_catalog.format_type(x.castsource, NULL) || ' as '"
        " || pg_catalog.format_type(x.casttarget, NULL)",
        "x.oid >= 16384",
    ),
    # What is a secret is not read, nor whether a subscription runs.
    """SELECT 'connection and state of subscription', '', '', s.subname
       FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
       WHERE d.datname = pg_catalog.current_database()""",
    f"""SELECT 'secret option of foreign data wrapper', '', x.fdwname, o.name
        FROM pg_catalog.pg_foreign_data_wrapper x,
             LATERAL ({secrets_of("x.fdwoptions")}) o (name)""",
    f"""SELECT 'secret option of foreign server', '', x.srvname, o.name
        FROM pg_catalog.pg_foreign_server x, LATERAL ({secrets_of("x.srvoptions")}) o (name)""",
    f"""SELECT 'secret option of user mapping', '', x.srvname,
               o.name || ' of ' || CASE x.umuser WHEN 0 THEN 'PUBLIC' ELSE x.usename END
        FROM pg_catalog.pg_user_mappings x, LATERAL ({secrets_of("x.umoptions")}) o (name)""",
    # The server shows them to those that pg_user_mappings says, and hides them from others.
    """SELECT 'options of user mapping', '', x.srvname,
              CASE x.umuser WHEN 0 THEN 'PUBLIC' ELSE x.usename END
       FROM pg_catalog.pg_user_mappings x
       JOIN pg_catalog.pg_foreign_server s ON s.oid = x.srvid
       JOIN pg_catalog.pg_roles r ON r.rolname = current_user
       WHERE x.umoptions IS NULL AND NOT r.rolsuper
       AND NOT (x.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE'))
       AND NOT (x.umuser = r.oid AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE')
                OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))""",
)

# What a managed object can have and its kind does not read. Columns that not every version has are
# asked for by way of JSON.
_ATTRIBUTES = (
    # An index that was the identity of its table and is gone: rows have none since.
    _in_schema(
        "'replica identity'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        f"""c.relreplident = 'i' AND {MANAGED_TABLE} AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)""",
    ),
    # Whether a child has a column of its own as well: ALTER TABLE has no way back from there.
    _in_schema(
        "'locality of inherited columns'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        f"""NOT c.relispartition AND {MANAGED_TABLE}
            AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)""",
    ),
    _on_relation(
        "'locality of inherited check'",
        "pg_constraint",
        "conrelid",
        "x.conname",
        f"x.contype = 'c' AND x.coninhcount > 0 AND x.conislocal AND {MANAGED_TABLE}",
    ),
    _on_relation(
        "'comment on inherited constraint'",
        "pg_constraint",
        "conrelid",
        "x.conname",
        f"""(x.conparentid <> 0 OR x.coninhcount > 0 AND NOT x.conislocal) AND {MANAGED_TABLE}
            AND pg_catalog.obj_description(x.oid, 'pg_constraint') IS NOT NULL""",
    ),
    # PostgreSQL 18 gives NOT NULL a name and properties of its own.
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
    _on_relation(
        "'constraint without an index on each partition'",
        "pg_constraint",
        "conrelid",
        "x.conname",
        f"""x.contype IN ('p', 'u', 'x') AND {MANAGED_TABLE} AND EXISTS (
            SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = x.conindid
            AND NOT i.indisvalid)""",
    ),
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
    _on_relation(
        "'firing of a copied trigger'",
        "pg_trigger",
        "tgrelid",
        "x.tgname",
        "NOT x.tgisinternal AND x.tgparentid <> 0 AND x.tgenabled <>"
        " (SELECT p.tgenabled FROM pg_catalog.pg_trigger p WHERE p.oid = x.tgparentid)",
    ),
    """SELECT 'dependence on an extension: ' || i.type, coalesce(i.schema, ''), '',
              coalesce(p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
                       i.name, i.identity)
       FROM pg_catalog.pg_depend d
       LEFT JOIN pg_catalog.pg_proc p
            ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid,
       LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) i
       WHERE d.deptype = 'x'""",
    """SELECT 'security label', '', '', pg_catalog.format('%s of %s', l.provider, l.objname)
       FROM pg_catalog.pg_seclabels l""",
)


def unmanaged(connection: Connection) -> tuple[Identity, ...]:
    """Objects and attributes that exist and that no file in `kinds/` reads, in one query."""
    rows = connection.query("\nUNION ALL\n".join((*_OBJECTS, *_ATTRIBUTES)))
    return tuple(
        Identity(text(kind), text(schema), text(name), text(parent))
        for kind, schema, parent, name in rows
    )
