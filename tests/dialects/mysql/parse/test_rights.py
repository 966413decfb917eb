"""Statements about accounts, rights and the server."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.parse.rights import alarm, change
from ci_runner.dialects.mysql.parse.robust import lacking, may_be_repeated


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("GRANT SELECT ON d.* TO 'a'@'b' WITH GRANT OPTION", "lets the account give its rights"),
        ("GRANT ALL PRIVILEGES ON *.* TO a", "gives ALL on the whole server"),
        ("GRANT SUPER, FILE ON *.* TO a", "gives SUPER, FILE on the whole server"),
        ("GRANT SELECT ON d.t TO PUBLIC", "grants to PUBLIC"),
        ("CREATE USER a IDENTIFIED BY 'secret'", "writes a password"),
        ("ALTER USER a IDENTIFIED WITH mysql_native_password AS '*94BD'", "writes a password"),
        ("SET GLOBAL max_connections = 9", "changes the settings of the whole server"),
        ("SET PERSIST a = 1", "changes the settings of the whole server"),
        ("GRANT ALL ON d.* TO a", ""),
        ("GRANT SELECT ON *.* TO a", ""),
        ("CREATE USER a IDENTIFIED WITH auth_socket", ""),
        ("SET SESSION sql_mode = ''", ""),
        ("INSERT INTO t VALUES ('GRANT ALL ON *.* TO PUBLIC')", ""),
    ],
)
def test_what_gives_too_much_away(sql: str, expected: str) -> None:
    assert alarm(sql).startswith(expected)
    assert bool(alarm(sql)) == bool(expected)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("GRANT SELECT ON d.* TO a", "gives rights"),
        ("REVOKE SELECT ON d.* FROM a", "takes away rights"),
        ("CREATE ROLE r", "changes an account"),
        ("DROP USER IF EXISTS a", "changes an account"),
        ("SET ROLE r", "goes on as another role"),
        ("CREATE TABLE user (a int)", ""),
        ("CREATE INDEX role ON t (a)", ""),
        ("SET NAMES utf8mb4", ""),
    ],
)
def test_what_changes_rights(sql: str, expected: str) -> None:
    assert change(sql).startswith(expected)
    assert bool(change(sql)) == bool(expected)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE t (a int)", "IF NOT EXISTS"),
        ("DROP TABLE t", "IF EXISTS"),
        ("DROP PROCEDURE p", "IF EXISTS"),
        ("CREATE DEFINER=a@b SQL SECURITY INVOKER VIEW v AS SELECT 1", "OR REPLACE"),
        ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", "IF NOT EXISTS"),
        ("CREATE TABLE IF NOT EXISTS t (a int)", ""),
        ("CREATE OR REPLACE TABLE t (a int)", ""),
        ("DROP VIEW IF EXISTS v", ""),
        ("CREATE TEMPORARY TABLE t (a int)", ""),
        ("CREATE INDEX i ON t (a)", ""),
        ("DROP INDEX i ON t", ""),
        ("ALTER TABLE t ADD a int", ""),
    ],
)
def test_words_that_a_statement_lacks_to_be_run_again(sql: str, expected: str) -> None:
    assert expected == lacking(sql)
    assert not (may_be_repeated(sql) and lacking(sql))
