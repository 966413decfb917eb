"""What SQL leaves behind that is in no database: a copy, or a later session, would not have it."""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.watch.ours import every_name_qualified

# postgresql.org/docs/current/manage-ag-templatedbs.html: CREATE DATABASE copies neither settings
# nor grants of a database. What a session has made for itself ends with it. The owner of a
# database may have been given settings before we came: those hold for a copy as well.
_TRACES = """
SELECT what FROM (VALUES
  ('settings of the database or its owner', (SELECT count(*) FROM pg_catalog.pg_db_role_setting s
    WHERE s.setdatabase = (SELECT oid FROM ours)
       OR (s.setdatabase = 0 AND s.setrole = session_user::regrole))),
  ('grants on the database', (SELECT count(*) FROM ours WHERE datacl IS NOT NULL)),
  ('a comment on the database', (SELECT count(*) FROM ours
    WHERE pg_catalog.shobj_description(oid, 'pg_database') IS DISTINCT FROM '{comment}')),
  ('subscriptions', (SELECT count(*) FROM pg_catalog.pg_subscription
    WHERE subdbid = (SELECT oid FROM ours))),
  ('temporary objects', (SELECT count(*) FROM pg_catalog.pg_depend
    WHERE refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
      AND refobjid = pg_catalog.pg_my_temp_schema())),
  ('prepared statements', (SELECT count(*) FROM pg_catalog.pg_prepared_statements)),
  ('open cursors', (SELECT count(*) FROM pg_catalog.pg_cursors WHERE is_holdable)),
  ('channels listened to', (SELECT count(*) FROM pg_catalog.pg_listening_channels())),
  ('advisory locks', (SELECT count(*) FROM pg_catalog.pg_locks
    WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'advisory'))
) AS found (what, several) WHERE several > 0
"""
_OURS = (
    "WITH ours AS (SELECT oid, datacl FROM pg_catalog.pg_database"
    " WHERE datname = pg_catalog.current_database())"
)


def traces(connection: Connection, comment: str) -> str:
    """In a few words what this session of PostgreSQL leaves outside of its database, "" if nothing.

    `comment` is the one that we gave the database. Asked in the session that ran the SQL, as long
    as it is open.
    """
    with every_name_qualified(connection):
        found = connection.query(_OURS + _TRACES.format(comment=comment))
    return ", ".join(str(what) for (what,) in found)
