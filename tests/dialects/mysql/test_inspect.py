"""What is read, how often is asked for it, and what is named because it is not compared."""

from __future__ import annotations

from collections.abc import Sequence as Several
from pathlib import Path

import pytest

from ci_runner.dialects.base import Outcome
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.inspect import told_by
from ci_runner.dialects.mysql.quote import unescaped, unqualified
from ci_runner.schema.model import Check, Identity, Sequence, Table
from tests.dialects.mysql.laws import load

CASES = Path(__file__).parents[2] / "cases"


class Counting:
    """A connection that counts its queries."""

    def __init__(self, connection: MysqlConnection) -> None:
        self.connection = connection
        self.count = 0

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.count += 1
        return self.connection.query(sql)

    def query_all(self, several: Several[str]) -> list[list[tuple[object, ...]]]:
        return [self.query(each) for each in several]

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
    before = Counting(maria)
    DIALECT.inspect(before)
    for number in range(30):
        maria.execute(f"CREATE TABLE t{number} LIKE t")
        maria.execute(f"DROP INDEX words ON t{number}")  # its parser is asked for one by one
        maria.execute(f"CREATE SEQUENCE s{number}")
        maria.execute(f"CREATE VIEW v{number} AS SELECT a FROM t{number}")
    after = Counting(maria)

    found = DIALECT.inspect(after)

    assert before.count == after.count < 20
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


def test_a_period_of_application_time_is_named_and_is_no_check(maria: MysqlConnection) -> None:
    maria.execute("CREATE TABLE t (s date, e date, a int, b int, PERIOD FOR p (s, e))")
    maria.execute("ALTER TABLE t ADD CONSTRAINT q CHECK (a < b)")

    found = DIALECT.inspect(maria)

    assert (Identity("period", "", "p", "t"),) == found.unmanaged
    assert ["q"] == [each.name for each in found.of_type(Check)]


def test_what_only_show_create_tells_is_named(maria: MysqlConnection) -> None:
    maria.execute("CREATE TABLE i (a int, b text, KEY k (a) KEY_BLOCK_SIZE=4)")
    maria.execute("CREATE TABLE m (a int, KEY k (a) KEY_BLOCK_SIZE=4, KEY l (a)) ENGINE=MyISAM")

    found = DIALECT.inspect(maria)

    assert (Identity("block size of index", "", "k", "m"),) == found.unmanaged


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "  PRIMARY KEY (`a`) KEY_BLOCK_SIZE=4,",
            Identity("block size of index", "", "PRIMARY", "t"),
        ),
        (r"  `b` varbinary(5) DEFAULT 'x\0y',", Identity("default of column", "", "b", "t")),
        (r"  `b` binary(4) NOT NULL DEFAULT 'it''\0\0',", None),
        (r"  `b` binary(16) DEFAULT '\0\0\0',", None),
        (") ENGINE=FEDERATED CONNECTION='mysql://h/d/t'", Identity("connection", "", "t")),
        ("  `KEY_BLOCK_SIZE=` int(11) DEFAULT NULL,", None),
        ("  KEY `a` (`a`) COMMENT 'b',", None),
    ],
)
def test_lines_of_show_create_are_told_apart(line: str, expected: Identity | None) -> None:
    assert [expected] * (expected is not None) == list(told_by(line, "t"))


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
