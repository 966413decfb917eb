"""A change set is a migration: found in its file, cut as Liquibase cuts it, new by its name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ci_runner import dialects
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import Directory, changed
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.ours import maker, marked
from ci_runner.migrations.reader import alone, detect

HEAD = "--liquibase formatted sql\n"
LIQUIBASE = FORMATS["liquibase"]
WHEN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
FUNCTION = (
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nDECLARE a int;\nBEGIN\nEND $$;\n"
)
ROOT = (
    '<databaseChangeLog><include file="a.sql" relativeToChangelogFile="true"/></databaseChangeLog>'
)


def directory(text: str, name: str = "a.sql", **others: str) -> Directory:
    rest = {each.replace("_", "."): other.encode() for each, other in others.items()}
    return LIQUIBASE.read("m", {name: text.encode(), **rest})


def run(text: str, dialect: str = "postgres") -> list[tuple[int, str]]:
    """Line and text of all that is run of a file."""
    syntax = dialects.dialect(dialect).syntax
    return [
        (each.line, each.text)
        for file in directory(HEAD + text).files
        for each in LIQUIBASE.statements(file, HEAD + text, syntax)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "--changeset jo:1\nA;\nB;\n--rollback C;\n--changeset jo:2\nD",
            [(3, "A"), (4, "B"), (7, "D")],
        ),
        ("--changeset jo:1\nA\nGO\n  B\n/\nC;", [(3, "A"), (5, "B"), (7, "C")]),
        ("--changeset jo:1 endDelimiter://\nA; \nB //\nC", [(3, "A"), (4, "B"), (5, "C")]),
        (f"--changeset jo:1 splitStatements:false\n{FUNCTION}", [(3, FUNCTION.rstrip(";\n"))]),
        ("--changeset jo:1 dbms:h2\nA;\n--changeset jo:2 dbms:!h2\nB;", [(5, "B")]),
        ("--property name:t value:x\n--changeset jo:1\nA ${t};", [(4, "A x")]),
        ("--changeset jo:1 ignore:true\nA;\n--changeset jo:2\nB;", [(5, "B")]),
    ],
)
def test_what_is_run_has_its_place_in_the_file(text: str, expected: list[tuple[int, str]]) -> None:
    assert expected == run(text)


def test_a_statement_that_liquibase_cuts_is_refused_where_it_cuts() -> None:
    with pytest.raises(SqlError, match="ends the statement in this line") as refused:
        run(f"--changeset jo:1\n{FUNCTION}")

    assert ("m/a.sql:4", True) == (
        refused.value.where,
        "splitStatements:false" in str(refused.value.next_step),
    )


@pytest.mark.parametrize(
    ("dialect", "what"), [("sqlite", "runs only the first"), ("mysql", "refuses it")]
)
@pytest.mark.parametrize("text", [" splitStatements:false\nA; B;", " endDelimiter:@@\nA;\nB;"])
def test_statements_that_a_driver_does_not_take_as_one_string_are_refused(
    dialect: str, what: str, text: str
) -> None:
    with pytest.raises(SqlError, match=what):
        run(f"--changeset jo:1{text}", dialect)

    assert 2 == len(run(f"--changeset jo:1{text}"))


def test_comments_speak_for_their_statement_and_at_the_head_for_the_file() -> None:
    text = f"{HEAD}-- schema-ci:nolint a\n\n--changeset jo:1\nA; -- schema-ci:nolint b\nB;\n"
    (file,) = directory(text).files

    first, second = LIQUIBASE.statements(file, text, dialects.dialect("postgres").syntax)

    assert [("a", "file"), ("b", "statement")] == [
        (each.rules[0], each.scope) for each in first.directives
    ]
    assert () == second.directives


ONE = "--changeset jo:1\nA;\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ONE, f"{ONE}--changeset jo:2\nB;\n", (["a.sql::2::jo"], [], [], [])),
        (ONE, f"--changeset jo:2\nB;\n{ONE}", (["a.sql::2::jo"], [], [], ["a.sql::2::jo"])),
        (ONE, "--changeset jo:1\nC;\n", ([], ["a.sql::1::jo"], [], [])),
        (ONE, "--changeset jo:1\n--validCheckSum: ANY\nC;\n", ([], [], [], [])),
        (ONE, "--changeset jo:1 labels:x\n\n  A;\n--rollback B;\n", ([], [], [], [])),
        (ONE, "--changeset jo:3\nA;\n", (["a.sql::3::jo"], [], ["a.sql::1::jo"], [])),
        (
            "--changeset jo:1 runOnChange:true\nA;\n",
            "--changeset jo:1 runOnChange:true\nB;\n",
            (["a.sql::1::jo"], [], [], []),
        ),
        (
            f"--property name:a value:1\n{ONE}--changeset jo:2\n${{a}};\n",
            f"--property name:a value:2\n{ONE}--changeset jo:2\n${{a}};\n",
            ([], ["a.sql::2::jo"], [], []),
        ),
    ],
)
def test_what_is_new_and_what_is_edited_goes_by_change_sets(
    before: str, after: str, expected: tuple[list[str], ...]
) -> None:
    found = changed(directory(HEAD + before), directory(HEAD + after))

    edited = [each.name for _, each in found.edited]
    several = (found.added, found.removed, found.behind)
    added, removed, behind = ([each.name for each in files] for files in several)
    assert expected == (added, edited, removed, behind)
    told = {*added, *edited, *removed}
    assert ([] if told else ["m/a.sql"]) == [each.path for each in found.touched]


def test_new_sql_that_no_changelog_includes_is_named() -> None:
    before = directory(HEAD + ONE, root_xml=ROOT)
    after = directory(HEAD + ONE, root_xml=ROOT, b_sql=HEAD + ONE)

    found = changed(before, after)

    assert (("m/b.sql",), ["m/b.sql"]) == (found.unlisted, [each.path for each in found.touched])
    assert "m/root.xml" == after.closed


@pytest.mark.parametrize(
    ("forward", "options"),
    [
        (("-- why; so\nA;\n", "B;\n"), ""),
        ((FUNCTION, "B;\n"), " endDelimiter://"),
        ((FUNCTION, "SELECT '//';\n"), " endDelimiter://$"),
    ],
)
@pytest.mark.parametrize("transactional", [True, False])
def test_what_is_written_is_cut_as_it_was_planned(
    forward: tuple[str, ...], options: str, transactional: bool
) -> None:
    text, _ = LIQUIBASE.contents(forward, ("C;\n", "D;\n"), transactional=transactional)

    (file,) = directory(text).files
    found = LIQUIBASE.statements(file, text, dialects.dialect("postgres").syntax)

    bare = [each.removeprefix("-- why; so\n").rstrip(";\n") for each in forward]
    assert bare == [each.text for each in found]
    assert (True, transactional) == (file.reversible, LIQUIBASE.transactional(file, text, found))
    assert text.endswith("--rollback C;\n--rollback D;\n")
    assert f"{options}\n" in text


def test_what_we_wrote_is_known_again_below_its_header() -> None:
    text, _ = LIQUIBASE.contents(("A;\n",), (), transactional=True)
    content = marked(text.encode())

    assert content.startswith(HEAD.encode())
    assert "liquibase" == detect({"a.sql": content})
    assert ("ours", "edited") == (maker(content), maker(content.replace(b"A;", b"B;")))
    assert ["A"] == [text for _, text in run(content.decode().removeprefix(HEAD))]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("001_a.sql", "20260203040506_x.sql"),
        ("20270101000000_a.sql", "20270101000001_x.sql"),
        ("v1/a.sql", None),
        ("v1/2_a.sql", "v1/3_x.sql"),
        ("v1/9_a.sql", None),
    ],
)
def test_a_new_file_comes_behind_the_last_one(last: str, expected: str | None) -> None:
    before = directory(HEAD + ONE, last)
    if expected is None:
        with pytest.raises(SqlError, match="sorts behind the last file"):
            LIQUIBASE.next_version(before, WHEN)
        return

    version = LIQUIBASE.next_version(before, WHEN)

    assert (expected, "") == LIQUIBASE.file_names(before, version, "x")
    assert expected == max(last, expected)


def test_an_empty_directory_begins_with_a_time() -> None:
    empty = LIQUIBASE.read("m", {})

    version = LIQUIBASE.next_version(empty, WHEN)

    assert ("20260203040506_x.sql", "") == LIQUIBASE.file_names(empty, version, "x")


def test_a_file_alone_is_as_many_migrations_as_it_has_change_sets() -> None:
    text = f"{HEAD}{ONE}--changeset jo:2 runInTransaction:false\nB;\n"

    found = alone("x/a.sql", text.encode())

    assert [("x/a.sql", True), ("x/a.sql", False)] == [
        (each.path, LIQUIBASE.transactional(each, text)) for each in found
    ]
