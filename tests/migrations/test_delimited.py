"""How statements end in a file: what is written is split into what was meant."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql import DIALECT
from ci_runner.migrations.delimited import delimited
from ci_runner.migrations.statements import split

LOOSE = "CREATE TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW IF NEW.a THEN SET NEW.a = 1; END IF"
NAMED = "CREATE DEFINER = `a;b`@`%` PROCEDURE `p`()\nCASE 1 WHEN 1 THEN SELECT '//'; END CASE"
BLOCK = "CREATE PROCEDURE `p`()\nBEGIN SELECT 1; SELECT 2; END"


def pieces(text: str) -> list[str]:
    return [each.text for each in split(text, "a.sql", DIALECT.syntax)]


@pytest.mark.parametrize("sql", [LOOSE, NAMED])
def test_a_body_with_semicolons_gets_a_mark_that_it_does_not_hold(sql: str) -> None:
    assert [sql, "SELECT 1"] == pieces(delimited(f"-- a; b\n{sql};\n") + "SELECT 1;\n")


def test_between_what_sets_a_mode_and_resets_it_only_the_body_gets_one() -> None:
    before, behind = "SET sql_mode = 'ANSI'", "SET sql_mode = DEFAULT"

    written = delimited(f"{before};\n{LOOSE};\n{behind};\n")

    assert [before, LOOSE, behind] == pieces(written)


@pytest.mark.parametrize(
    "sql",
    [
        BLOCK,
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1; SELECT 2$$",
        "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DO SET @a = ';'",
        "DROP TABLE `a`;\nDROP TABLE `b`",
    ],
)
def test_what_a_semicolon_ends_is_left_alone(sql: str) -> None:
    assert f"-- note\n{sql};\n" == delimited(f"-- note\n{sql};\n")
