"""Which partitions a change of some asks to be written again, and that their rows stay."""

from __future__ import annotations

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import EVERYTHING
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.kinds.partitions import reorganized
from tests.dialects.mysql.laws import load


def ranges(*bounds: str) -> str:
    listed = [f"PARTITION p{each} VALUES LESS THAN ({each})" for each in bounds]
    return "\n".join(["PARTITION BY RANGE (`a`)", *listed])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("9", "20"), ("5", "9", "20"), "9 > 5 9"),
        (("5", "9", "20"), ("9", "20"), "5 9 > 9"),
        (("5", "9", "20", "30"), ("5", "20", "30"), "9 20 > 20"),
        (("9", "20"), ("8", "20"), "9 20 > 8 20"),
    ],
)
def test_ranges_end_where_those_end_that_they_come_from(
    old: tuple[str, ...], new: tuple[str, ...], expected: str
) -> None:
    found = reorganized(ranges(*old), ranges(*new))

    assert found is not None
    said = [[each.split()[1][1:] for each in side] for side in (found.before, found.after)]
    assert expected.split(" > ") == [" ".join(each) for each in said]


@pytest.mark.parametrize(("old", "new"), [(("9", "20"), ("9", "30")), (("9", "20"), ("9",))])
def test_the_last_range_can_not_move(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    assert reorganized(ranges(*old), ranges(*new)) is None


def test_a_clause_names_the_old_ones_and_has_the_new_ones_in_full() -> None:
    found = reorganized(ranges("9"), ranges("5", "9"))

    into = "PARTITION p5 VALUES LESS THAN (5), PARTITION p9 VALUES LESS THAN (9)"
    assert found is not None
    assert f"REORGANIZE PARTITION p9 INTO ({into})" == found.clause()


def test_another_way_of_partitioning_writes_the_whole_table() -> None:
    assert reorganized(ranges("9"), ranges("9").replace("RANGE", "LIST")) is None
    assert reorganized("PARTITION BY HASH (`a`) PARTITIONS 2", "PARTITION BY HASH (`a`)") is None


def test_rows_stay_where_partitions_are_split_and_merged(mysql_server: MysqlServer) -> None:
    table = "CREATE TABLE t (a int NOT NULL) PARTITION BY RANGE (a) ({});"
    one = "PARTITION p0 VALUES LESS THAN (5), PARTITION p1 VALUES LESS THAN MAXVALUE"
    two = "PARTITION p1 VALUES LESS THAN (9), PARTITION p2 VALUES LESS THAN MAXVALUE"
    with mysql_server.database() as left, mysql_server.database() as right:
        load(left, f"{table.format(one)}INSERT INTO t VALUES (1), (7), (100);", "old.sql")
        load(right, table.format(two), "new.sql")
        goal = DIALECT.inspect(right)

        (statement,) = DIALECT.plan(DIALECT.inspect(left), goal, EVERYTHING)
        left.execute(statement.sql)

        assert statement.sql.startswith("ALTER TABLE `t` REORGANIZE PARTITION ")
        assert not statement.destructive
        assert goal == DIALECT.inspect(left)
        assert [(1,), (7,), (100,)] == left.query("SELECT a FROM t ORDER BY a")
