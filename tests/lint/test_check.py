"""Comments that silence findings, findings on those that silence nothing, and severities."""

from __future__ import annotations

import pytest

from ci_runner.lint.notices import UNUSED_IGNORE
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Severity
from tests.lint.conftest import Lint

UNUSED = UNUSED_IGNORE.id
SETUP = "CREATE TABLE t (a int, b int); CREATE TABLE u (a int);"


def told(findings: tuple[Finding, ...]) -> list[tuple[str, int]]:
    return [(each.rule, each.line) for each in findings]


@pytest.mark.parametrize("who", ["schema-ci", "atlas"])
@pytest.mark.parametrize(
    "names", ["", " drop-table", " DS102", " ban-drop-table", " destructive", " drop-table: so"]
)
def test_a_statement_is_silenced_by_rule_by_alias_and_bare(
    who: str, names: str, lint: Lint
) -> None:
    assert () == lint(f"-- {who}:nolint{names}\nDROP TABLE t;", setup=SETUP)


@pytest.mark.parametrize("comment", ["DROP TABLE t; -- {}", "DROP /* {} */ TABLE t;"])
def test_the_comment_may_stand_behind_and_inside(comment: str, lint: Lint) -> None:
    assert () == lint(comment.format("schema-ci:nolint drop-table"), setup=SETUP)


def test_an_ignore_holds_for_its_statement_only(lint: Lint) -> None:
    change = "-- schema-ci:nolint drop-table\nDROP TABLE t;\nDROP TABLE u;"

    assert [("drop-table", 3)] == told(lint(change, setup=SETUP))


def test_an_ignore_holds_for_its_rule_only(lint: Lint) -> None:
    change = "-- schema-ci:nolint drop-column\nALTER TABLE t DROP a, ADD UNIQUE (b);"

    found = ["add-unique-data", "add-unique-index"]
    assert found == [each.rule for each in lint(change, setup=SETUP)]


@pytest.mark.parametrize("who", ["schema-ci", "atlas"])
@pytest.mark.parametrize("names", ["", " drop-table", " destructive"])
def test_at_the_head_of_a_file_it_holds_for_all_of_it(who: str, names: str, lint: Lint) -> None:
    change = f"-- what this is about\n-- {who}:nolint{names}\n\nDROP TABLE t;\n\nDROP TABLE u;"

    assert () == lint(change, setup=SETUP)


def test_an_ignore_of_one_file_is_not_the_next_ones(lint: Lint) -> None:
    findings = lint("-- schema-ci:nolint\n\nDROP TABLE t;", "DROP TABLE u;", setup=SETUP)

    assert [("drop-table", 1)] == told(findings)
    assert findings[0].path.endswith("2.sql")


def test_an_ignore_covers_a_statement_of_many_lines(lint: Lint) -> None:
    change = "-- schema-ci:nolint\nALTER TABLE t\n  DROP a,\n  DROP b;"

    assert () == lint(change, setup=SETUP)


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("schema-ci:nolint", "there is nothing to silence"),
        ("atlas:nolint drop-table", "drop-table finds nothing here"),
        ("schema-ci:nolint DS102", "DS102 finds nothing here"),
        ("schema-ci:nolint drop-tabel", "there is no rule drop-tabel"),
    ],
)
def test_an_ignore_that_ignores_nothing_is_a_finding(comment: str, reason: str, lint: Lint) -> None:
    (finding,) = lint(f"SELECT 1;\n-- {comment}\nSELECT 2;", setup=SETUP)

    assert (UNUSED, Severity.WARNING, 2) == (finding.rule, finding.severity, finding.line)
    assert (
        f"`{comment.split(maxsplit=1)[0]}` silences less than it says: {reason}" == finding.message
    )


def test_each_name_of_an_ignore_must_silence_something(lint: Lint) -> None:
    change = "-- schema-ci:nolint drop-table, drop-column, nonsense\nDROP TABLE t;"

    (finding,) = lint(change, setup=SETUP)

    assert finding.message.endswith(": there is no rule nonsense; drop-column finds nothing here")


def test_a_file_ignore_that_ignores_nothing_is_one_finding(lint: Lint) -> None:
    findings = lint("-- schema-ci:nolint drop-table\n\nSELECT 1;\n\nSELECT 2;", setup=SETUP)

    assert [(UNUSED, 1)] == told(findings)


def test_an_unknown_name_beside_a_used_one_is_found_at_the_head_too(lint: Lint) -> None:
    findings = lint("-- schema-ci:nolint drop-table x\n\nDROP TABLE t;", setup=SETUP)

    assert [(UNUSED, 1)] == told(findings)


def test_what_was_not_run_can_not_prove_an_ignore_useless(lint: Lint) -> None:
    change = (
        "SELECT 1 / 0; -- schema-ci:nolint syntax-error\n"
        "ALTER TABLE t ALTER a TYPE text; -- schema-ci:nolint type-change-rewrite"
    )

    assert () == lint(change, setup=SETUP)


