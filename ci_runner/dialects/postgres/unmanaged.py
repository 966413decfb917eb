"""Name what this version does not compare, so that nobody takes silence for equality."""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import MANAGED_TABLE, USER_SCHEMA, not_extension_member
from ci_runner.dialects.postgres.rows import text
from ci_runner.schema.model import Identity


def _ours(catalogue: str, oid: str) -> str:
    return f"{USER_SCHEMA} AND {not_extension_member(catalogue, oid)}"


# Each SELECT gives kind, schema, parent, name.
_PARTS = (
    f"""SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
            ELSE 'function' END, n.nspname, '',
            p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE {_ours("pg_proc", "p.oid")}""",
    f"""SELECT 'trigger', n.nspname, c.relname, g.tgname
        FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT g.tgisinternal AND {_ours("pg_class", "c.oid")}""",
    f"""SELECT 'policy', n.nspname, c.relname, p.polname
        FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {USER_SCHEMA}""",
    f"""SELECT 'rule', n.nspname, c.relname, r.rulename
        FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE r.rulename <> '_RETURN' AND {_ours("pg_class", "c.oid")}""",
    f"""SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
            WHEN 'p' THEN 'partitioned table' WHEN 'c' THEN 'composite type'
            ELSE CASE WHEN c.relispartition THEN 'partition' ELSE 'inherited table' END END,
            n.nspname, '', c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE (c.relkind IN ('m', 'f', 'p', 'c') OR c.relkind = 'r' AND (c.relispartition
            OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)))
        AND {_ours("pg_class", "c.oid")}""",
    f"""SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type'
            ELSE 'base type' END, n.nspname, '', t.typname
        FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        WHERE (t.typtype IN ('d', 'r') OR t.typtype = 'b' AND t.typcategory <> 'A')
        AND {_ours("pg_type", "t.oid")}""",
    f"""SELECT 'exclusion constraint', n.nspname, c.relname, k.conname
        FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype = 'x' AND {MANAGED_TABLE}""",
    f"""SELECT CASE WHEN c.relreplident <> 'd' THEN 'replica identity'
            WHEN c.reltablespace <> 0 THEN 'tablespace' ELSE 'grants' END, n.nspname, '', c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE (c.relreplident <> 'd' AND c.relkind = 'r' OR c.reltablespace <> 0
            OR c.relacl IS NOT NULL) AND c.relkind IN ('r', 'v', 'S') AND {USER_SCHEMA}
        AND {not_extension_member("pg_class", "c.oid")}""",
    f"""SELECT 'column storage or statistics', n.nspname, c.relname, a.attname
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND (coalesce(a.attstattarget, -1) <> -1
            OR a.attstorage <> t.typstorage OR a.attacl IS NOT NULL) AND {MANAGED_TABLE}""",
    """SELECT 'extension', '', '', e.extname FROM pg_catalog.pg_extension e
        WHERE e.extname <> 'plpgsql'""",
    "SELECT 'event trigger', '', '', e.evtname FROM pg_catalog.pg_event_trigger e",
    "SELECT 'publication', '', '', p.pubname FROM pg_catalog.pg_publication p",
    """SELECT 'foreign server', '', '', s.srvname FROM pg_catalog.pg_foreign_server s
        WHERE s.oid >= 16384""",
    f"""SELECT 'statistics object', n.nspname, '', s.stxname FROM pg_catalog.pg_statistic_ext s
        JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace WHERE {USER_SCHEMA}""",
    f"""SELECT 'collation', n.nspname, '', c.collname FROM pg_catalog.pg_collation c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
        WHERE {_ours("pg_collation", "c.oid")}""",
    f"""SELECT 'conversion', n.nspname, '', c.conname FROM pg_catalog.pg_conversion c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
        WHERE {_ours("pg_conversion", "c.oid")}""",
    f"""SELECT 'operator', n.nspname, '', o.oid::regoperator::text FROM pg_catalog.pg_operator o
        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
        WHERE {_ours("pg_operator", "o.oid")}""",
    f"""SELECT 'operator class', n.nspname, '', o.opcname FROM pg_catalog.pg_opclass o
        JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
        WHERE {_ours("pg_opclass", "o.oid")}""",
    f"""SELECT 'text search configuration', n.nspname, '', t.cfgname
        FROM pg_catalog.pg_ts_config t JOIN pg_catalog.pg_namespace n ON n.oid = t.cfgnamespace
        WHERE {_ours("pg_ts_config", "t.oid")}""",
    f"""SELECT 'text search dictionary', n.nspname, '', t.dictname
        FROM pg_catalog.pg_ts_dict t JOIN pg_catalog.pg_namespace n ON n.oid = t.dictnamespace
        WHERE {_ours("pg_ts_dict", "t.oid")}""",
    f"""SELECT 'cast', '', '', format_type(c.castsource, NULL) || ' as '
            || format_type(c.casttarget, NULL) FROM pg_catalog.pg_cast c
        WHERE c.oid >= 16384 AND {not_extension_member("pg_cast", "c.oid")}""",
    """SELECT 'default privileges', '', '', d.oid::text FROM pg_catalog.pg_default_acl d""",
    f"""SELECT 'grants on schema', '', '', n.nspname FROM pg_catalog.pg_namespace n
        WHERE n.nspacl IS NOT NULL AND n.nspname <> 'public' AND {USER_SCHEMA}""",
)


def unmanaged(connection: Connection) -> tuple[Identity, ...]:
    """Objects and attributes that exist and that no file in `kinds/` reads, in one query."""
    rows = connection.query("\nUNION ALL\n".join(_PARTS))
    return tuple(
        Identity(text(kind), text(schema), text(name), text(parent))
        for kind, schema, parent, name in rows
    )
