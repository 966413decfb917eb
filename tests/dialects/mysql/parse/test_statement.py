"""What statements say that they do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.mysql.parse.statement import parse
from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterTable,
    CreateIndex,
    CreateObject,
    CreateTable,
    CreateView,
    Data,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropObject,
    DropTable,
    LockTable,
    Operation,
    Other,
    RenameColumn,
    RenameTable,
    Repeated,
    SetNotNull,
    Target,
    Transaction,
    Unparsed,
)

T = Target("", "t")
V, W = Target("", "v"), Target("", "w")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "DROP TABLE IF EXISTS `a b`, x.t",
            [DropTable(Target("", "a b")), DropTable(Target("x", "t"))],
        ),
        ("drop temporary table t", [DropTable(T)]),
        ("DROP DATABASE shop", [DropObject("database", Target("", "shop"))]),
        ("DROP INDEX i ON t", [DropIndex(Target("", "i"), table=T)]),
        ("ALTER TABLE t DROP a", [DropColumn(T, "a")]),
        ("ALTER TABLE t DROP COLUMN IF EXISTS a", [DropColumn(T, "a")]),
        ("ALTER TABLE t DROP PRIMARY KEY", [AlterTable(T, "DROP PRIMARY KEY")]),
        ("ALTER TABLE t DROP FOREIGN KEY f", [DropConstraint(T, "f")]),
        ("ALTER TABLE t DROP PARTITION p0", [Data("TRUNCATE", T)]),
        ("ALTER TABLE t DROP KEY k", [DropIndex(Target("", "k"), table=T)]),
        ("ALTER TABLE t RENAME TO u", [RenameTable(T, "u")]),
        ("ALTER TABLE t RENAME u", [RenameTable(T, "u")]),
        ("ALTER TABLE t RENAME INDEX a TO b", [AlterTable(T, "RENAME INDEX", "a", "b")]),
        ("ALTER TABLE t RENAME COLUMN a TO b", [RenameColumn(T, "a", "b")]),
        ("RENAME TABLE t TO u, v TO w", [RenameTable(T, "u"), RenameTable(Target("", "v"), "w")]),
        (
            "ALTER TABLE t CHANGE COLUMN a b bigint(20) unsigned NOT NULL",
            [
                RenameColumn(T, "a", "b"),
                AlterColumnType(T, "b", "bigint(20) unsigned"),
                SetNotNull(T, "b"),
            ],
        ),
        ("ALTER TABLE t MODIFY a ENUM('X','y') NULL", [AlterColumnType(T, "a", "enum('X', 'y')")]),
        (
            "ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 1 AFTER b, ADD (c text, d int)",
            [
                AddColumn(T, "a", "int", not_null=True, default="1"),
                AddColumn(T, "c", "text"),
                AddColumn(T, "d", "int"),
            ],
        ),
        (
            "ALTER TABLE t ADD u char(36) DEFAULT (uuid())",
            [AddColumn(T, "u", "char(36)", default="(uuid())", default_calls=("uuid",))],
        ),
        (
            "ALTER TABLE t ADD g int AS (a + 1) STORED",
            [AddColumn(T, "g", "int", generated="stored")],
        ),
        (
            "ALTER TABLE t ADD p int REFERENCES q (id)",
            [
                AddColumn(T, "p", "int"),
                AddConstraint(
                    T, "foreign key", columns=("p",), references=Target("", "q"), inline=True
                ),
            ],
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES x.q (c, d)",
            [AddConstraint(T, "foreign key", "f", ("a", "b"), references=Target("x", "q"))],
        ),
        (
            "ALTER TABLE t ADD UNIQUE KEY u (a(10), b)",
            [AddConstraint(T, "unique", "u", ("a", "b"))],
        ),
        ("ALTER TABLE t ADD PRIMARY KEY (a)", [AddConstraint(T, "primary key", "", ("a",))]),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", [AddConstraint(T, "check", "c")]),
        ("ALTER TABLE t ADD INDEX i (a), LOCK=NONE", [
            CreateIndex(T, "i", columns=("a",)), AlterTable(T, "LOCK")
        ]),
        ("CREATE UNIQUE INDEX i ON t (a)", [
            CreateIndex(T, "i", unique=True, columns=("a",), whole=True)
        ]),
        ("CREATE TEMPORARY TABLE t (a int)", [CreateTable(T, temporary=True)]),
        ("CREATE TABLE t LIKE u", [CreateTable(T)]),
        ("CREATE OR REPLACE VIEW t AS SELECT 1", [CreateView(T, replace=True)]),
        ("/*!50001 DROP TABLE t */", [DropTable(T)]),
        ("# why\nTRUNCATE TABLE t", [Data("TRUNCATE", T, everywhere=True)]),
        ("INSERT IGNORE INTO t VALUES (1)", [Data("insert", T)]),
        ("INSERT INTO t (a, `b`) VALUES (1, 2)", [Data("insert", T, columns=("a", "b"))]),
        (
            "UPDATE t SET a = 1, t.b = 2",
            [Data("update", T, everywhere=True, columns=("a", "b"), fills=("a", "b"))],
        ),
        (
            "UPDATE t SET a = 1, b = 2 WHERE t.b IS NULL",
            [Data("update", T, columns=("a", "b"), fills=("b",))],
        ),
        ("UPDATE t SET a = 1 WHERE a IS NULL AND b", [Data("update", T, columns=("a",))]),
        ("UPDATE t SET a = 1 WHERE a = 2", [Data("update", T, columns=("a",))]),
        ("UPDATE t JOIN u USING (id) SET t.a = 1", [Data("update", T, columns=("a",))]),
        ("DELETE FROM t WHERE 1 = 1", [Data("delete", T, everywhere=True)]),
        ("DELETE FROM t WHERE TRUE", [Data("delete", T, everywhere=True)]),
        ("DELETE FROM t LIMIT 10", [Data("delete", T)]),
        (
            "UPDATE t SET a = (SELECT b FROM s LIMIT 1)",
            [Data("update", T, everywhere=True, columns=("a",), fills=("a",))],
        ),
        ("DELETE x FROM t AS x JOIN u ON u.id = x.id", [Data("delete", T)]),
        ("DELETE x.* FROM u JOIN t x", [Data("delete", T)]),
        ("DELETE FROM x USING t x, u", [Data("delete", T)]),
        ("WITH x AS (SELECT 1) DELETE FROM t", [Data("delete", T, everywhere=True)]),
        ("WITH x AS (SELECT 1) SELECT * FROM x", [Other("WITH")]),
        ("ALTER TABLE t DROP CONSTRAINT IF EXISTS c", [DropConstraint(T, "c")]),
        ("ALTER TABLE t ALTER a SET DEFAULT 1", [AlterTable(T, "SET DEFAULT", "a")]),
        ("ALTER TABLE t ALTER COLUMN a DROP DEFAULT", [AlterTable(T, "DROP DEFAULT", "a")]),
        ("ALTER TABLE t ALTER INDEX i IGNORED", [AlterTable(T, "ALTER INDEX", "i")]),
        ("ALTER TABLE t ENGINE=InnoDB", [AlterTable(T, "ENGINE")]),
        (
            "LOCK TABLES t READ, x.t AS y WRITE",
            [LockTable(T, "READ"), LockTable(Target("x", "t"), "WRITE")],
        ),
        (
            "CREATE DEFINER=root@localhost TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
            [CreateObject("trigger", Target("", "tr"), table=T)],
        ),
        ("START TRANSACTION", [Transaction("begin")]),
        ("ALTER TABLE", [Unparsed("the statement ends too early")]),
        ("SET NAMES utf8", [Other("SET")]),
        ("CALL p()", [Unparsed("what it runs is not in its text")]),
        ("EXECUTE s", [Unparsed("what it runs is not in its text")]),
        ("CREAT TABLE t (a int)", [Unparsed("no statement begins with CREAT")]),
        ("(SELECT 1) UNION (SELECT 2)", [Other("(")]),
        ("DROP VIEW IF EXISTS v, d.w", [DropObject("view", V), DropObject("view", W)]),
        ("DROP TRIGGER d.v", [DropObject("trigger", V)]),
        ("CREATE OR REPLACE PROCEDURE v() SELECT 1", [CreateObject("procedure", V, replace=True)]),
        ("CREATE EVENT IF NOT EXISTS v ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", [
            CreateObject("event", V),
        ]),
        ("CREATE INDEX i ON t (a, A)", [
            CreateIndex(T, "i", columns=("a", "A"), whole=True),
            Repeated("a", "the index"),
        ]),
        ("INSERT INTO t (a, b, a) VALUES (1, 2, 3)", [
            Data("insert", T, columns=("a", "b", "a")),
            Repeated("a", "the list of columns"),
        ]),
        ("CREATE TABLE t (a int, b int, A int)", [CreateTable(T), Repeated("a", "the table")]),
    ],
)  # fmt: skip
def test_statement_is_read(sql: str, expected: list[Operation]) -> None:
    assert expected == list(parse(sql))


WORDS = st.sampled_from(
    "ALTER TABLE t ADD DROP COLUMN ( ) , `x y` CREATE INDEX ON IF EXISTS CHANGE 'a' DEFAULT".split(
        " "
    )
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_nothing_makes_it_raise(sql: str) -> None:
    assert all(isinstance(each, Operation) for each in parse(sql))
