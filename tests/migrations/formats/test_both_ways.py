"""Formats whose files hold both ways: only the way forward is run, cut where the tool cuts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile, Unread
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.reader import detect, style_alone
from ci_runner.migrations.statements import split

POSTGRES = Syntax(dollar_quotes=True, escape_strings=True, nested_comments=True, atomic_bodies=True)
BODY = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND $$;\n"


def run(format_name: str, text: str) -> list[tuple[int, str]]:
    """Line and text of what the tool runs of a file."""
    file = MigrationFile("m/1_a.sql", "1_a.sql", text.encode(), "1", "a")
    found = FORMATS[format_name].statements(file, text, POSTGRES)
    return [(each.line, each.text) for each in found]


@pytest.mark.parametrize(
    ("format_name", "text", "expected"),
    [
        ("goose", "-- +goose Up\nA;\n\n-- +goose Down\nB;\n", [(2, "A")]),
        ("goose", "-- why\n--+goose up\r\nA;\r\n-- +goose Down\r\nB;\r\n", [(3, "A")]),
        ("goose", "-- +goose Up\nA;\nB;", [(2, "A"), (3, "B")]),
        ("goose", "-- +goose Up\nA; -- ends; here\n-- ; no\nB\n;\n", [(2, "A"), (4, "B")]),
        (
            "goose",
            f"-- +goose Up\n-- +goose StatementBegin\n{BODY}-- +goose StatementEnd\nB;\n",
            [(3, BODY.removesuffix(";\n")), (8, "B")],
        ),
        ("goose", "-- +goose Up\n-- +goose Down\nB;\n", []),
        ("goose", "-- +goose Up\nA '\x0c';\nB\nC\nD;\n", [(2, "A '\x0c'"), (3, "B\nC\nD")]),
        ("dbmate", "-- migrate:up\nA;\n-- migrate:down\nB;\n", [(2, "A")]),
        ("dbmate", "-- why\n\n--migrate:up\r\nA;\r\n--migrate:down\r\nB;", [(4, "A")]),
        ("dbmate", f"-- migrate:up\n{BODY}A\n-- migrate:down", [(2, BODY[:-2]), (6, "A")]),
    ],
)
def test_only_the_way_forward_is_run(
    format_name: str, text: str, expected: list[tuple[int, str]]
) -> None:
    assert expected == run(format_name, text)
    assert format_name == style_alone(text.encode())


@pytest.mark.parametrize(
    ("format_name", "text", "line", "what"),
    [
        ("goose", f"-- +goose Up\n{BODY}", 4, "ends the statement in this line"),
        ("goose", "-- +goose Up\nSELECT 'a;\nb';\n", 2, "ends the statement in this line"),
        ("goose", "-- +goose Up\nA;\nB\n", 3, "lacks a semicolon"),
        ("goose", "A;\n-- +goose Up\nB;\n", 1, "begins otherwise"),
        ("goose", "-- nothing\n", 1, "has no `Up`"),
        ("goose", "-- +goose Up\nA;\n-- +goose Up\nB;\n", 3, "`Up` twice"),
        ("goose", "-- +goose Up\n-- +goose StatementEnd\n", 2, "ends nothing"),
        ("goose", "-- +goose Up\n-- +goose StatementBegin\nA;\n", 2, "has no `StatementEnd`"),
        ("goose", "-- +goose StatementBegin\n-- +goose Up\n", 1, "stands where none can"),
        ("goose", "-- +goose Down\nA;\n", 1, "has no `Up`"),
        ("dbmate", "A;\n-- migrate:up\nB;\n-- migrate:down\n", 2, "begins otherwise"),
        ("dbmate", "A;\n-- migrate:down\n", 1, "begins otherwise"),
        ("dbmate", "-- migrate:down\nA;\n-- migrate:up\nB;\n", 1, "begins otherwise"),
        ("dbmate", "-- migrate:up\nA;\n", 3, "has no `migrate:down`"),
    ],
)
def test_what_the_tool_would_refuse_or_cut_is_refused_at_its_line(
    format_name: str, text: str, line: int, what: str
) -> None:
    with pytest.raises(SqlError, match=what) as refused:
        run(format_name, text)

    assert f"m/1_a.sql:{line}" == refused.value.where
    assert refused.value.next_step


@pytest.mark.parametrize("format_name", ["goose", "dbmate"])
@pytest.mark.parametrize("transactional", [True, False])
@given(
    forward=st.lists(st.sampled_from(["A;\n", "-- does; it\nB\n  C;\n", f"-- makes it\n{BODY}"])),
    back=st.lists(st.sampled_from(["D;\n", "-- no way back from: a;\n", BODY])),
)
def test_what_is_written_is_run_as_it_was_meant(
    format_name: str, transactional: bool, forward: list[str], back: list[str]
) -> None:
    style = FORMATS[format_name]

    text, _ = style.contents(forward, back, transactional=transactional)

    wanted = [each.text for block in forward for each in split(block, "", POSTGRES)]
    assert wanted == [sql for _, sql in run(format_name, text)]
    (file,) = style.read("m", {"1_a.sql": text.encode()}).files
    assert transactional is style.transactional(file, text)
    assert file.reversible is any(not block.startswith("--") for block in back)
    assert format_name == detect({"1_a.sql": text.encode()})


@pytest.mark.parametrize(
    ("format_name", "text", "expected"),
    [
        ("goose", b"-- +goose Up\nA;\n-- +goose Down\nB;\n", True),
        ("goose", b"-- +goose Up\nA;\n-- +goose Down\n-- nothing to do\n", False),
        ("goose", b"-- +goose Up\nA;\n", False),
        ("dbmate", b"-- migrate:up\nA;\n-- migrate:down\n\n", False),
        ("dbmate", b"-- migrate:up\nA;\n-- migrate:down transaction:false\nB;\n", True),
    ],
)
def test_a_file_is_reversible_where_its_way_back_does_something(
    format_name: str, text: bytes, expected: bool
) -> None:
    (file,) = FORMATS[format_name].read("m", {"1_a.sql": text}).files

    assert expected is file.reversible


def test_gooses_migrations_in_go_are_named() -> None:
    names = ("1_a.sql", "2_b.go", "3_c_test.go", "main.go")

    found = FORMATS["goose"].read("m", dict.fromkeys(names, b""))

    assert (Unread("m/2_b.go"),) == found.unread
