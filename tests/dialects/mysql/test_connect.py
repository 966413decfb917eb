"""A session with a real server: what it answers, refuses and forgets."""

from __future__ import annotations

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError


def test_rows_are_counted_and_warnings_are_notices(mysql: MysqlConnection) -> None:
    made = mysql.execute("CREATE TABLE t (a int PRIMARY KEY)")
    dropped = mysql.execute("DROP TABLE IF EXISTS nope")

    assert (None, ()) == (made.rows, made.notices)
    assert 2 == mysql.execute("INSERT INTO t VALUES (1), (2)").rows
    assert 2 == mysql.execute("SELECT * FROM t").rows
    assert [(2,)] == mysql.query("SELECT max(a) FROM t")
    assert ["Unknown table"] == [notice[:13] for notice in dropped.notices]


def test_a_percent_sign_is_a_percent_sign(mysql: MysqlConnection) -> None:
    assert [("100%", "%s")] == mysql.query("SELECT '100%', '%s'")


def test_refusal_has_code_and_place(mysql: MysqlConnection) -> None:
    with pytest.raises(StatementFailed) as refused:
        mysql.execute("SELECT 1,\n  2 frm x")

    failure = refused.value.failure
    assert "1064" == failure.code
    assert failure.offset in range(10, 20)
    assert str(failure).endswith("(1064)")


def test_what_is_denied_says_which_option_allows_it(mysql: MysqlConnection) -> None:
    with pytest.raises(StatementFailed) as refused:
        mysql.execute("CREATE DATABASE elsewhere")

    assert "SCHEMA_CI_DEV_SUPERUSER=true" in refused.value.failure.hint


def test_ddl_ends_the_transaction_even_when_it_fails(mysql: MysqlConnection) -> None:
    mysql.execute("CREATE TABLE t (a int)")
    mysql.execute("BEGIN")
    opened = mysql.in_transaction
    with pytest.raises(StatementFailed):
        mysql.execute("CREATE TABLE t (a int)")

    assert (True, False) == (opened, mysql.in_transaction)


def test_every_result_of_a_call_is_read(mysql: MysqlConnection) -> None:
    mysql.execute("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; SELECT missing; END")

    with pytest.raises(StatementFailed, match="Unknown column 'missing'"):
        mysql.execute("CALL p()")
    assert [(3,)] == mysql.query("SELECT 3")


def test_reset_undoes_what_was_set_and_where_we_are(mysql: MysqlConnection) -> None:
    asked = """SELECT @@sql_mode, @@foreign_key_checks, database(), @@autocommit, @@time_zone,
        @@group_concat_max_len"""
    before = mysql.query(asked)
    mysql.execute("/*!40101 SET sql_mode = 'ANSI_QUOTES', foreign_key_checks = 0 */")
    mysql.execute("SET autocommit = 0, time_zone = '+02:00', group_concat_max_len = 77")
    mysql.execute("USE information_schema")
    changed = mysql.query(asked)

    mysql.reset()

    assert all(one != other for one, other in zip(before[0], changed[0], strict=True))
    assert before == mysql.query(asked)


def test_a_session_that_was_killed_is_a_lost_one(
    mysql: MysqlConnection, mysql_server: MysqlServer
) -> None:
    ((own,),) = mysql.query("SELECT connection_id()")
    with connect(mysql_server.admin) as admin:
        admin.execute(f"KILL {own}")

    with pytest.raises(DatabaseError, match="connection to the dev database was lost"):
        mysql.execute("SELECT 1")
    assert not mysql.in_transaction


def test_a_statement_that_takes_too_long_is_left(mysql_server: MysqlServer) -> None:
    with (
        connect(mysql_server.admin, seconds=0.2) as session,
        pytest.raises(DatabaseError, match="longer than the dev database allows"),
    ):
        session.execute("SELECT SLEEP(5)")


def test_a_server_that_is_not_there_is_said_without_the_password(
    mysql_server: MysqlServer,
) -> None:
    where = mysql_server.admin.account("root", "s3cret")

    with pytest.raises(DatabaseError) as refused, connect(where):
        pass

    assert "the dev database does not answer" == refused.value.what
    assert "s3cret" not in str(refused.value)
