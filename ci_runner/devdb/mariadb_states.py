"""States of a local MariaDB server that outlive it: each is a server with one database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.devdb.mariadb import grant_all
from ci_runner.devdb.mariadb_cluster import Instance, Programs, running
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

_DATABASE = "schema_ci_kept"  # and its account is called so too

# A server in which only the SQL of an account without rights has run has none of these. One that
# has is not ours, whatever its signature says.
_ODDITIES = f"""
SELECT concat('the account ', user, '@', host) FROM mysql.global_priv
WHERE (user, host) NOT IN
  (('root', 'localhost'), ('mariadb.sys', 'localhost'), ('{_DATABASE}', '%'))
UNION ALL SELECT concat('the right ', privilege_type, ' of ', grantee)
FROM information_schema.user_privileges
WHERE grantee LIKE '''{_DATABASE}''@%' AND (privilege_type <> 'PROCESS' OR is_grantable = 'YES')
UNION ALL SELECT concat('the right ', privilege_type, ' on ', table_schema)
FROM information_schema.schema_privileges
WHERE grantee LIKE '''{_DATABASE}''@%'
  AND (replace(table_schema, '\\\\', '') <> '{_DATABASE}' OR is_grantable = 'YES')
UNION ALL SELECT concat('the role ', role) FROM mysql.roles_mapping
UNION ALL SELECT concat('the function ', name) FROM mysql.func
UNION ALL SELECT concat('the plugin ', name) FROM mysql.plugin
UNION ALL SELECT concat('the server ', server_name) FROM mysql.servers
UNION ALL SELECT concat('the database ', schema_name) FROM information_schema.schemata
WHERE schema_name NOT IN
  ('mysql', 'sys', 'information_schema', 'performance_schema', '{_DATABASE}')
"""
# What ends with its session: mariadb.com/kb, Server Status Variables, which count by session. None
# says that a temporary table is gone: DROP TEMPORARY TABLE IF EXISTS may have dropped nothing.
_TRACES = """
SELECT what FROM (
  SELECT 'temporary tables' AS what, 'COM_CREATE_TEMPORARY_TABLE' AS more, '' AS less
  UNION ALL SELECT 'prepared statements', 'COM_PREPARE_SQL', 'COM_DEALLOC_SQL'
  UNION ALL SELECT 'locked tables', 'COM_LOCK_TABLES', 'COM_UNLOCK_TABLES'
) AS every
WHERE (SELECT variable_value FROM information_schema.session_status WHERE variable_name = more)
  > coalesce((SELECT variable_value FROM information_schema.session_status
    WHERE variable_name = less), 0)
UNION ALL SELECT DISTINCT 'user variables' FROM information_schema.user_variables
WHERE variable_value IS NOT NULL
"""


@frozen
class LocalStates:
    """See ci_runner.devdb.server.Portable."""

    programs: Programs
    limits: Limits = USUAL

    @property
    def identity(self) -> str:
        return self.programs.identity()

    def unkept(self, connection: Connection) -> str:
        return ", ".join(str(what) for (what,) in connection.query(_TRACES))

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Kept]:
        """On a server of its own: what is kept has not shared one with any other SQL."""
        password = secrets.token_urlsafe(18)

        def begin(admin: MysqlConnection) -> None:
            if state is None:
                _make(admin, password)
            else:
                refuse_oddities(admin)
                admin.execute(f"ALTER USER {_DATABASE}@'%' IDENTIFIED BY '{password}'")

        with running(self.programs, state, begin, limits=self.limits) as instance:
            yield _Kept(instance, password)


class _Kept:
    """See ci_runner.devdb.server.Preserved."""

    def __init__(self, instance: Instance, password: str) -> None:
        self._instance = instance
        self._account = instance.admin.account(_DATABASE, password).within(_DATABASE)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        with connect(self._account, guard=self._instance.living()) as connection:
            yield connection

    def state(self) -> bytes:
        self._instance.living()
        with connect(self._instance.admin) as admin:
            refuse_oddities(admin)
        return self._instance.pack()


def _make(admin: MysqlConnection, password: str) -> None:
    admin.execute(f"CREATE DATABASE {_DATABASE}")
    grant_all(admin, _DATABASE, password)


def refuse_oddities(admin: MysqlConnection) -> None:
    """Raise Unportable for what no SQL of our account can have made."""
    try:
        found = [str(what) for (what,) in admin.query(_ODDITIES)]
    except StatementFailed as broken:
        raise DatabaseError(
            "the accounts of the server can't be read", said=broken.failure.message
        ) from broken
    if found:
        raise Unportable(f"the server holds {found[0]}")
