"""What the text of a statement tells, held against what the server made of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.kinds.tables import collation_of
from ci_runner.dialects.mysql.parse.made import made, types
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.model import Column, ForeignKey, Index, PrimaryKey, SchemaObject, Table
from tests.dialects.mysql.laws import load

WIDTH = re.compile(r"(?<=int)\((?:[2-9]|\d\d)\)")
TABLES = """
CREATE TABLE parents (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, code char(3) UNIQUE);
CREATE TABLE IF NOT EXISTS `odd name` (
  `a``b` INTEGER UNSIGNED NOT NULL DEFAULT 0 COMMENT 'it''s, (really)',
  b DOUBLE PRECISION, c NUMERIC(10, 2) ZEROFILL, d BOOL NOT NULL DEFAULT FALSE, e SERIAL,
  f NATIONAL VARCHAR(20), g CHARACTER VARYING(30) CHARACTER SET latin1 COLLATE latin1_bin,
  h timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
  i int GENERATED ALWAYS AS (`a``b` + 1) STORED, j int AS (`a``b` * 2) VIRTUAL,
  k enum('x,y', 'z)') NOT NULL DEFAULT 'z)', l set('p', 'q'), m YEAR(4), n INT8 SIGNED,
  q varchar(9) BINARY, r binary, s CHAR, t decimal(5, 0) SIGNED,
  o varchar(10) DEFAULT (concat('a', ',')), p bigint unsigned,
  KEY (b), UNIQUE INDEX by_g USING BTREE (g(10), d DESC), FULLTEXT (f), INDEX `o` (o, p),
  CONSTRAINT to_parent FOREIGN KEY (p) REFERENCES parents (id) ON DELETE CASCADE,
  CONSTRAINT positive CHECK (b > 0), PRIMARY KEY (`a``b`, n)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE utf8mb4_unicode_ci
  COMMENT 'of all' AUTO_INCREMENT=7;
/*!50100 CREATE TABLE parts (id int, at date) PARTITION BY RANGE (id)
  (PARTITION p0 VALUES LESS THAN (9)) */;
"""


def key(each: Column) -> tuple[object, ...]:
    kind = WIDTH.sub("", each.type.replace(", ", ","))
    return (
        each.name,
        kind.replace(" unsigned zerofill", " zerofill"),
        each.not_null,
        each.default is not None,
        each.generated_kind,
        each.identity_kind,
        each.comment,
        (each.collation or "").startswith("latin1"),
    )


def shape(each: SchemaObject) -> tuple[object, ...]:
    """What both have to agree on: expressions and widths are the server's own words."""
    match each:
        case Table(name=name, columns=columns, comment=comment):
            parted = bool(each.partition_key)
            return name, tuple(map(key, columns)), comment, parted
        case PrimaryKey(table=table, columns=columns):
            return table, columns
        case Index(table=table, name=name, unique=unique, method=method, keys=keys):
            return table, name, unique, method, keys
        case ForeignKey(table=table, columns=columns, references=references):
            there = references.name, each.referenced_columns
            return table, each.name, columns, there, each.definition.endswith("CASCADE")
        case _:
            raise TypeError(each)


def test_a_table_is_read_as_the_server_understands_it(maria: MysqlConnection) -> None:
    load(maria, TABLES, "a.sql")
    seen = DIALECT.inspect(maria)

    told = [each for sql in TABLES.split(";\n") for each in made(sql.strip())]

    for kind in (Table, PrimaryKey, ForeignKey):
        assert sorted(shape(each) for each in seen.of_type(kind)) == sorted(
            shape(each.new)
            for each in told
            if isinstance(each, Create) and isinstance(each.new, kind)
        )
    # An index that a foreign key needs is the server's own.
    written = {
        each.new for each in told if isinstance(each, Create) and isinstance(each.new, Index)
    }
    assert {shape(each) for each in written} == {
        shape(each) for each in seen.of_type(Index) if each.name != "to_parent"
    }


def test_options_of_a_table_are_spelled_as_in_the_catalogue() -> None:
    (change,) = made("CREATE TABLE t (a int) ENGINE=MyISAM, DEFAULT CHARACTER SET = 'latin1'")

    assert isinstance(change, Create)
    assert isinstance(change.new, Table)
    assert ("ENGINE=MyISAM", "COLLATE=latin1") == change.new.options
    assert "latin1" == collation_of(change.new)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE t ADD (a int, b JSON)", ["create column t.a", "create column t.b"]),
        (
            "ALTER IGNORE TABLE d.t ADD COLUMN IF NOT EXISTS a int KEY",
            [
                "create column t.a",
                "create primary key t.PRIMARY",
            ],
        ),
        (
            "ALTER TABLE t MODIFY a int FIRST, CHANGE `b` c text, DROP d",
            [
                "alter column t.a",
                "rename column t.c",
                "drop column t.d",
            ],
        ),
        (
            "ALTER TABLE t DROP KEY k, DROP PRIMARY KEY, DROP FOREIGN KEY f, ENGINE=Aria",
            [
                "alter table t",
            ],
        ),
        (
            "ALTER TABLE t RENAME INDEX a TO b, RENAME COLUMN c TO d, RENAME TO u",
            [
                "rename column t.d",
                "rename table u",
            ],
        ),
        ("RENAME TABLE a TO b, d.c TO d.e", ["rename table b", "rename table e"]),
        ("CREATE UNIQUE INDEX u ON t (a(3), (lower(b)))", ["create index t.u"]),
        ("DROP INDEX u ON t", ["drop index t.u"]),
        ("DROP TABLE IF EXISTS a, d.b", ["drop table a", "drop table b"]),
        ("DROP TEMPORARY TABLE a", []),
        ("CREATE OR REPLACE ALGORITHM=MERGE VIEW v AS SELECT 1", ["create view v"]),
        (
            "CREATE DEFINER=`a`@`b` TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
            [
                "create trigger t.g",
            ],
        ),
        ("CREATE TABLE t LIKE u", []),
        ("CREATE TABLE t (LIKE u)", []),
        ("CREATE TEMPORARY TABLE t (a int)", []),
        ("CREATE TABLE t (a int) AS SELECT 1 AS a", ["create table t"]),
        ("CREATE PROCEDURE p() BEGIN CREATE TABLE t (a int); END", []),
        ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DROP TABLE t", []),
        ("ALTER TABLE t ADD", []),
        ("INSERT INTO t VALUES ('CREATE TABLE u (a int)')", []),
    ],
)
def test_what_a_statement_changes(sql: str, expected: list[str]) -> None:
    assert expected == [words(each) for each in made(sql)]


def words(change: Change) -> str:
    match change:
        case Create(new):
            return f"create {new.identity}"
        case Alter(new=new):
            return f"alter {new.identity}"
        case Rename(new=new):
            return f"rename {new.identity}"
        case Drop(old):
            return f"drop {old.identity}"


def test_types_are_those_that_are_written() -> None:
    assert {"a": "json", "b": "boolean"} == types("CREATE TABLE t (a JSON, b BOOLEAN)")
    assert {"c": "json"} == types("ALTER TABLE t CHANGE b c JSON NOT NULL")


@given(st.text(alphabet="ACDEFGIKLNOPRTUVWY ()`',;=.1abt", max_size=60))
def test_no_text_makes_it_raise(tail: str) -> None:
    for head in ("CREATE TABLE t (", "ALTER TABLE t ADD ", "DROP ", "CREATE ", "RENAME TABLE "):
        assert isinstance(made(head + tail), tuple)
        assert isinstance(types(head + tail), dict)
