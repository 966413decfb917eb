"""Name what this version does not compare, so that nobody takes silence for equality.

Objects are named one by one. Grants and ownership are named once for each role: a reviewer must
know that they were not compared, not read them table by table.
"""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import MANAGED_TABLE, USER_SCHEMA, not_extension_member
from ci_runner.dialects.postgres.rows import text
from ci_runner.schema.model import Identity

# Kinds of `Identity` below that are relations, and with it types of their name; and other types.
RELATIONS = frozenset(
    {
        "materialized view",
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


# Each SELECT gives kind, schema, parent, name. Objects that initdb made have oids below 16384.
_OBJECTS = (
    _in_schema(
        "CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END",
        "pg_proc",
        "p",
        "p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'",
        "pronamespace",
    ),
    _in_schema(
        "CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'composite type' END",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        "c.relkind IN ('m', 'c')",
    ),
    _in_schema(
        "CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'base type' END",
        "pg_type",
        "t",
        "t.typname",
        "typnamespace",
        "t.typtype IN ('d', 'r', 'p') OR t.typtype = 'b' AND t.typcategory <> 'A'",
    ),
    _in_schema("'statistics object'", "pg_statistic_ext", "s", "s.stxname", "stxnamespace"),
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
    _on_relation("'trigger'", "pg_trigger", "tgrelid", "x.tgname", "NOT x.tgisinternal"),
    _on_relation("'policy'", "pg_policy", "polrelid", "x.polname"),
    _on_relation("'rule'", "pg_rewrite", "ev_class", "x.rulename", "x.rulename <> '_RETURN'"),
    _everywhere("'extension'", "pg_extension", "x.extname", "x.extname <> 'plpgsql'"),
    _everywhere("'event trigger'", "pg_event_trigger", "x.evtname"),
    _everywhere("'publication'", "pg_publication", "x.pubname"),
    _everywhere("'language'", "pg_language", "x.lanname", "x.oid >= 16384"),
    _everywhere("'access method'", "pg_am", "x.amname", "x.oid >= 16384"),
    _everywhere("'foreign data wrapper'", "pg_foreign_data_wrapper", "x.fdwname"),
    _everywhere("'foreign server'", "pg_foreign_server", "x.srvname"),
    _everywhere(
        "'cast'",
        "pg_cast",
        "pg_catalog.format_type(x.castsource, NULL) || ' as '"
        " || pg_catalog.format_type(x.casttarget, NULL)",
        "x.oid >= 16384",
    ),
    _everywhere(
        "'transform'",
        "pg_transform",
        "pg_catalog.format_type(x.trftype, NULL) || ' for '"
        " || (SELECT l.lanname FROM pg_catalog.pg_language l WHERE l.oid = x.trflang)",
        "x.oid >= 16384",
    ),
    """SELECT 'subscription', '', '', s.subname FROM pg_catalog.pg_subscription s
       JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
       WHERE d.datname = pg_catalog.current_database()""",
    "SELECT DISTINCT 'user mappings', '', '', u.srvname FROM pg_catalog.pg_user_mappings u",
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
        "'view column default'",
        "pg_attrdef",
        "adrelid",
        "(SELECT a.attname FROM pg_catalog.pg_attribute a"
        " WHERE a.attrelid = c.oid AND a.attnum = x.adnum)",
        "c.relkind = 'v'",
    ),
    """SELECT 'security label', '', '', pg_catalog.format('%s of %s', l.provider, l.objname)
       FROM pg_catalog.pg_seclabels l""",
)

# Every access list there is, with what it would be had nobody touched it.
_ACCESS_LISTS = f"""
SELECT c.relacl AS acl, 'pg_catalog.pg_class'::regclass AS catalogue, c.oid AS object, 0 AS part,
       pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
       AS usual
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relacl IS NOT NULL AND {USER_SCHEMA}
UNION ALL
SELECT a.attacl, 'pg_catalog.pg_class'::regclass, c.oid, a.attnum,
       pg_catalog.acldefault('c', c.relowner)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attacl IS NOT NULL AND {USER_SCHEMA}
UNION ALL
SELECT p.proacl, 'pg_catalog.pg_proc'::regclass, p.oid, 0, pg_catalog.acldefault('f', p.proowner)
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.proacl IS NOT NULL AND {USER_SCHEMA}
UNION ALL
SELECT t.typacl, 'pg_catalog.pg_type'::regclass, t.oid, 0, pg_catalog.acldefault('T', t.typowner)
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typacl IS NOT NULL AND {USER_SCHEMA}
UNION ALL
SELECT n.nspacl, 'pg_catalog.pg_namespace'::regclass, n.oid, 0,
       pg_catalog.acldefault('n', n.nspowner)
FROM pg_catalog.pg_namespace n WHERE n.nspacl IS NOT NULL AND {USER_SCHEMA}
UNION ALL
SELECT l.lanacl, 'pg_catalog.pg_language'::regclass, l.oid, 0,
       pg_catalog.acldefault('l', l.lanowner)
FROM pg_catalog.pg_language l WHERE l.lanacl IS NOT NULL
UNION ALL
SELECT w.fdwacl, 'pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid, 0,
       pg_catalog.acldefault('F', w.fdwowner)
FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL
UNION ALL
SELECT s.srvacl, 'pg_catalog.pg_foreign_server'::regclass, s.oid, 0,
       pg_catalog.acldefault('S', s.srvowner)
FROM pg_catalog.pg_foreign_server s WHERE s.srvacl IS NOT NULL
"""

_OWNERS = f"""
SELECT c.relowner AS owner FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_ours("pg_class", "c")}
UNION SELECT p.proowner FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {_ours("pg_proc", "p")}
UNION SELECT t.typowner FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE {_ours("pg_type", "t")}
UNION SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE {_ours("pg_namespace", "n")}
"""

_ACCESS = (
    f"""SELECT DISTINCT 'grants', '', '',
           CASE d.grantee WHEN 0 THEN 'to PUBLIC' ELSE 'to ' || d.grantee::regrole::text END
        FROM ({_ACCESS_LISTS}) l
        LEFT JOIN pg_catalog.pg_init_privs i
             ON i.classoid = l.catalogue AND i.objoid = l.object AND i.objsubid = l.part,
        LATERAL (SELECT coalesce(i.initprivs, l.usual) AS usual) u,
        LATERAL ((SELECT x.grantee, x.privilege_type, x.is_grantable
                  FROM pg_catalog.aclexplode(l.acl) x
                  EXCEPT SELECT x.grantee, x.privilege_type, x.is_grantable
                  FROM pg_catalog.aclexplode(u.usual) x)
                 UNION ALL
                 (SELECT x.grantee, x.privilege_type, x.is_grantable
                  FROM pg_catalog.aclexplode(u.usual) x
                  EXCEPT SELECT x.grantee, x.privilege_type, x.is_grantable
                  FROM pg_catalog.aclexplode(l.acl) x)
        ) d""",
    # Every database begins with a `public` that has a list; one that was made again has none.
    """SELECT 'grants', '', '', 'to PUBLIC' FROM pg_catalog.pg_namespace n
       WHERE n.nspname = 'public' AND n.nspacl IS NULL""",
    """SELECT DISTINCT 'default privileges', '', '', 'of ' || d.defaclrole::regrole::text
       FROM pg_catalog.pg_default_acl d""",
    # pg_database_owner owns the schema `public` of every new database.
    f"""SELECT 'objects owned by', '', '', r.rolname FROM ({_OWNERS}) o
        JOIN pg_catalog.pg_roles r ON r.oid = o.owner
        JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
        WHERE o.owner <> d.datdba AND r.rolname <> 'pg_database_owner'""",
)


def unmanaged(connection: Connection) -> tuple[Identity, ...]:
    """Objects and attributes that exist and that no file in `kinds/` reads, in one query."""
    rows = connection.query("\nUNION ALL\n".join((*_OBJECTS, *_ATTRIBUTES, *_ACCESS)))
    return tuple(
        Identity(text(kind), text(schema), text(name), text(parent))
        for kind, schema, parent, name in rows
    )
