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
        "foreign table",
        "partitioned table",
        "partition",
        "inherited table",
        "typed table",
    }
)
TYPES = frozenset({"base type"})


# The functions of a range type come with it, and belong to the server.
_BY_ITSELF = """NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'i'
           AND d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid)"""


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
        _BY_ITSELF,
    ),
    _in_schema(
        """CASE c.relkind WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
           WHEN 'p' THEN 'partitioned table'
           ELSE CASE WHEN c.relispartition THEN 'partition' WHEN c.reloftype <> 0 THEN 'typed table'
                ELSE 'inherited table' END END""",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        """c.relkind IN ('m', 'f', 'p') OR c.relkind = 'r'
           AND (c.relispartition OR c.reloftype <> 0
                OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid))""",
    ),
    _in_schema(
        "'base type'",
        "pg_type",
        "t",
        "t.typname",
        "typnamespace",
        "t.typtype = 'p' OR t.typtype = 'b' AND t.typcategory <> 'A'",
    ),
    _in_schema("'statistics object'", "pg_statistic_ext", "s", "s.stxname", "stxnamespace"),
    _on_relation("'trigger'", "pg_trigger", "tgrelid", "x.tgname", "NOT x.tgisinternal"),
    _on_relation("'policy'", "pg_policy", "polrelid", "x.polname"),
    _on_relation("'rule'", "pg_rewrite", "ev_class", "x.rulename", "x.rulename <> '_RETURN'"),
    _on_relation(
        "'exclusion constraint'",
        "pg_constraint",
        "conrelid",
        "x.conname",
        f"x.contype = 'x' AND {MANAGED_TABLE}",
    ),
    _everywhere("'extension'", "pg_extension", "x.extname", "x.extname <> 'plpgsql'"),
    _everywhere("'event trigger'", "pg_event_trigger", "x.evtname"),
    _everywhere("'publication'", "pg_publication", "x.pubname"),
    _everywhere("'language'", "pg_language", "x.lanname", "x.oid >= 16384"),
    _everywhere("'foreign data wrapper'", "pg_foreign_data_wrapper", "x.fdwname"),
    _everywhere("'foreign server'", "pg_foreign_server", "x.srvname"),
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
    _in_schema(
        "'replica identity'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        f"c.relreplident <> 'd' AND {MANAGED_TABLE}",
    ),
    _in_schema(
        "'tablespace'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        "c.reltablespace <> 0 AND c.relkind IN ('r', 'i')",
    ),
    _in_schema(
        "'table access method'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        "c.relkind = 'r' AND c.relam <>"
        " (SELECT a.oid FROM pg_catalog.pg_am a WHERE a.amname = 'heap')",
    ),
    _in_schema(
        "'toast parameters'",
        "pg_class",
        "c",
        "c.relname",
        "relnamespace",
        "c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_class t"
        " WHERE t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL)",
    ),
    _on_relation(
        "'cluster order'",
        "pg_index",
        "indrelid",
        "(SELECT i.relname FROM pg_catalog.pg_class i WHERE i.oid = x.indexrelid)",
        "x.indisclustered",
    ),
    _on_relation(
        "'parameters or comment of constraint index'",
        "pg_constraint",
        "conrelid",
        "x.conname",
        f"""x.contype IN ('p', 'u') AND {MANAGED_TABLE} AND EXISTS (
            SELECT FROM pg_catalog.pg_class i WHERE i.oid = x.conindid AND (i.reloptions IS NOT NULL
            OR pg_catalog.obj_description(i.oid, 'pg_class') IS NOT NULL))""",
    ),
    _on_relation(
        "'column storage or statistics'",
        "pg_attribute",
        "attrelid",
        "x.attname",
        f"""x.attnum > 0 AND NOT x.attisdropped AND {MANAGED_TABLE}
            AND (coalesce(x.attstattarget, -1) <> -1 OR x.attoptions IS NOT NULL
            OR coalesce(to_json(x) ->> 'attcompression', '') <> ''
            OR x.attstorage <> (SELECT t.typstorage FROM pg_catalog.pg_type t
                                WHERE t.oid = x.atttypid))""",
    ),
    _on_relation(
        "'index statistics'",
        "pg_attribute",
        "attrelid",
        "x.attname",
        "c.relkind = 'i' AND coalesce(x.attstattarget, -1) <> -1",
    ),
    _on_relation(
        "'view column default'",
        "pg_attrdef",
        "adrelid",
        "(SELECT a.attname FROM pg_catalog.pg_attribute a"
        " WHERE a.attrelid = c.oid AND a.attnum = x.adnum)",
        "c.relkind = 'v'",
    ),
    f"""SELECT 'name, comment or persistence of identity sequence', n.nspname, c.relname, a.attname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
        AND (pg_catalog.obj_description(s.oid, 'pg_class') IS NOT NULL
             OR s.relnamespace <> c.relnamespace OR s.relpersistence <> c.relpersistence
             -- names of 63 bytes are shortened by rules of their own
             OR length(c.relname || a.attname) < 50
             AND s.relname <> c.relname || '_' || a.attname || '_seq')
        AND {MANAGED_TABLE}""",
    # From version 17 on a domain's NOT NULL is a constraint.
    f"""SELECT 'name or comment of not null', n.nspname, t.typname, k.conname
        FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        WHERE k.contype = 'n' AND {_ours("pg_type", "t")}
        AND (pg_catalog.obj_description(k.oid, 'pg_constraint') IS NOT NULL
             OR length(t.typname) < 50 AND k.conname <> t.typname || '_not_null')""",
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
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {_ours("pg_proc", "p")} AND {_BY_ITSELF}
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
