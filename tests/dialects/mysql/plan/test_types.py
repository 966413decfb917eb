"""Which changes of a type keep every value."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.plan.types import holds
from ci_runner.schema.model import Column


def column(type_: str, collation: str | None = None) -> Column:
    return Column("", "t", "a", type_, collation=collation)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int(11)", "bigint(20)"),
        ("int(10) unsigned", "bigint(20)"),
        ("tinyint(1)", "int(11)"),
        ("int(11)", "decimal(12,0)"),
        ("int(11)", "double"),
        ("float", "double"),
        ("decimal(10,2)", "decimal(12,2)"),
        ("decimal(10,2) unsigned", "decimal(12,4)"),
        ("varchar(20)", "varchar(40)"),
        ("char(10)", "varchar(10)"),
        ("varchar(100)", "text"),
        ("varchar(63)", "tinytext"),
        ("text", "mediumtext"),
        ("varbinary(20)", "blob"),
        ("enum('a','b')", "enum('b','c','a')"),
        ("enum('a','it''s')", "varchar(5)"),
        ("set('a')", "set('a','b')"),
        ("date", "datetime"),
        ("datetime", "datetime(3)"),
        ("timestamp", "datetime"),
        ("bit(3)", "bit(8)"),
    ],
)
def test_a_type_that_is_as_wide_holds_all(old: str, new: str) -> None:
    assert holds(column(old), column(new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bigint(20)", "int(11)"),
        ("int(11)", "int(10) unsigned"),
        ("int(10) unsigned", "int(11)"),
        ("bigint(20)", "double"),
        ("bigint(20)", "decimal(12,0)"),
        ("double", "float"),
        ("decimal(10,2)", "decimal(10,1)"),
        ("decimal(10,2)", "decimal(10,4)"),
        ("decimal(10,2)", "int(11)"),
        ("varchar(40)", "varchar(20)"),
        ("varchar(10)", "char(10)"),
        ("varchar(100)", "tinytext"),
        ("mediumtext", "text"),
        ("text", "varchar(100)"),
        ("text", "json"),
        ("enum('a','b')", "enum('a')"),
        ("enum('a','b')", "set('a','b')"),
        ("datetime", "date"),
        ("datetime(3)", "datetime"),
        ("datetime", "timestamp"),
    ],
)
def test_a_type_that_is_narrower_does_not(old: str, new: str) -> None:
    assert not holds(column(old), column(new))


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("latin1_swedish_ci", "utf8mb4_general_ci", True),
        ("utf8mb4_general_ci", "latin1_swedish_ci", False),
        ("utf8mb4_general_ci", "utf8mb4_bin", True),
        ("ascii_general_ci", "latin1_swedish_ci", True),
    ],
)
def test_characters_have_to_be_known_on_the_other_side(old: str, new: str, *, kept: bool) -> None:
    assert kept is holds(column("varchar(9)", old), column("varchar(9)", new))
