"""Every rule by its own examples: bad.sql has its finding, good.sql none that needs a change."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from ci_runner.config.assume import read
from ci_runner.config.source import Source
from ci_runner.dialects import dialect
from ci_runner.lint.check import check
from ci_runner.lint.manual import EXAMPLES, example, team
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review, Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.migrations.directory import Directory, MigrationFile, changed
from ci_runner.schema.model import Schema
from tests.lint.conftest import Lint

PAGE = Path(__file__).parents[2] / ".." / "shared" / "specs" / "lint-rules.md"
# Where bad.sql is found; everywhere else in line 1.
LINES = {
    "add-fk-check-data": 2,
    "after-access-exclusive": 2,
    "cic-if-not-exists-invalid": 3,
    "cic-partitioned": 3,
    "concurrent-with-others": 3,
    "combine-alters": 2,
    "duplicate-index": 3,
    "idle-timeout-missing": 2,
    "one-change": 2,
    "prefer-robust": 3,
    "statement-timeout-missing": 2,
    "uncommitted-transaction": 3,
    "unknown-option": 3,
    "wide-index": 2,
    "concurrently-in-transaction": 2,
    "create-table-force": 4,
    "drop-database": 3,
    "drop-table-locks-parents": 2,
    "enum-add-value": 2,
    "lossy-type-change": 2,
    "mix-ddl-dml": 5,
    "multiple-fks": 2,
    "mysql-implicit-commit": 3,
    "mysql-instant-limit": 2,
    "sqlite-rebuild": 12,
    "non-transactional-stmt": 2,
    "rewrite-observed": 2,
    "syntax-error": 2,
    "validate-same-tx": 3,
    "vacuum-full-cluster": 3,
    "wide-lock-window": 2,
}
# Other findings of `warning` or above that bad.sql cannot do without.
ALSO = {
    "add-pk-index": {"add-unique-data"},
    "add-required-column": {"implicit-default"},
    "add-unique-data": {"create-index-blocking"},
    "add-unique-index": {"add-unique-data"},
    "definer": {"syntax-error"},
    "generated-expression": {"syntax-error"},
    "implicit-default": {"add-required-column"},
    "set-access-method": {"syntax-error"},
    "set-not-null-data": {"set-not-null-scan"},
    "set-not-null-scan": {"set-not-null-data"},
    "set-tablespace": {"syntax-error"},
    "drop-cascade": {"drop-object-other"},
    "drop-column-loses-constraint": {"drop-column"},
    "truncate-cascade": {"truncate"},
    "uncommitted-transaction": {"syntax-error"},
}
# The same on one engine alone.
ALSO_ON = {
    ("big-table", "mysql"): {"mysql-table-copy"},
    ("grants", "mysql"): {"syntax-error"},
    ("mysql-online-tool-blockers", "mysql"): {"mysql-table-copy"},
    ("new-write-restriction", "mysql"): {"mysql-add-check"},
}
HISTORY = "non-linear-history"
# They judge files by their names, not by their SQL.
ABOUT_FILES = {HISTORY, "no-rollback", "unread-migration"}
ON_ENGINES = [
    pytest.param(rule, engine, id=f"{rule.id}-{engine}")
    for rule in RULES
    for engine in rule.dialects
    if rule.id not in ABOUT_FILES
]


def test_every_rule_has_its_three_examples_and_no_other_folder_has() -> None:
    names = ("setup", "bad", "good")
    expected = {f"{rule.id}/{name}.sql" for rule in RULES for name in names}
    own = {
        f"{rule.id}/{engine}/{name}.sql"
        for rule in RULES
        for engine in rule.dialects[1:]
        for name in names
    }

    assert expected == {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.sql")} - own


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_goes_wrong_and_what_to_do(rule: Rule) -> None:
    assert [] == [text for text in (rule.why, rule.instead) if not text.endswith((".", "none`."))]
    assert set(rule.dialects) <= {"postgres", "mysql", "sqlite"}
    assert [] == [name for name, count in Counter(rule.aliases).items() if count > 1]
    assert rule.id not in rule.aliases


def test_no_alias_is_another_rules_id() -> None:
    aliases = {alias for rule in RULES for alias in rule.aliases}

    assert set() == aliases & {rule.id for rule in RULES}


@pytest.mark.parametrize(("rule", "engine"), ON_ENGINES)
def test_the_bad_example_has_this_finding(rule: Rule, engine: str, lint: Lint) -> None:
    findings = judged(rule, "bad", engine, lint)

    assert [LINES.get(rule.id, 1)] == [each.line for each in findings if each.rule == rule.id]
    asked_here = {each.id for each in RULES if engine in each.dialects}
    also = ALSO.get(rule.id, set()) & asked_here | ALSO_ON.get((rule.id, engine), set())
    assert also == telling(findings) - {rule.id}


@pytest.mark.parametrize(("rule", "engine"), ON_ENGINES)
def test_the_good_example_has_no_finding(rule: Rule, engine: str, lint: Lint) -> None:
    findings = judged(rule, "good", engine, lint)

    assert set() == telling(findings)
    assert [] == [each for each in findings if each.rule == rule.id]


def judged(rule: Rule, which: str, engine: str, lint: Lint) -> tuple[Finding, ...]:
    return lint(
        example(rule, which, engine),
        setup=example(rule, "setup", engine),
        severities=asked(rule),
        options=settled(rule).get("options", {}),
        assumed=read(Source("team.toml", team(rule)), settled(rule).get("assume", {})),
        engine=engine,
        advice=True,
    )


def telling(findings: tuple[Finding, ...]) -> set[str]:
    """The rules of what a reviewer has to act on: notes come with many a good change."""
    return {each.rule for each in findings if each.severity.rank >= Severity.WARNING.rank}


def asked(rule: Rule) -> dict[str, Severity]:
    """A rule that is off is switched on by the team that wants it."""
    return {rule.id: Severity.NOTE} if rule.severity is Severity.OFF else {}


def settled(rule: Rule) -> dict[str, dict[str, dict[str, object]]]:
    """What the team of the example has said in `[lint]`: options of the rule, what it assumes."""
    lint: dict[str, dict[str, dict[str, object]]] = tomllib.loads(team(rule)).get("lint", {})
    return lint


MERGED, NEW = "20240301120000_users.sql", "20240308090000_users_email.sql"
(history,) = (rule for rule in RULES if rule.id == HISTORY)


def directory(**files: str) -> Directory:
    return Directory(
        "migrations",
        "plain",
        tuple(
            MigrationFile(f"migrations/{name}", name, text.encode(), name, "")
            for name, text in sorted(files.items())
        ),
    )


def reviewed(head: Directory, engine: str = "postgres") -> list[tuple[str, str, int]]:
    base = directory(**{MERGED: example(history, "setup")})
    review = Review(engine, dialect(engine).default_schema, Schema(engine), (), changed(base, head))
    return [(each.rule, each.path, each.line) for each in check(review, Policy())]


@pytest.mark.parametrize("engine", history.dialects)
def test_an_edited_merged_file_is_found(engine: str) -> None:
    head = directory(**{MERGED: example(history, "bad")})

    assert [(HISTORY, f"migrations/{MERGED}", 0)] == reviewed(head, engine)


def test_a_removed_merged_file_is_found() -> None:
    assert [(HISTORY, f"migrations/{MERGED}", 0)] == reviewed(directory())


def test_a_file_before_merged_ones_is_found() -> None:
    head = directory(**{MERGED: example(history, "setup"), "20240101_early.sql": "SELECT 1;"})

    assert [(HISTORY, "migrations/20240101_early.sql", 0)] == reviewed(head)


def test_a_new_file_behind_the_merged_ones_is_no_finding() -> None:
    head = directory(**{MERGED: example(history, "setup"), NEW: example(history, "good")})

    assert [] == reviewed(head)


def test_an_ignore_without_a_name_does_not_cover_an_edit() -> None:
    head = directory(**{MERGED: f"-- atlas:nolint\n\n{example(history, 'bad')}"})

    assert [(HISTORY, f"migrations/{MERGED}", 0)] == reviewed(head)


def test_an_edited_file_can_say_that_its_edit_is_meant() -> None:
    text = f"-- schema-ci:nolint non-linear-history: nobody has run it\n\n{example(history, 'bad')}"

    assert [] == reviewed(directory(**{MERGED: text}))


ROW = re.compile(r"\| \d+ \| `(?P<id>[a-z0-9-]+)` \|")
# Checks that the page does not have.
OURS = {"bidi-characters", "dynamic-sql-injection", "unknown-option", "unread-migration"}
UNCHECKED = set(
    re.findall(
        r"^\| `([a-z0-9-]+)` \|",
        (Path(__file__).parents[2] / "docs" / "lint.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
# The names of Atlas's analyzers, by which `-- atlas:nolint` may call all checks of one at once.
ANALYZERS = {"destructive", "data_depend", "incompatible", "concurrent_index", "non_linear"}


def test_ids_and_aliases_are_those_of_the_field() -> None:
    if not PAGE.is_file():
        pytest.skip("needs ../shared/specs/lint-rules.md")
    rows = {
        found["id"]: line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if (found := ROW.match(line))
    }

    assert OURS == {rule.id for rule in RULES} - rows.keys()
    assert set() == rows.keys() - {rule.id for rule in RULES} - UNCHECKED - {"unused-ignore"}
    assert [] == [
        (rule.id, alias)
        for rule in RULES
        for alias in rule.aliases
        if alias not in ANALYZERS and not re.search(rf"[:, ]{re.escape(alias)}\b", rows[rule.id])
    ]
