"""What a reader of the terminal sees is what a reader of the comment sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.report.escape import code, prose
from ci_runner.report.markdown import LEVELS, render
from demo.terminal import columns, show
from tests.report.examples import REPORT
from tests.report.hostile import TEXTS

TABLE = "| Rule | What |\n| --- | --- |\n| <code>drop&#45;x</code> | a<br>→ **b** |\n"


def plain(markdown: str, width: int = 60) -> list[str]:
    return show(markdown, width=width, color=False).splitlines()


def test_a_table_has_columns_as_wide_as_their_cells() -> None:
    assert [
        "┌────────┬──────┐",
        "│ Rule   │ What │",
        "├────────┼──────┤",
        "│ drop-x │ a    │",
        "│        │ → b  │",
        "└────────┴──────┘",
    ] == plain(TABLE)


def test_a_table_that_is_too_wide_becomes_lines() -> None:
    head = " | ".join(["Statements"] * 3)
    row = " | ".join(["one<br>two"] * 3)

    shown = plain(f"| {head} |\n| --- | --- | --- |\n| {row} |\n", 30)

    assert ["  Statements: one", "  two"] * 3 == shown


def test_what_marks_up_does_not_show_and_what_is_marked_does() -> None:
    shown = plain(
        "<!-- schema-ci:v1 {} -->\n### Failed: **1** error\n\n"
        "<sub>commit <code>abc</code></sub>\n\n"
        "[<code>a.sql&#58;3</code>](https://example.org/a_%28b%29.sql#L3), first\n\n"
        "- one\n> said\n<details open><summary>2 statements</summary>\n\n"
        "````sql\n```\nSELECT 1\n````\n\n</details>\n"
    )

    assert [
        "Failed: 1 error",
        "",
        "commit abc",
        "",
        "a.sql:3, first",
        "",
        "• one",
        "▌ said",
        "▾ 2 statements",
        "",
        "    ```",
        "    SELECT 1",
        "",
    ] == shown


def test_colour_is_only_added() -> None:
    colored = show(TABLE, width=60, color=True)

    assert "\x1b[36mdrop-x\x1b[0m" in colored
    assert show(TABLE, width=60, color=False) == re.sub(r"\x1b\[\d+m", "", colored)


@pytest.mark.parametrize("level", range(LEVELS))
@pytest.mark.parametrize("width", [60, 100])
def test_no_line_but_code_is_wider_than_the_terminal(level: int, width: int) -> None:
    shown = plain(render(REPORT, level), width)

    assert [] == [each for each in shown if columns(each) > width and each[:4].strip()]


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_every_letter_of_a_cell_arrives(text: str) -> None:
    cell = " ".join((code(text), prose(text)))
    rows = plain(f"| a |\n| --- |\n| {cell} |\n", 40)[3:-1]

    shown = "".join(row.strip("│").strip() for row in rows)
    expected = plain(f"{code(text)} {prose(text)}", 10_000)
    assert "".join(shown.split()) == "".join("".join(expected).split())


@given(st.text(st.sampled_from("aé漢🔥"), max_size=20))
def test_wide_letters_take_two_columns(text: str) -> None:
    wide = sum(letter in "漢🔥" for letter in text)

    assert len(text) + wide == columns(text)
