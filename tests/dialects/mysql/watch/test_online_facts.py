"""What MariaDB 10.11 asks for to change a table of 200 rows, measured, beside what is documented.

Source: mariadb.com/kb, InnoDB Online DDL Operations with the INSTANT, NOCOPY and INPLACE Alter
Algorithm; each statement is run on a server. Another version may do better.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.watch.online import run

PAGE = Path(__file__).parents[4] / ".." / "shared" / "specs" / "lint-rules.md"
PARENT = "CREATE TABLE p (id int PRIMARY KEY)"
TABLE = """
CREATE TABLE t (
  id int PRIMARY KEY, a int, big bigint, i int NOT NULL, v varchar(20), v63 varchar(63),
  v64 varchar(64), c char(10), x text, d decimal(10, 2), dt datetime, ts timestamp NULL,
  e enum('a', 'b'), s set('a', 'b'), s8 set('1', '2', '3', '4', '5', '6', '7', '8'),
  l varchar(10) CHARACTER SET latin1, u int, w varchar(20), pid int, KEY k (i), KEY kw (w)
) DEFAULT CHARSET utf8mb4
"""
ROWS = (
    "INSERT INTO t (id, a, big, i, v, u, e, s) SELECT seq, seq, seq, seq, 'v', seq, 'a', 'a'"
    " FROM seq_1_to_200"
)
GENERATED = ("ALTER TABLE t ADD gv int AS (a + 1) VIRTUAL, ADD gs int AS (a + 2) STORED",)
KEYLESS = ("ALTER TABLE t DROP PRIMARY KEY",)
PARTITIONED = """
CREATE TABLE q (id int PRIMARY KEY) PARTITION BY RANGE (id)
  (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN (1000))
