"""Read how large the tables of a database are, from estimates: nothing is locked or counted."""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import USER_SCHEMA
from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.schema.model import Identity
from ci_runner.schema.sizes import TableSize

# What VACUUM and ANALYZE wrote down last. A partitioned table is as large as its partitions.
_QUERY = f"""
WITH RECURSIVE member (whole, oid) AS (
  SELECT c.oid, c.oid FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND {USER_SCHEMA}
  UNION ALL
  SELECT m.whole, h.inhrelid FROM member m
  JOIN pg_catalog.pg_inherits h ON h.inhparent = m.oid
  JOIN pg_catalog.pg_class p ON p.oid = h.inhrelid AND p.relispartition
)
SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END, n.nspname, c.relname,
       CASE WHEN NOT coalesce(bool_or(leaf.reltuples < 0 AND leaf.relkind <> 'p'), false)
            THEN coalesce(sum(leaf.reltuples) FILTER (WHERE leaf.relkind <> 'p'), 0)::bigint END,
       (sum((SELECT coalesce(sum(f.relpages), 0) FROM pg_catalog.pg_class f
             WHERE f.relkind <> 'p' AND f.relkind <> 'I'
               AND (f.oid IN (leaf.oid, leaf.reltoastrelid) OR f.oid IN (
                 SELECT i.indexrelid FROM pg_catalog.pg_index i
                 WHERE i.indrelid IN (leaf.oid, leaf.reltoastrelid)))))
        * current_setting('block_size')::int)::bigint
FROM member m
JOIN pg_catalog.pg_class c ON c.oid = m.whole
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class leaf ON leaf.oid = m.oid
GROUP BY c.oid, c.relkind, n.nspname, c.relname
"""
# It is somebody's production: nothing is written, and nobody waits for us.
_GUARDS = (
    "SET default_transaction_read_only = on",
    "SET statement_timeout = '30s'",
    "SET lock_timeout = '2s'",
)


def sizes(connection: Connection) -> dict[Identity, TableSize]:
    """By table and materialized view. The session reads only from here on."""
    for guard in _GUARDS:
        connection.execute(guard)
    return {
        Identity(text(kind), text(schema), text(name)): TableSize(
            None if rows is None else integer(rows), integer(size)
        )
        for kind, schema, name, rows, size in connection.query(_QUERY)
    }
