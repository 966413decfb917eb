"""See what one statement did at the price of one query: its locks, new files and scans."""

from __future__ import annotations

import re
from functools import lru_cache

from ci_runner.dialects.base import Connection, Held
from ci_runner.dialects.postgres.read.rows import optional, text
from ci_runner.dialects.postgres.watch.ours import every_name_qualified
from ci_runner.schema.model import Identity

# Indexes are locked with their tables, and say nothing that these do not.
_KIND = """CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
  WHEN 'S' THEN 'sequence' ELSE 'table' END"""
_RELATIONS = f"""
SELECT c.oid::text, {_KIND}, n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid)::text, ''
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
# The manual's order of strength: Explicit Locking, table 13.2.
_HELD = f"""
SELECT l.relation::text, {_KIND}, n.nspname, c.relname,
       pg_catalog.pg_relation_filenode(c.oid)::text, l.mode
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
  AND l.relation >= 16384 AND l.mode <> 'AccessShareLock'
ORDER BY array_position(ARRAY['RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock',
  'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'], l.mode)
"""
TALKATIVE = "SET client_min_messages = debug1"
# The server's own words at debug1: commands/tablecmds.c and catalog/index.c.
_SCANS = re.compile(
    r'(?:verifying table "(.+)"|building index ".+" on table "(.+)" (?:serial|with))'
)


def relations(connection: Connection) -> tuple[Held, ...]:
    with every_name_qualified(connection):
        return tuple(_held(row) for row in connection.query(_RELATIONS))


def held(connection: Connection) -> tuple[Held, ...]:
    """The strongest lock of each comes last, and stays."""
    with every_name_qualified(connection):
        found = {each.handle: each for each in map(_held, connection.query(_HELD))}
    return tuple(found.values())


def _held(row: tuple[object, ...]) -> Held:
    oid, kind, schema, name, storage, mode = row
    seen = None if name is None else Identity(text(kind), text(schema), text(name))
    return Held(text(oid), seen, optional(storage) or "", spelled(text(mode)))


@lru_cache(maxsize=64)
def spelled(mode: str) -> str:
    """`AccessExclusiveLock` of pg_locks as LOCK TABLE and the manual spell it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()


def scanned(notices: tuple[str, ...]) -> frozenset[str]:
    said = (_SCANS.match(notice) for notice in notices)
    return frozenset(found[1] or found[2] for found in said if found)
