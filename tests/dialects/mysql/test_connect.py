"""A session with a real server: what it answers, refuses and forgets."""

from __future__ import annotations

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError


def test_rows_are_counted_and_warnings_are_notices(maria: MysqlConnection) -> None:
    made = maria.execute("CREATE TABLE t (a int PRIMARY KEY)")
    dropped = maria.execute("DROP TABLE IF EXISTS nope")

    assert (None, ()) == (made.rows, made.notices)
    assert 2 == maria.execute("INSERT INTO t VALUES (1), (2)").rows
    assert 2 == maria.execute("SELECT * FROM t").rows
    assert [(2,)] == maria.query("SELECT max(a) FROM t")
    assert ["Unknown table"] == [notice[:13] for notice in dropped.notices]


def test_a_percent_sign_is_a_percent_sign(maria: MysqlConnection) -> None:
    assert [("100%", "%s")] == maria.query("SELECT '100%', '%s'")


def test_refusal_has_code_and_place(maria: MysqlConnection) -> None:
    with pytest.raises(StatementFailed) as refused:
        maria.execute("SELECT 1,\n  2 frm x")

    failure = refused.value.failure
    assert "1064" == failure.code
    assert failure.offset in range(10, 20)
    assert str(failure).endswith("(1064)")


def test_what_is_denied_says_which_option_allows_it(maria: MysqlConnection) -> None:
    with pytest.raises(StatementFailed) as refused:
        maria.execute("CREATE DATABASE elsewhere")

    assert "SCHEMA_CI_DEV_SUPERUSER=true" in refused.value.failure.hint


def test_ddl_ends_the_transaction_even_when_it_fails(maria: MysqlConnection) -> None:
    maria.execute("CREATE TABLE t (a int)")
    maria.execute("BEGIN")
    opened = maria.in_transaction
    with pytest.raises(StatementFailed):
        maria.execute("CREATE TABLE t (a int)")

    assert (True, False) == (opened, maria.in_transaction)


def test_every_result_of_a_call_is_read(maria: MysqlConnection) -> None:
    maria.execute("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; SELECT missing; END")

    with pytest.raises(StatementFailed, match="Unknown column 'missing'"):
        maria.execute("CALL p()")
    assert [(3,)] == maria.query("SELECT 3")


def test_reset_undoes_what_was_set_and_where_we_are(maria: MysqlConnection) -> None:
    asked = "SELECT @@sql_mode, @@foreign_key_checks, database(), @@autocommit"
    before = maria.query(asked)
    maria.execute("/*!40101 SET sql_mode = 'ANSI_QUOTES', foreign_key_checks = 0 */")
    maria.execute("SET autocommit = 0, time_zone = '+02:00', group_concat_max_len = 77")
    maria.execute("USE information_schema")

    maria.reset()

    assert before == maria.query(
        "SELECT @@sql_mode, @@foreign_key_checks, database(), @@autocommit"
    )
    assert [("+00:00", 1048576)] == maria.query("SELECT @@time_zone, @@group_concat_max_len")


def test_a_session_that_was_killed_is_a_lost_one(
    maria: MysqlConnection, maria_server: MysqlServer
) -> None:
    ((own,),) = maria.query("SELECT connection_id()")
    with connect(maria_server.admin) as admin:
        admin.execute(f"KILL {own}")

    with pytest.raises(DatabaseError, match="connection to the dev database was lost"):
        maria.execute("SELECT 1")
    assert not maria.in_transaction


def test_a_statement_that_takes_too_long_is_left(maria_server: MysqlServer) -> None:
    with (
        connect(maria_server.admin, seconds=0.2) as session,
        pytest.raises(DatabaseError, match="longer than the dev database allows"),
    ):
        session.execute("SELECT SLEEP(5)")


def test_a_server_that_is_not_there_is_said_without_the_password(
    maria_server: MysqlServer,
) -> None:
    where = maria_server.admin.account("root", "s3cret")

    with pytest.raises(DatabaseError) as refused, connect(where):
        pass

    assert "the dev database does not answer" == refused.value.what
    assert "s3cret" not in str(refused.value)
