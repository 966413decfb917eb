"""What MariaDB 10.11 does with a change of a table, measured, and what is said of it.

A change is blocking when the server copies the table, or lets nobody write while it works; it is
then told of by a rule at `warning` or above. The rules that speak of clients or of data, not of
locks, are not asked here. The statements: tests/dialects/mysql/watch/test_online_facts.
"""

from __future__ import annotations

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.replay import rehearse, script
from ci_runner.dialects import dialect
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Review, Severity
from ci_runner.migrations.directory import MigrationFile
from tests.dialects.mysql.watch.test_online_facts import FACTS, prepare

MYSQL = dialect("mysql")
# These speak of clients, of rows and of what is lost: true of harmless statements too.
OTHER_MATTERS = frozenset(
    """add-required-column add-unique-data drop-column drop-constraint implicit-default
    mysql-default-charset-noop rename-column rename-table set-not-null-data charset engine
    truncate""".split()
)
BLOCKING = frozenset({"COPY SHARED", "INPLACE SHARED"})


def told(connection: MysqlConnection, sql: str, before: tuple[str, ...]) -> list[str]:
    prepare(connection, before)
    base = MYSQL.inspect(connection)
    file = MigrationFile("1.sql", "1.sql", f"{sql};".encode(), "1", "")
    steps = rehearse(connection, MYSQL, (script(file, "golang-migrate", MYSQL),)).steps
    connection.reset()
    findings = check(Review("mysql", "", base, steps), Policy())
    return [
        each.rule
        for each in findings
        if each.severity.rank >= Severity.WARNING.rank and each.rule not in OTHER_MATTERS
    ]


def test_what_blocks_is_told_and_what_does_not_is_not(maria_server: MysqlServer) -> None:
    """One test, because the two shares are the promise: 97 of 100 found, 3 of 100 false alarms."""
    with maria_server.database() as connection:
        said = {operation: told(connection, sql, before) for operation, sql, _, before in FACTS}

    blocking = [operation for operation, _, found, _ in FACTS if found in BLOCKING]
    harmless = [operation for operation, _, found, _ in FACTS if found not in BLOCKING]
    missed = [each for each in blocking if not said[each]]
    false = {each: said[each] for each in harmless if said[each]}
    assert len(missed) <= 0.03 * len(blocking), missed
    assert len(false) <= 0.03 * len(harmless), false