"""
FOREIGN = ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (id)",)
Fact = tuple[str, str, str, tuple[str, ...]]


def fact(operation: str, sql: str, found: str, *before: str) -> Fact:
    """`sql` is a clause of ALTER TABLE t unless it is a statement; `found` algorithm and lock."""
    is_clause = not re.match(r"ALTER TABLE|CREATE (?:UNIQUE )?INDEX|DROP INDEX \w+ ON", sql)
    return operation, f"ALTER TABLE t {sql}" if is_clause else sql, found, before


FACTS: tuple[Fact, ...] = (
    fact("ADD COLUMN last", "ADD n int", "INSTANT NONE"),
    fact("ADD COLUMN FIRST", "ADD n int FIRST", "INSTANT NONE"),
    fact("ADD COLUMN AFTER", "ADD n int AFTER a", "INSTANT NONE"),
    fact("ADD COLUMN NOT NULL DEFAULT const", "ADD n int NOT NULL DEFAULT 1", "INSTANT NONE"),
    fact("ADD COLUMN NOT NULL (implicit default)", "ADD n int NOT NULL", "INSTANT NONE"),
    fact("ADD COLUMN DEFAULT CURRENT_TIMESTAMP", "ADD n datetime DEFAULT now()", "INSTANT NONE"),
    fact("ADD COLUMN DEFAULT (expression uuid())", "ADD n text DEFAULT (uuid())", "COPY SHARED"),
    fact("ADD COLUMN DEFAULT (constant expression)", "ADD n int DEFAULT (1 + 2)", "INSTANT NONE"),
    fact(
        "ADD COLUMN AUTO_INCREMENT + key", "ADD n int AUTO_INCREMENT, ADD KEY (n)", "INPLACE SHARED"
    ),
    fact("ADD COLUMN with inline UNIQUE", "ADD n int UNIQUE", "INPLACE NONE"),
    fact("ADD COLUMN with inline REFERENCES", "ADD n int REFERENCES p (id)", "COPY SHARED"),
    fact(
        "ADD COLUMN on ROW_FORMAT=COMPRESSED",
        "ADD n int",
        "INPLACE NONE",
        "ALTER TABLE t ROW_FORMAT=COMPRESSED",
    ),
    fact(
        "ADD COLUMN on table with FULLTEXT",
        "ADD n int",
        "INPLACE SHARED",
        "ALTER TABLE t ADD FULLTEXT (v)",
    ),
    fact("ADD two columns", "ADD n int, ADD m int", "INSTANT NONE"),
    fact("DROP COLUMN", "DROP a", "INSTANT NONE"),
    fact("DROP indexed COLUMN", "DROP i", "NOCOPY NONE"),
    fact("RENAME COLUMN", "RENAME COLUMN a TO n", "INSTANT NONE"),
    fact("CHANGE same type (rename)", "CHANGE a n int", "INSTANT NONE"),
    fact("reorder (MODIFY .. FIRST)", "MODIFY a int FIRST", "INSTANT NONE"),
    fact("SET DEFAULT", "ALTER a SET DEFAULT 1", "INSTANT NONE"),
    fact("DROP DEFAULT", "ALTER a DROP DEFAULT", "INSTANT NONE"),
    fact("COMMENT change", "MODIFY a int COMMENT 'n'", "INSTANT NONE"),
    fact("NULL -> NOT NULL", "MODIFY a int NOT NULL", "INPLACE NONE"),
    fact("NOT NULL -> NULL", "MODIFY i int NULL", "INPLACE NONE"),
    fact("int -> bigint", "MODIFY a bigint", "COPY SHARED"),
    fact("int -> int unsigned", "MODIFY a int unsigned", "COPY SHARED"),
    fact("bigint -> int", "MODIFY big int", "COPY SHARED"),
    fact("varchar(20) -> varchar(40), utf8mb4", "MODIFY v varchar(40)", "INSTANT NONE"),
    fact(
        "varchar(63) -> varchar(64), utf8mb4 (255 byte border)",
        "MODIFY v63 varchar(64)",
        "COPY SHARED",
    ),
    fact("varchar(64) -> varchar(100), utf8mb4", "MODIFY v64 varchar(100)", "INSTANT NONE"),
    fact("varchar(20) -> varchar(10)", "MODIFY v varchar(10)", "COPY SHARED"),
    fact("varchar -> text", "MODIFY v text", "COPY SHARED"),
    fact("char(10) -> varchar(10)", "MODIFY c varchar(10)", "COPY SHARED"),
    fact("char(10) -> char(20)", "MODIFY c char(20)", "COPY SHARED"),
    fact("text -> mediumtext", "MODIFY x mediumtext", "COPY SHARED"),
    fact("decimal(10,2) -> decimal(12,2)", "MODIFY d decimal(12, 2)", "COPY SHARED"),
    fact("datetime -> datetime(3)", "MODIFY dt datetime(3)", "COPY SHARED"),
    fact("timestamp -> datetime", "MODIFY ts datetime", "COPY SHARED"),
    fact("enum add value at end", "MODIFY e enum('a', 'b', 'n')", "INSTANT NONE"),
    fact("enum add value in middle", "MODIFY e enum('a', 'n', 'b')", "COPY SHARED"),
    fact("enum remove value", "MODIFY e enum('a')", "COPY SHARED"),
    fact("enum rename value", "MODIFY e enum('a', 'n')", "COPY SHARED"),
    fact("set add value at end", "MODIFY s set('a', 'b', 'n')", "INSTANT NONE"),
    fact(
        "set grows past 8 members",
        "MODIFY s8 set('1', '2', '3', '4', '5', '6', '7', '8', '9')",
        "COPY SHARED",
    ),
    fact("latin1 -> utf8mb4 column", "MODIFY l varchar(10) CHARACTER SET utf8mb4", "COPY SHARED"),
    fact("collation change, indexed", "MODIFY w varchar(20) COLLATE utf8mb4_bin", "NOCOPY NONE"),
    fact(
        "collation change, not indexed", "MODIFY v varchar(20) COLLATE utf8mb4_bin", "INSTANT NONE"
    ),
    fact("ADD INDEX", "CREATE INDEX n ON t (a)", "NOCOPY NONE"),
    fact("ADD UNIQUE", "CREATE UNIQUE INDEX n ON t (u)", "NOCOPY NONE"),
    fact("DROP INDEX", "DROP INDEX k ON t", "NOCOPY NONE"),
    fact("RENAME INDEX", "RENAME INDEX k TO n", "INSTANT NONE"),
    fact("ADD FULLTEXT (first)", "ADD FULLTEXT (v)", "INPLACE SHARED"),
    fact("ADD FULLTEXT (second)", "ADD FULLTEXT (v), ADD FULLTEXT (x)", "COPY SHARED"),
    fact("index IGNORED (MariaDB)", "ALTER INDEX k IGNORED", "INSTANT NONE"),
    fact("DROP + ADD same index", "DROP INDEX k, ADD INDEX k (i)", "INSTANT NONE"),
    fact("ADD PRIMARY KEY", "ADD PRIMARY KEY (id)", "INPLACE NONE", *KEYLESS),
    fact("DROP PRIMARY KEY", "DROP PRIMARY KEY", "COPY SHARED"),
    fact("DROP + ADD PRIMARY KEY", "DROP PRIMARY KEY, ADD PRIMARY KEY (i)", "INPLACE NONE"),
    fact(
        "ADD FOREIGN KEY (foreign_key_checks=1)",
        "ADD FOREIGN KEY (pid) REFERENCES p (id)",
        "COPY SHARED",
    ),
    fact(
        "ADD FOREIGN KEY (foreign_key_checks=0)",
        "ADD FOREIGN KEY (pid) REFERENCES p (id)",
        "NOCOPY NONE",
        "SET foreign_key_checks = 0",
    ),
    fact("DROP FOREIGN KEY", "DROP FOREIGN KEY f", "INSTANT NONE", *FOREIGN),
    fact("ADD CHECK", "ADD CHECK (a > 0)", "COPY SHARED"),
    fact(
        "DROP CHECK",
        "DROP CONSTRAINT n",
        "INSTANT NONE",
        "ALTER TABLE t ADD CONSTRAINT n CHECK (a > 0)",
    ),
    fact("ADD COLUMN last, table has generated columns", "ADD n int", "INSTANT NONE", *GENERATED),
    fact(
        "ADD COLUMN AFTER, table has generated columns",
        "ADD n int AFTER a",
        "COPY SHARED",
        *GENERATED,
    ),
    fact("DROP COLUMN, table has generated columns", "DROP u", "INSTANT NONE", *GENERATED),
    fact(
        "NULL -> NOT NULL, table has generated columns",
        "MODIFY u int NOT NULL",
        "COPY SHARED",
        *GENERATED,
    ),
    fact("ADD VIRTUAL generated", "ADD n int AS (a + 1) VIRTUAL", "INSTANT NONE"),
    fact("ADD STORED generated", "ADD n int AS (a + 1) STORED", "COPY SHARED"),
    fact("DROP VIRTUAL generated", "DROP gv", "INSTANT NONE", *GENERATED),
    fact("DROP STORED generated", "DROP gs", "INSTANT NONE", *GENERATED),
    fact("ADD INDEX on VIRTUAL", "ADD INDEX (gv)", "NOCOPY NONE", *GENERATED),
    fact(
        "AUTO_INCREMENT=",
        "AUTO_INCREMENT=5000",
        "INSTANT NONE",
        "ALTER TABLE t MODIFY id int AUTO_INCREMENT",
    ),
    fact("COMMENT=", "COMMENT='n'", "INSTANT NONE"),
    fact("DEFAULT CHARACTER SET", "DEFAULT CHARACTER SET latin1", "INSTANT NONE"),
    fact(
        "CONVERT TO CHARACTER SET (utf8mb4 -> latin1)",
        "CONVERT TO CHARACTER SET latin1",
        "COPY SHARED",
    ),
    fact(
        "CONVERT TO same charset",
        "CONVERT TO CHARACTER SET utf8mb4",
        "INSTANT NONE",
        "ALTER TABLE t DROP l",
    ),
    fact("ROW_FORMAT change", "ROW_FORMAT=COMPACT", "INPLACE NONE"),
    fact("KEY_BLOCK_SIZE", "KEY_BLOCK_SIZE=8", "INPLACE NONE"),
    fact("ENGINE=InnoDB (rebuild)", "ENGINE=InnoDB", "INPLACE NONE"),
    fact("ENGINE=Aria/MyISAM", "ENGINE=Aria", "COPY SHARED"),
    fact("FORCE", "FORCE", "INPLACE NONE"),
    fact("RENAME TO", "RENAME TO n", "INSTANT EXCLUSIVE"),
    fact("STATS_PERSISTENT", "STATS_PERSISTENT=1", "INSTANT NONE"),
    fact(
        "ADD PARTITION (REORGANIZE MAXVALUE)",
        "ALTER TABLE q REORGANIZE PARTITION p1 INTO"
        " (PARTITION p1 VALUES LESS THAN (500), PARTITION p2 VALUES LESS THAN MAXVALUE)",
        "",
        PARTITIONED,
    ),
    fact("DROP PARTITION", "ALTER TABLE q DROP PARTITION p0", "", PARTITIONED),
    fact("TRUNCATE PARTITION", "ALTER TABLE q TRUNCATE PARTITION p0", "", PARTITIONED),
    fact("PARTITION BY (repartition)", "PARTITION BY HASH (id) PARTITIONS 4", "COPY SHARED"),
    fact("REMOVE PARTITIONING", "ALTER TABLE q REMOVE PARTITIONING", "COPY SHARED", PARTITIONED),
)
# Where we say otherwise than the page, and why.
OTHERWISE = {
    "ENGINE=Aria/MyISAM": "the server takes INSTANT and copies every row, which is said as COPY",
    "DROP + ADD same index": "an index with the same name and columns is no change at all",
    "PARTITION BY (repartition)": "LOCK stands before it without a comma; every row is copied",
    "REMOVE PARTITIONING": "LOCK stands before it without a comma; every row is copied",
}


@pytest.fixture(scope="module")
def seen(maria_server: MysqlServer) -> dict[str, str]:
    with maria_server.database() as connection:
        return {operation: _seen(connection, sql, before) for operation, sql, _, before in FACTS}


def prepare(connection: MysqlConnection, before: tuple[str, ...], *, rows: bool = True) -> None:
    """The table as it is before a fact, in a database that other facts have used."""
    connection.execute("DROP TABLE IF EXISTS t, n, q, p")
    for each in (PARENT, TABLE, *((ROWS,) if rows else ()), *before):
        connection.execute(each)


def _seen(
    connection: MysqlConnection, sql: str, before: tuple[str, ...], *, rows: bool = True
) -> str:
    prepare(connection, before, rows=rows)
    online = run(connection, sql).online
    connection.reset()
    return f"{online.algorithm} {online.lock}" if online else ""


def test_each_operation_asks_for_what_was_measured(seen: dict[str, str]) -> None:
    assert {operation: found for operation, _, found, _ in FACTS} == seen


def test_an_empty_table_asks_for_the_same(maria_server: MysqlServer, seen: dict[str, str]) -> None:
    """Dev databases are empty, and what is seen there is said of full tables."""
    with maria_server.database() as connection:
        empty = {
            operation: _seen(connection, sql, before, rows=False)
            for operation, sql, _, before in FACTS
        }

    assert seen == empty


def test_the_page_says_the_same_but_where_we_know_better(seen: dict[str, str]) -> None:
    if not PAGE.is_file():
        pytest.skip("needs ../shared/specs/lint-rules.md")
    part = PAGE.read_text(encoding="utf-8").partition("### 6.2 MariaDB")[2].partition("### 6.3")[0]
    lines = (line.split("|")[2:5] for line in part.splitlines() if line.startswith("| "))
    rows = [[cell.strip() for cell in line] for line in lines]
    told = {
        operation: "" if algorithm.startswith("n/a") else f"{algorithm} {lock}"
        for operation, algorithm, lock in rows
    }

    # MariaDB has no such words for it: it is IGNORED there.
    assert {"operation", "index INVISIBLE (MySQL)"} == told.keys() - seen.keys()
    assert set() == seen.keys() - told.keys()
    assert OTHERWISE.keys() == {each for each, found in seen.items() if told[each] != found}
