"""What is read, how often is asked for it, and what is named because it is not compared."""

from __future__ import annotations

from collections.abc import Sequence as Several
from pathlib import Path

import pytest

from ci_runner.dialects.base import Outcome, StatementFailed
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.quote import unescaped, unqualified
from ci_runner.schema.model import Check, Identity, Sequence, Table
from tests.dialects.mysql.laws import load

CASES = Path(__file__).parents[3] / "cases"


class Counting:
    """A connection that counts its queries."""

    def __init__(self, connection: MysqlConnection) -> None:
        self.connection = connection
        self.count = 0

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.count += 1
        return self.connection.query(sql)

    def query_all(self, several: Several[str]) -> list[list[tuple[object, ...]]]:
        self.count += bool(several)
        return self.connection.query_all(several)

    def execute(self, sql: str) -> Outcome:
        return self.connection.execute(sql)

    def reset(self) -> None:
        self.connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction


def test_the_number_of_queries_does_not_grow_with_the_schema(maria: MysqlConnection) -> None:
    load(maria, (CASES / "mysql" / "table_of_everything" / "new.sql").read_text(), "a.sql")
    load(
        maria,
        (CASES / "mariadb-only" / "sequences" / "old.sql").read_text().partition("CREATE TABLE")[0],
        "b.sql",
    )
    maria.execute("CREATE VIEW v AS SELECT 1 AS one")
    before = Counting(maria)
    DIALECT.inspect(before)
    for number in range(30):
        maria.execute(f"CREATE TABLE t{number} LIKE t")
        maria.execute(f"CREATE SEQUENCE s{number}")
        maria.execute(f"CREATE VIEW v{number} AS SELECT a FROM t{number}")
    after = Counting(maria)

    found = DIALECT.inspect(after)

    assert before.count == after.count < 12
    assert (32, 32) == (len(list(found.of_type(Table))), len(list(found.of_type(Sequence))))


def test_two_readings_are_equal_and_no_name_of_the_database_is_in_them(
    maria: MysqlConnection,
) -> None:
    for name in ("views_on_views", "routines"):
        load(maria, (CASES / "mysql" / name / "new.sql").read_text(), f"{name}.sql")
    maria.execute("CREATE SEQUENCE numbers")
    maria.execute("CREATE TABLE counted (n bigint DEFAULT (NEXT VALUE FOR numbers))")

    found = DIALECT.inspect(maria)

    assert found == DIALECT.inspect(maria)
    assert maria.database not in repr(found)


def test_a_period_of_application_time_is_no_check(maria: MysqlConnection) -> None:
    maria.execute("CREATE TABLE t (s date, e date, a int, b int, PERIOD FOR p (s, e))")
    maria.execute("ALTER TABLE t ADD CONSTRAINT q CHECK (a < b)")

    found = DIALECT.inspect(maria)

    assert () == found.unmanaged
    assert ["q"] == [each.name for each in found.of_type(Check)]


def test_a_connection_with_a_password_is_named_and_not_repeated(maria: MysqlConnection) -> None:
    maria.execute("CREATE TABLE t (a int) CONNECTION='mysql://me:secret@there/d/t'")

    found = DIALECT.inspect(maria)

    assert (Identity("connection", "", "t"),) == found.unmanaged
    assert "secret" not in repr(found)


def test_characters_that_the_catalogue_has_no_place_for_are_read(mysql: MysqlConnection) -> None:
    """In UTF-8 of three bytes, which both servers print their catalogue in."""
    mysql.execute(
        "CREATE TABLE t (id int, a varchar(9) DEFAULT '🦀?', b varchar(9) DEFAULT (concat('🐙')),"
        " c varchar(30) AS (concat(a, '🦀')), CONSTRAINT k CHECK (a <> '🐙'))"
    )
    mysql.execute("CREATE VIEW v AS SELECT '🦀' AS x")
    found = DIALECT.inspect(mysql)
    mysql.execute("DROP VIEW v")
    mysql.execute("DROP TABLE t")

    for statement in DIALECT.create(found):
        mysql.execute(statement.sql)

    mysql.execute("INSERT INTO t (id) VALUES (1)")
    assert [("🦀?", "🐙", "🦀?🦀", "🦀")] == mysql.query("SELECT a, b, c, x FROM t, v")
    with pytest.raises(StatementFailed):
        mysql.execute("INSERT INTO t (a) VALUES ('🐙')")


def test_values_that_the_catalogue_has_no_place_for_are_named(mysql: MysqlConnection) -> None:
    mysql.execute("CREATE TABLE t (a enum('🦀', 'b'), s set('x'))")

    assert (Identity("values of column", "", "a", "t"),) == DIALECT.inspect(mysql).unmanaged


def test_what_a_migration_sets_changes_nothing_of_what_is_read(mysql: MysqlConnection) -> None:
    load(mysql, (CASES / "mysql" / "table_of_everything" / "new.sql").read_text(), "a.sql")
    mysql.execute("CREATE VIEW w AS SELECT 1 AS one")
    before = DIALECT.inspect(mysql)
    mysql.execute("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', sql_quote_show_create = 0")

    assert before == DIALECT.inspect(mysql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select `shop`.`t`.`a` from `shop`.`t`", "select `t`.`a` from `t`"),
        ("select '`shop`.' from `shop`.`shop`", "select '`shop`.' from `shop`"),
        ("select `a`.`shop`.`x`", "select `a`.`shop`.`x`"),
        ("select `other`.`t`.`a`", "select `other`.`t`.`a`"),
        (r"select '\'`shop`.', `shop`.`f`()", r"select '\'`shop`.', `f`()"),
    ],
)
def test_only_the_name_of_the_own_database_goes(sql: str, expected: str) -> None:
    assert expected == unqualified(sql, "shop")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (r"concat(`a`,_utf8mb4\'x\\\'y\')", r"concat(`a`,_utf8mb4'x\'y')"),
        (r"_utf8mb4\'a\nb\\\\n\'", "_utf8mb4'a\nb\\\\n'"),
        ("_utf8mb4\\'â\x82¬ Ã©\\'", "_utf8mb4'€ é'"),
        ("`é` > 0", "`é` > 0"),
        ("`日本` > 0", "`日本` > 0"),
    ],
)
def test_expressions_of_mysqls_catalogue_are_read_back(told: str, expected: str) -> None:
    """Of 9.7, which takes bytes for characters, and of a server that would not."""
    assert expected == unescaped(told)
