"""The one database of a MariaDB or MySQL server that is kept, and whether it may be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ci_runner.devdb.mariadb import grant_all
from ci_runner.devdb.server import Unportable
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.guard import Guard
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError, InternalError

DATABASE = "schema_ci_kept"  # and its account is called so too

# A server in which only the SQL of an account without rights has run has none of these. One that
# has is not ours, whatever its signature says.
_ODDITIES = f"""
SELECT concat('the right ', privilege_type, ' of ', grantee)
FROM information_schema.user_privileges
WHERE grantee LIKE '''{DATABASE}''@%' AND (privilege_type <> 'PROCESS' OR is_grantable = 'YES')
UNION ALL SELECT concat('the right ', privilege_type, ' on ', table_schema)
FROM information_schema.schema_privileges
WHERE grantee LIKE '''{DATABASE}''@%'
  AND (replace(table_schema, '\\\\', '') <> '{DATABASE}' OR is_grantable = 'YES')
UNION ALL SELECT concat('the function ', name) FROM mysql.func
UNION ALL SELECT concat('the plugin ', name) FROM mysql.plugin
UNION ALL SELECT concat('the server ', server_name) FROM mysql.servers
UNION ALL SELECT concat('the database ', schema_name) FROM information_schema.schemata
WHERE schema_name NOT IN
  ('mysql', 'sys', 'information_schema', 'performance_schema', '{DATABASE}')
"""
_ACCOUNT = "SELECT concat('the account ', user, '@', host) FROM"
_OURS = f"('root', 'localhost'), ('root', '%'), ('{DATABASE}', '%'), ('mariadb.sys', 'localhost')"
_MARIADB_ODDITIES = f"""
{_ACCOUNT} mysql.global_priv WHERE (user, host) NOT IN ({_OURS})
UNION ALL SELECT concat('the role ', role) FROM mysql.roles_mapping
UNION ALL {_ODDITIES}
"""
_MYSQL_ODDITIES = f"""
{_ACCOUNT} mysql.user WHERE (user, host) NOT IN ({_OURS}, ('mysql.sys', 'localhost'),
  ('mysql.session', 'localhost'), ('mysql.infoschema', 'localhost'))
UNION ALL SELECT concat('the role ', from_user) FROM mysql.role_edges
UNION ALL SELECT concat('the component ', component_urn) FROM mysql.component
UNION ALL {_ODDITIES}
"""

# What ends with its session, and the counters of it that say so: "Server Status Variables" of
# mariadb.com/kb and dev.mysql.com, which count by session.
_COUNTED = (
    ("prepared statements", "com_prepare_sql", "com_dealloc_sql"),
    ("locked tables", "com_lock_tables", "com_unlock_tables"),
)
_COUNTERS = ", ".join(f"'{name}'" for _, *names in _COUNTED for name in names)
_VARIABLES = "SELECT 1 FROM information_schema.user_variables WHERE variable_value IS NOT NULL"
_MYSQL_VARIABLES = """
SELECT 1 FROM performance_schema.user_variables_by_thread JOIN performance_schema.threads
  USING (thread_id)
WHERE processlist_id = {process} AND variable_value IS NOT NULL
"""

# No server lists the temporary tables of a session, and each refuses to leave the row format of a
# binary log while there is one: "Setting The Binary Log Format" of dev.mysql.com, binlog_format in
# mariadb.com/kb. Only root may try, which a procedure of root's lets the session do.
_ASKING = "schema_ci_asking"
_TEMPORARY_TABLES = f"""
CREATE PROCEDURE {_ASKING}.temporary_tables() SQL SECURITY DEFINER
BEGIN
  DECLARE theirs varchar(16) DEFAULT @@SESSION.binlog_format;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
    BEGIN SET SESSION binlog_format = theirs; RESIGNAL; END;
  SET SESSION binlog_format = 'ROW';
  SET SESSION binlog_format = 'STATEMENT';
  SET SESSION binlog_format = theirs;
END
"""
_THERE_ARE_SOME = "1559"


def make(admin: MysqlConnection, password: str) -> None:
    """The database, and the account that owns it. Raises StatementFailed."""
    admin.execute(f"CREATE DATABASE {DATABASE}")
    grant_all(admin, DATABASE, password)


def bring_back(admin: MysqlConnection, password: str) -> None:
    """Let the account in by the password of this run. Raises Unportable, as `refuse_oddities`."""
    refuse_oddities(admin)
    admin.execute(f"ALTER USER {DATABASE}@'%' IDENTIFIED BY '{password}'")


@contextmanager
def session(admin: Address, password: str, guard: Guard) -> Iterator[MysqlConnection]:
    """As the account that owns the database; `admin` is root, who may look at what others do."""
    account = admin.account(DATABASE, password).within(DATABASE)
    with connect(account, guard=guard) as connection:
        connection.overseer = partial(connect, admin.within(DATABASE))
        yield connection


def refuse_oddities(admin: MysqlConnection) -> None:
    """Raise Unportable for what no SQL of our account can have made."""
    oddities = _MARIADB_ODDITIES if _is_mariadb(admin) else _MYSQL_ODDITIES
    try:
        found = [str(what) for (what,) in admin.query(oddities)]
    except StatementFailed as broken:
        raise DatabaseError(
            "the accounts of the server can't be read", said=broken.failure.message
        ) from broken
    if found:
        raise Unportable(f"the server holds {found[0]}")


def traces(connection: Connection) -> str:
    """In a few words what the SQL of `session` leaves that ends with it, "" if nothing."""
    if not isinstance(connection, MysqlConnection) or connection.overseer is None:
        raise InternalError("a session of a kept server has no overseer")
    counters = connection.query(f"SHOW SESSION STATUS WHERE variable_name IN ({_COUNTERS})")
    times = {str(name).lower(): int(str(value)) for name, value in counters}
    found = [what for what, more, less in _COUNTED if times[more] > times[less]]
    with connection.overseer() as admin:
        if _is_mariadb(admin):
            variables = connection.query(_VARIABLES)
        else:
            variables = admin.query(_MYSQL_VARIABLES.format(process=connection.process))
        if variables:
            found.append("user variables")
        # Behind the others: where tables are locked no procedure can be called.
        if "locked tables" not in found and _has_temporary_tables(connection, admin):
            found.append("temporary tables")
    return ", ".join(found)


def _has_temporary_tables(connection: MysqlConnection, admin: MysqlConnection) -> bool:
    account = f"{connection.database}@'%'"
    admin.execute(f"CREATE DATABASE {_ASKING}")
    try:
        admin.execute(_TEMPORARY_TABLES)
        admin.execute(f"GRANT EXECUTE ON PROCEDURE {_ASKING}.temporary_tables TO {account}")
        connection.query(f"CALL {_ASKING}.temporary_tables()")
    except StatementFailed as refused:
        if refused.failure.code != _THERE_ARE_SOME:
            raise
        return True
    else:
        return False
    finally:
        admin.execute(f"DROP DATABASE {_ASKING}")


def _is_mariadb(connection: MysqlConnection) -> bool:
    return connection.title.startswith("MariaDB")
