"""Where in a statement an error is: recorded messages of MariaDB 10.11 and MySQL 9.7."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.watch.place import offset

_SYNTAX = "You have an error in your SQL syntax; check the manual that corresponds to your {} "
_SYNTAX += "server version for the right syntax to use near '{}' at line {}"


@pytest.mark.parametrize("flavour", ["MariaDB", "MySQL"])
def test_a_syntax_error_is_where_the_server_stopped_reading(flavour: str) -> None:
    sql = "SELECT 1,\n  frm\n  frm x y"
    message = _SYNTAX.format(flavour, "x y", 3)

    assert sql.rindex("x y") == offset(1064, message, sql)


def test_what_is_quoted_twice_is_looked_for_on_the_line_that_is_named() -> None:
    sql = "SELECT a b c\nFROM t\nWHERE a b c"

    assert sql.rindex("b c") == offset(1064, _SYNTAX.format("MySQL", "b c", 3), sql)


def test_an_error_at_the_end_is_at_the_end() -> None:
    assert 8 == offset(1064, _SYNTAX.format("MySQL", "", 1), "SELECT (")


def test_the_one_name_that_is_blamed_is_found() -> None:
    sql = "ALTER TABLE t\n  ADD COLUMN c int,\n  ADD COLUMN email text"

    assert sql.index("email") == offset(1060, "Duplicate column name 'email'", sql)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (1273, "Unknown collation: 'email'"),
        (1824, "Failed to open the referenced table 'email'"),
        (3821, "Check constraint 'email' is not found in the table."),
        (3822, "Duplicate check constraint name 'email'."),
        (3940, "Constraint 'email' does not exist."),
    ],
)
def test_what_mysql_names_is_found(code: int, message: str) -> None:
    sql = "ALTER TABLE t\n  ADD COLUMN c int,\n  DROP CONSTRAINT email"

    assert sql.index("email") == offset(code, message, sql)


@pytest.mark.parametrize(
    ("code", "message"),
    [(1060, "Duplicate column name 't'"), (1054, "Unknown column 'x' in 'where'"), (1205, "'c'")],
)
def test_no_place_is_better_than_a_wrong_one(code: int, message: str) -> None:
    assert None is offset(code, message, "ALTER TABLE t ADD COLUMN t int, ADD c int")
