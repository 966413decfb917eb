"""`schema-ci lint` and `schema-ci rules` as a shell sees them: exit codes, text and JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from ci_runner.lint.notices import NOTICES
from ci_runner.lint.rules import RULES
from tests.checkout import Checkout, new_checkout

SETUP = "CREATE TABLE t (a int, b int);"
ALONE = ("lint", "change.sql", "--setup=setup.sql", "--dialect=sqlite")
LEVELS = ["error", "warning", "note", "never"]


@pytest.fixture
def folder(tmp_path: Path) -> Checkout:
    """Two files and no repository."""
    found = Checkout(tmp_path)
    found.write("setup.sql", SETUP)
    return found


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        ("SELECT 1;", []),
        ("SELECT 1; -- schema-ci:nolint", ["warning", "note"]),
        ("DROP TABLE t;", ["error", "warning", "note"]),
    ],
    ids=["nothing", "a warning", "an error"],
)
def test_the_exit_code_is_1_from_the_level_on(
    change: str, failing: list[str], folder: Checkout
) -> None:
    folder.write("change.sql", change)

    codes = {level: folder.run(*ALONE, f"--fail-on={level}").code for level in LEVELS}

    assert {level: ExitCode.FINDINGS if level in failing else ExitCode.OK for level in LEVELS} == (
        codes
    )


def test_without_a_level_an_error_fails_and_a_warning_does_not(folder: Checkout) -> None:
    folder.write("change.sql", "SELECT 1; -- schema-ci:nolint")
    folder.write("worse.sql", "DROP TABLE t;")

    assert ExitCode.OK == folder.run(*ALONE).code
    assert ExitCode.FINDINGS == folder.run("lint", "worse.sql", *ALONE[2:]).code


def test_the_configuration_sets_severities_and_the_level(folder: Checkout) -> None:
    folder.write("change.sql", "DROP TABLE t;")
    rules = '[lint.rules]\ndrop-table = "note"\nunused-ignore = "off"\n'
    folder.write("schema-ci.toml", f'[[project]]\ndialect = "sqlite"\n{rules}')

    mild = folder.run(*ALONE)
    strict = folder.run(*ALONE, "--fail-on=note")

    assert [ExitCode.OK, ExitCode.FINDINGS] == [mild.code, strict.code], mild.err
    assert mild.out.startswith("change.sql:1: note: drop-table: ")


def test_json_is_a_list_of_findings_with_every_field(folder: Checkout) -> None:
    folder.write("change.sql", "-- so\nALTER TABLE t\n  DROP COLUMN b;\n")

    done = folder.run(*ALONE, "--format=json")

    assert [
        {
            "rule": "drop-column",
            "severity": "error",
            "message": "drops column b of t and its data",
            "path": "change.sql",
            "line": 2,
            "end_line": 3,
            "evidence": "",
            "instead": "Stop reading and writing the column first; drop it in a later release.",
            "column": 1,
            "end_column": 16,
            "snippet": "ALTER TABLE t",
            "replacement": "",
            "suggestion": "",
            "fingerprint": done.json[0]["fingerprint"],
        }
    ] == done.json
    assert ExitCode.FINDINGS == done.code


def test_json_of_no_finding_is_an_empty_list_and_text_is_nothing(folder: Checkout) -> None:
    folder.write("change.sql", "SELECT 1;")

    assert [] == folder.run(*ALONE, "--format=json").json
    assert "" == folder.run(*ALONE).out


def test_what_is_not_sql_is_an_error_and_no_finding(folder: Checkout) -> None:
    folder.write("change.sql", "SELECT 'never closed;")

    done = folder.run(*ALONE)

    assert (ExitCode.SQL, "") == (done.code, done.out)
    assert "change.sql:1" in done.err


def test_rules_lists_rules_and_what_is_found_without_sql(folder: Checkout) -> None:
    listed = folder.run("rules").out.splitlines()

    expected = [*(rule.id for rule in RULES), *(notice.id for notice in NOTICES)]
    assert expected == [line.split()[0] for line in listed]


@pytest.mark.parametrize(
    ("name", "heads"),
    [
        ("drop-table", ["drop-table: Dropped table"]),
        ("DS103", ["drop-column: Dropped column"]),
        ("incompatible", ["rename-column: Renamed column", "rename-table: Renamed table"]),
        ("unused-ignore", ["unused-ignore: Ignore that ignores nothing"]),
    ],
)
def test_rules_explains_one_by_any_of_its_names(
    name: str, heads: list[str], folder: Checkout
) -> None:
    done = folder.run("rules", name)

    assert ExitCode.OK == done.code
    assert heads == [
        line.split(" (")[0]
        for line in done.out.splitlines()
        if line.startswith(tuple(f"{head} (" for head in heads))
    ]


def test_an_unknown_rule_is_a_usage_error(folder: Checkout) -> None:
    done = folder.run("rules", "drop-tabel")

    assert ExitCode.USAGE == done.code
    assert "there is no rule 'drop-tabel'" in done.err


@pytest.mark.parametrize(
    ("format_", "begins"),
    [
        ("sarif", '{\n  "$schema": "https://docs.oasis-open.org/sarif/'),
        ("junit", '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>'),
        ("codequality", '[\n  {\n    "description": "drops table t'),
        ("github", "::error file=sub/change.sql,title=drop-table,line=1"),
        ("markdown", "| Severity | Rule |"),
    ],
)
def test_formats_for_forges_name_paths_as_the_repository_does(
    format_: str, begins: str, tmp_path: Path
) -> None:
    checkout = new_checkout(tmp_path / "repository")
    checkout.write("sub/change.sql", "DROP TABLE t;")
    checkout.write("sub/setup.sql", SETUP)
    inside = Checkout(checkout.root / "sub")

    done = inside.run(*ALONE, f"--format={format_}")

    assert ExitCode.FINDINGS == done.code
    assert done.out.startswith(begins)
    assert "sub/change.sql" in done.out
    assert str(tmp_path) not in done.out


def test_explain_tells_of_a_rule_by_example_and_guesses(folder: Checkout) -> None:
    done = folder.run("explain", "ban-drop-table")
    missed = folder.run("explain", "drop-tabel")

    assert done.out.startswith("drop-table: Dropped table (error; safety; ")
    assert "\nbad:\n" in done.out
    assert "\ngood:\n" in done.out
    assert ExitCode.USAGE == missed.code
    assert "did you mean 'drop-table'?" in missed.err


def test_what_is_sensitive_is_told_nowhere(tmp_path: Path) -> None:
    secret = "hunter2-is-secret"
    checkout = new_checkout(tmp_path)
    checkout.git("checkout", "--quiet", "-b", "topic")
    checkout.write(
        "migrations/20260102000000_data.sql",
        f"-- schema-ci:sensitive\n\nINSERT INTO users VALUES (1, '{secret}');\n"
        f"CREATE TABLE a AS SELECT '{secret}' AS b;\nINSERT INTO users VALUES (1, '{secret}');\n",
    )
    assert 0 == checkout.run("hash").code
    checkout.commit("data")

    done = [
        checkout.run("run", "--base=main", "--no-publish", "--verbose"),
        checkout.run("dry-run", "--base=main", "--format=json"),
        checkout.run("lint", "--base=main", "--format=sarif"),
    ]

    reports = list((checkout.root / "schema-ci-report").glob("report.*"))
    assert [ExitCode.FINDINGS] * 3 == [each.code for each in done]
    assert 5 == len(reports)
    assert "INSERT INTO users VALUES ('…', '…')" == done[1].json[0]["sql"]
    assert [] == [each for each in done if secret in each.said]
    assert [] == [each.name for each in reports if secret in each.read_text()]


def test_static_judges_by_the_text_alone_and_names_what_it_can_not_read(folder: Checkout) -> None:
    folder.write(
        "change.sql",
        "CREATE TABLE n (a int);\nDROP TABLE nobody;\nDROP TABEL t;\nDROP TABLE n;\n",
    )

    done = folder.run("lint", "change.sql", "--static", "--dialect=postgres", "--format=json")

    errors = [each for each in done.json if each["severity"] == "error"]
    assert [("drop-table", 2)] == [(each["rule"], each["line"]) for each in errors]
    assert "change.sql:3: the static parser can't read the statement" in done.err
    assert ExitCode.FINDINGS == done.code


@pytest.mark.parametrize("flags", [("change.sql", "--setup=setup.sql"), ("--base=main",)])
def test_static_needs_files_and_nothing_to_run(folder: Checkout, flags: tuple[str, ...]) -> None:
    folder.write("change.sql", "SELECT 1;")

    done = folder.run("lint", *flags, "--static", "--dialect=sqlite")

    assert ExitCode.USAGE == done.code
    assert "--static judges files by their text" in done.err


@pytest.mark.parametrize("static", [True, False])
def test_of_a_file_of_goose_only_the_way_forward_is_judged(folder: Checkout, static: bool) -> None:
    up = "-- +goose Up\nCREATE TABLE t (id integer PRIMARY KEY, a text);\nDROP TABLE u;\n"
    folder.write("change.sql", f"{up}-- +goose Down\nDROP TABLE t;\n")
    flags = ("--static",) if static else ()

    done = folder.run("lint", "change.sql", *flags, "--dialect=sqlite", "--format=json")

    assert [3] == [each["line"] for each in done.json if each["rule"] == "drop-table"], done.said


@pytest.mark.parametrize(
    ("text", "switch"),
    [
        ("-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a);\n", "-- +goose NO TRANSACTION"),
        ("-- +goose Up\nVACUUM t;\n", "-- +goose NO TRANSACTION"),
        ("-- migrate:up\nVACUUM t;\n-- migrate:down\n", "-- migrate:up transaction:false"),
    ],
)
def test_what_wants_no_transaction_is_told_in_the_words_of_the_tool(
    folder: Checkout, text: str, switch: str
) -> None:
    folder.write("change.sql", text)

    done = folder.run("lint", "change.sql", "--static", "--dialect=postgres")

    assert 1 == done.code, done.said
    assert f"`{switch}`" in done.out
    assert "txmode" not in done.out
    if "goose" in switch:
        folder.write("change.sql", f"{switch}\n{text}")
        assert switch not in folder.run("lint", "change.sql", "--static", "--dialect=postgres").out
