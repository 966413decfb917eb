"""Directives that hold for a whole file."""

from __future__ import annotations

import pytest

from ci_runner.dialects import dialect
from ci_runner.migrations.directives import directive, file_directives, transaction_mode
from ci_runner.migrations.statements import split


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


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("-- schema-ci:nolint a: we keep a dump", ("a",), "we keep a dump"),
        ("-- schema-ci:nolint a (we keep a dump)", ("a",), "we keep a dump"),
        ("/* schema-ci:nolint a -- kept */", ("a",), "kept"),
        ("-- schema-ci:nolint a", ("a",), ""),
        (
            "-- squawk-ignore ban-drop-column, prefer-text-field",
            ("ban-drop-column", "prefer-text-field"),
            "",
        ),
        ("-- pgsafe:ignore drop-column nobody reads it", ("drop-column",), "nobody reads it"),
        ("-- pgsafe:ignore drop-column", ("drop-column",), ""),
        ("-- eugene: ignore E1, W2", ("E1", "W2"), ""),
        ("-- pgm-lint:suppress PGM001", ("PGM001",), ""),
        ("-- pgfence-ignore: drop-table, truncate", ("drop-table", "truncate"), ""),
        ("-- pgfence-ignore", (), ""),
        ("-- pgls-ignore lint/safety/banDropTable: so", ("banDropTable",), "so"),
        ("-- safemigrate:ignore=drop-table-restricted", ("drop-table-restricted",), ""),
    ],
)
def test_rules_and_reason_are_read_as_each_tool_writes_them(
    comment: str, rules: tuple[str, ...], reason: str
) -> None:
    found = directive(comment, 1, "statement")

    assert found is not None
    assert ("nolint", rules, reason, "statement") == (
        found.verb,
        found.rules,
        found.reason,
        found.scope,
    )


@pytest.mark.parametrize(
    "name", ["schema-ci:nolint", "squawk-ignore", "pgsafe:ignore", "pgm-lint:suppress"]
)
def test_a_comment_that_ends_in_file_speaks_for_the_file(name: str) -> None:
    found = directive(f"-- {name}-file drop-table", 9, "statement")

    assert found is not None
    assert ("file", name, ("drop-table",)) == (found.scope, found.spelling, found.rules)


def test_it_does_so_wherever_it_stands_and_once() -> None:
    text = "SELECT 1;\n-- squawk-ignore-file a\n\nSELECT 2; -- schema-ci:nolint-file b\n"
    first, second = split(text, "x.sql", dialect("postgres").syntax)

    assert [("a", 2), ("b", 4)] == [(each.rules[0], each.line) for each in first.directives]
    assert () == second.directives


def test_a_text_that_looks_like_one_is_none() -> None:
    text = "SELECT '-- squawk-ignore-file a';\nSELECT 2;"

    assert [(), ()] == [
        each.directives for each in split(text, "x.sql", dialect("postgres").syntax)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-- schema-ci:sensitive\n\nSELECT 1;\nSELECT 2;", [True, True]),
        ("SELECT 1;\n-- schema-ci:sensitive\nSELECT 2;\nSELECT 3;", [False, True, False]),
        ("SELECT 1; -- schema-ci:sensitive-file\nSELECT 2;", [True, True]),
    ],
)
def test_a_file_or_a_statement_is_sensitive(text: str, expected: list[bool]) -> None:
    found = split(text, "x.sql", dialect("postgres").syntax)

    assert expected == [each.sensitive for each in found]
