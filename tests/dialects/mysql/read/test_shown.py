"""What is read of SHOW CREATE TABLE, as either server prints it."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.read.shown import Shown, ShownKey, shown

MYSQL = r"""CREATE TABLE `t` (
  `a` int /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT FIXED */ COMMENT 'NOT SECONDARY',
  `KEY_BLOCK_SIZE=` int DEFAULT NULL COMMENT 'x DEFAULT 0xFF',
  `b` varbinary(5) DEFAULT 'x\0y',
  `c` varchar(9) DEFAULT 0xF09FA680,
  `d` int,
  PRIMARY KEY (`a`) KEY_BLOCK_SIZE=4,
  KEY `k ``(` (`a`,`d`) COMMENT 'KEY_BLOCK_SIZE=8',
  FULLTEXT KEY `f` (`c`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `x` CHECK ((`a` > 0))
) /*!50100 TABLESPACE `s` */ ENGINE=A CHECKSUM=1 COMMENT='a=b' /*!80023 AUTOEXTEND_SIZE=8 */
/*!50500 PARTITION BY RANGE  COLUMNS(a)
SUBPARTITION BY HASH (`d`)
(PARTITION p0 VALUES LESS THAN (10)
 (SUBPARTITION s0 ENGINE = InnoDB,
  SUBPARTITION s1 ENGINE = InnoDB),
 PARTITION p1 VALUES LESS THAN (20) COMMENT = 'x, ENGINE = y'
 (SUBPARTITION s2 ENGINE = InnoDB)) */"""

MARIADB = r"""CREATE TABLE `m` (
  `a` int(11) NOT NULL,
  `b` binary(4) DEFAULT 'it''s',
  `s` date NOT NULL,
  `e` date NOT NULL,
  `g` varchar(9) GENERATED ALWAYS AS (concat(`b`,'🦀')) VIRTUAL,
  UNIQUE KEY `u` (`a`,`app` WITHOUT OVERLAPS),
  PERIOD FOR `app` (`s`, `e`)
) ENGINE=MRG_MyISAM `PAGE_COMPRESSED`=1 CONNECTION='a b' INSERT_METHOD=LAST UNION=(`m1`,`m2`)"""


def test_what_mysql_hides_from_older_servers_is_read() -> None:
    found = shown(MYSQL)

    assert {
        "PRIMARY": ShownKey("4"),
        "k `(": ShownKey(),
        "f": ShownKey(parser="`ngram`"),
    } == found.keys
    assert ("STORAGE DISK", "COLUMN_FORMAT FIXED") == found.words["a"]
    assert {"b": "0x780079", "c": "0xf09fa680"} == found.defaults
    assert {"a", "d"} == found.bare
    assert (
        "TABLESPACE=`s`",
        "CHECKSUM=1",
        "AUTOEXTEND_SIZE=8",
    ) == found.options


def test_a_partition_is_a_line_with_its_subpartitions() -> None:
    assert [
        "PARTITION BY RANGE  COLUMNS(a) SUBPARTITION BY HASH (`d`)",
        "PARTITION p0 VALUES LESS THAN (10) (SUBPARTITION s0, SUBPARTITION s1)",
        "PARTITION p1 VALUES LESS THAN (20) COMMENT = 'x, ENGINE = y' (SUBPARTITION s2)",
    ] == shown(MYSQL).partitions.split("\n")


def test_what_only_mariadb_has_is_read() -> None:
    found = shown(MARIADB)

    assert {"app": "PERIOD FOR `app` (`s`, `e`)"} == found.periods
    assert {"u": ShownKey(period="`app`")} == found.keys
    assert {"b": "'it''s'"} == found.defaults
    assert (
        "`PAGE_COMPRESSED`=1",
        "CONNECTION='a b'",
        "INSERT_METHOD=LAST",
        "UNION=(`m1`,`m2`)",
    ) == found.options


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("concat(`b`,'????')", "concat(`b`,'🦀')"),
        ("concat(`a`,'????')", "concat(`a`,'????')"),
        ("concat(`b`,'?')", "concat(`b`,'?')"),
    ],
)
def test_question_marks_become_what_they_stand_for(told: str, expected: str) -> None:
    assert expected == shown(MARIADB).restored(told)


def test_a_table_without_anything_of_that_has_nothing() -> None:
    plain = (
        "CREATE TABLE `t` (\n  `a` int(11) DEFAULT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
    )

    assert Shown(statement=plain) == shown(plain)
