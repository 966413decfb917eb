"""What MariaDB asked for to change a table goes with the step, and what it committed by itself."""

from __future__ import annotations

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.replay import rehearse, script
from ci_runner.dialects import dialect
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import Step

TABLE = "CREATE TABLE t (id int PRIMARY KEY, a int);\n"


def steps(server: MysqlServer, sql: str) -> list[Step]:
    mysql = dialect("mysql")
    file = MigrationFile("1.sql", "1.sql", (TABLE + sql).encode(), "1", "")
    with server.database() as connection:
        history = rehearse(connection, mysql, (script(file, "plain", mysql),))
    return list(history.steps[1:])


def test_a_copy_locks_writers_out_and_rewrites(mysql_server: MysqlServer) -> None:
    [step] = steps(mysql_server, "ALTER TABLE t MODIFY a bigint;")

    seen = step.observed
    assert seen.online is not None
    assert "ALGORITHM=COPY, LOCK=SHARED" == str(seen.online)
    assert [("t", "SHARED")] == [(lock.relation.name, lock.mode) for lock in seen.locks]
    assert ["t"] == [each.name for each in seen.rewritten]


def test_what_lets_others_write_takes_no_lock_that_is_told(mysql_server: MysqlServer) -> None:
    [step] = steps(mysql_server, "ALTER TABLE t MODIFY a int NOT NULL;")

    seen = step.observed
    assert seen.online is not None
    assert "ALGORITHM=INPLACE, LOCK=NONE" == str(seen.online)
    assert () == seen.locks
    assert ["t"] == [each.name for each in seen.rewritten]


def test_a_transaction_that_a_statement_ends_unasked_is_told(mysql_server: MysqlServer) -> None:
    sql = "START TRANSACTION; INSERT INTO t VALUES (1, 1); CREATE INDEX i ON t (a); COMMIT;"

    assert [False, False, True, False] == [
        step.observed.committed for step in steps(mysql_server, sql)
    ]


def test_rows_and_other_statements_have_no_algorithm(mysql_server: MysqlServer) -> None:
    sql = "INSERT INTO t VALUES (1, 1); RENAME TABLE t TO u; CREATE VIEW v AS SELECT * FROM u;"

    assert {None} == {step.observed.online for step in steps(mysql_server, sql)}