def test_a_rule_of_another_engine_proves_no_ignore_useless(lint: Lint) -> None:
    change = "CREATE INDEX i ON t (a); -- schema-ci:nolint create-index-blocking"

    assert () == lint(change, setup=SETUP, engine="sqlite")


def test_a_rule_that_is_off_finds_nothing_and_proves_no_ignore_useless(lint: Lint) -> None:
    off = {"drop-table": Severity.OFF}

    assert () == lint("DROP TABLE t;", setup=SETUP, severities=off)
    assert () == lint("DROP TABLE t; -- schema-ci:nolint DS102", setup=SETUP, severities=off)


TIMEOUTS = ("lock-timeout-missing", "statement-timeout-missing", "idle-timeout-missing")


def test_severities_override_the_rules_own(lint: Lint) -> None:
    note = {"drop-table": Severity.NOTE, UNUSED: Severity.ERROR}

    findings = lint(
        "DROP TABLE t;\nSELECT 1; -- schema-ci:nolint",
        setup=SETUP,
        severities=note | dict.fromkeys(TIMEOUTS, Severity.OFF),
        advice=True,
    )

    assert [("drop-table", "note"), (UNUSED, "error")] == [
        (each.rule, each.severity) for each in findings
    ]


def test_unused_ignores_can_be_switched_off(lint: Lint) -> None:
    off = {UNUSED: Severity.OFF}

    assert () == lint("SELECT 1; -- schema-ci:nolint", setup=SETUP, severities=off)


def test_findings_stand_in_the_order_of_files_and_lines(lint: Lint) -> None:
    findings = lint(
        "ALTER TABLE t ADD UNIQUE (a), DROP b;\nDROP TABLE t;", "DROP TABLE u;", setup=SETUP
    )

    on_t = ["add-unique-data", "add-unique-index", "drop-column", "drop-table"]
    assert [*on_t, "drop-table"] == [each.rule for each in findings]
    assert [1, 1, 1, 2, 1] == [each.line for each in findings]


def test_a_finding_carries_what_was_seen_and_what_to_do(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE t\n  ALTER a TYPE bigint;", setup=SETUP)

    assert (
        Finding(
            "type-change-rewrite",
            Severity.ERROR,
            "changes column a of t to int8, which rewrites the table",
            finding.path,
            1,
            2,
            "table public.t got a new file",
            "Add a column of the new type, write both, copy in batches, then swap them.",
            column=1,
            statement="ALTER TABLE t\n  ALTER a TYPE bigint",
            tables=("public.t",),
        )
        == finding
    )


@pytest.mark.parametrize(
    "comment",
    ["-- squawk-ignore ban-drop-table", "-- squawk-ignore-file\n\nSELECT 1;", "-- eugene: ignore"],
)
def test_comments_of_other_linters_silence_too(comment: str, lint: Lint) -> None:
    assert () == lint(f"{comment}\nDROP TABLE t;", setup=SETUP)


def test_a_group_is_a_name_too(lint: Lint) -> None:
    assert () == lint("DROP TABLE t; -- schema-ci:nolint safety", setup=SETUP)


def test_of_two_statements_on_a_line_only_its_own_is_silenced(lint: Lint) -> None:
    change = "DROP TABLE u; DROP TABLE t; -- schema-ci:nolint"

    assert [1] == [each.column for each in lint(change, setup=SETUP)]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("schema-ci:nolint drop-table", ["ignore-without-reason"]),
        ("schema-ci:nolint drop-table: a dump is kept", []),
        ("squawk-ignore ban-drop-table", ["ignore-without-reason"]),
        ("schema-ci:nolint drop-tabel", ["drop-table", "ignore-without-reason", UNUSED]),
    ],
)
def test_reasons_are_asked_for_where_they_are_required(
    comment: str, expected: list[str], lint: Lint
) -> None:
    policy = Policy(require_reason=True)

    findings = lint(f"-- {comment}\nDROP TABLE t;", setup=SETUP, policy=policy)

    assert expected == sorted(each.rule for each in findings)


SECRET = "hunter2-is-secret"


@pytest.mark.parametrize(
    "change",
    [
        f"-- schema-ci:sensitive\nINSERT INTO k VALUES ('{SECRET}');",
        f"-- schema-ci:sensitive\n\nSELECT 1;\nSELECT '{SECRET}'::int;",
        f"-- schema-ci:sensitive-file\nDO $$ BEGIN RAISE EXCEPTION '{SECRET}'; END $$;",
        f"ALTER TABLE k ADD CHECK (a <> '{SECRET}x'); -- schema-ci:sensitive",
        "-- schema-ci:sensitive\nALTER TABLE k ADD c text DEFAULT E'hunter2\\x2dis' || random();",
        f"/* schema-ci:sensitive */ ALTER TABLE k ALTER a TYPE int USING '{SECRET}'::int;",
    ],
)
def test_what_is_sensitive_is_in_no_part_of_a_finding(change: str, lint: Lint) -> None:
    setup = f"CREATE TABLE k (a text UNIQUE); INSERT INTO k VALUES ('{SECRET}');"

    findings = lint(change, setup=setup)

    assert findings
    assert [each for each in findings if SECRET[:10] in repr(each)] == []
