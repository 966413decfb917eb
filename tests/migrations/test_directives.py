"""Directives that hold for a whole file."""

from __future__ import annotations

import pytest

from ci_runner.migrations.directives import directive, file_directives, transaction_mode


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_atlas_directive_holds_for_the_file_when_a_blank_line_follows(newline: str) -> None:
    text = newline.join(["-- about", "-- atlas:txmode none", "", "SELECT 1;"])

    (found,) = file_directives(text)

    assert ("atlas:txmode", ("none",), 2, "file") == (
        found.spelling,
        found.rules,
        found.line,
        found.scope,
    )


def test_a_directive_directly_above_a_statement_is_not_the_files() -> None:
    assert () == file_directives("-- atlas:nolint DS103\nDROP TABLE t;\n\nSELECT 1;")


def test_a_directive_below_the_first_statement_is_not_the_files() -> None:
    assert () == file_directives("SELECT 1;\n-- atlas:nolint\n\nSELECT 2;")


def test_a_transaction_mode_is_read_from_the_files_head_only() -> None:
    assert "none" == transaction_mode("-- schema-ci:txmode none\n\nVACUUM;")
    assert None is transaction_mode("-- atlas:txmode none\nVACUUM;")


def test_a_block_comment_speaks_for_the_file_too() -> None:
    (found,) = file_directives("/* atlas:nolint DS103 */\n\nSELECT 1;")

    assert ("nolint", ("DS103",)) == (found.verb, found.rules)


@pytest.mark.parametrize("comment", ["-- see atlas:nolint", "-- a"])
def test_other_comments_say_nothing(comment: str) -> None:
    assert None is directive(comment, 1, "statement")


def test_rules_are_parted_by_blanks_or_commas() -> None:
    found = directive("/* schema-ci:nolint a, b c */", 3, "statement")

    assert found is not None
    assert ("a", "b", "c") == found.rules


@pytest.mark.parametrize("reason", [": we keep a dump", " -- we keep a dump", " (we keep a dump)"])
def test_a_reason_is_no_rule(reason: str) -> None:
    found = directive(f"-- schema-ci:nolint drop-table{reason}", 1, "statement")

    assert found is not None
    assert ("drop-table",) == found.rules
