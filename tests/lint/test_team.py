"""Rules of a team's own, in CEL: those that are shipped as examples, and those that are wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.config.policy import TARGETS, TeamRule
from ci_runner.devdb.databases import PostgresServer
from ci_runner.errors import ConfigError
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Severity
from ci_runner.lint.team import of_schema
from ci_runner.schema.model import Schema
from tests.lint.conftest import Lint

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "team-rules.toml"
GOOD = """
CREATE SCHEMA tenant;
CREATE TABLE tenant.account (
  id bigint PRIMARY KEY, tenant_id bigint NOT NULL, owner bigint, body jsonb,
  created_at timestamptz, updated_at timestamptz,
  CONSTRAINT owned FOREIGN KEY (owner) REFERENCES tenant.account
);
CREATE INDEX ON tenant.account (owner, id);
ALTER TABLE tenant.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tenant.account USING (tenant_id = 1);
COMMENT ON TABLE tenant.account IS 'who pays';
"""
BAD = """
CREATE SCHEMA tenant;
CREATE TABLE tenant."Account" (body json, price money, boss bigint);
CREATE TABLE public.boss (id bigint PRIMARY KEY);
ALTER TABLE tenant."Account" ADD FOREIGN KEY (boss) REFERENCES public.boss;
"""


@pytest.fixture(scope="module")
def schemas(postgres_server: PostgresServer) -> dict[str, Schema]:
    found = {}
    for name, sql in (("good", GOOD), ("bad", BAD)):
        with postgres_server.database() as connection:
            connection.execute(sql)
            found[name] = postgres_server.dialect.inspect(connection)
    return found


@pytest.fixture
def examples() -> tuple[TeamRule, ...]:
    return load(EXAMPLES.parent, {}, {}, [], file=EXAMPLES.name).policy.team_rules


def test_each_example_is_broken_by_the_bad_schema_and_kept_by_the_good(
    schemas: dict[str, Schema], examples: tuple[TeamRule, ...]
) -> None:
    broken = of_schema(examples, schemas["bad"], "schema.sql")

    assert () == of_schema(examples, schemas["good"], "schema.sql")
    assert {rule.id for rule in examples} == {each.rule for each in broken}
    assert "table tenant.Account: give it a primary key" in {each.message for each in broken}
    assert {("schema.sql", 0)} == {(each.path, each.line) for each in broken}


def test_the_examples_are_those_that_the_documentation_shows() -> None:
    shown = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    listed = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))["rule"]

    assert [] == [each["id"] for each in listed if f"`{each['id']}`" not in shown]


def rule(
    target: str, require: str, when: str = "", severity: str = "warning", name: str = "own"
) -> TeamRule:
    return TeamRule(name, target, require, "not so", when, severity, "schema-ci.toml:4")


def test_a_rule_judges_what_the_change_made_where_it_was_made(lint: Lint) -> None:
    change = (
        "CREATE TABLE t (a int PRIMARY KEY, b json);\nCREATE INDEX i ON t (a);\n"
        "CREATE VIEW w AS SELECT 1;\n"
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nDROP TABLE gone;\n"
    )
    setup = "CREATE TABLE old (b json); CREATE TABLE gone (a int);"
    expected = {
        rule("table", 'this.name != "t"', name="1"): ("table public.t: not so", 1),
        rule("column", 'this.type != "json"', name="2"): ("column public.t.b: not so", 1),
        rule("index", "this.unique", name="3"): ("index public.i: not so", 2),
        rule("view", 'this.name.startsWith("v_")', name="4"): ("view public.w: not so", 3),
        rule("function", 'this.language != "sql"', name="5"): (
            "function public.f(integer): not so",
            4,
        ),
        rule("change", 'this.action != "drop"', name="6"): ("table public.gone: not so", 5),
        rule("statement", '!("DropTable" in this.operations)', name="7"): (
            "the statement: not so",
            5,
        ),
    }
    silent = (
        rule("column", "false", 'this.table.name == "old"', name="8"),
        rule("table", "false", severity="off", name="9"),
    )
    policy = Policy(team_rules=(*expected, *silent))

    found = lint(change, setup=setup, policy=policy)

    assert {each.target for each in expected} == set(TARGETS)
    assert {each.id: place for each, place in expected.items()} == {
        each.rule: (each.message, each.line) for each in found if each.rule.isdigit()
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (rule("table", "this.nme == 1"), "nme"),
        (rule("table", "this."), "Syntax error"),
        (rule("table", "this.name > 3"), "overload"),
        (rule("table", "this.name"), "neither true nor false"),
        (rule("table", "true", "1 / 0 == 1"), "zero"),
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error_on_its_line(
    given: TeamRule, said: str, schemas: dict[str, Schema]
) -> None:
    with pytest.raises(ConfigError) as refused:
        of_schema([given], schemas["bad"], "x.sql")

    assert said in refused.value.said
    assert ("schema-ci.toml:4", "rule own makes no sense") == (
        refused.value.where,
        refused.value.what,
    )


def test_a_rule_can_not_fill_the_machine(schemas: dict[str, Schema]) -> None:
    grown = "1"
    for name in "abcdefghi":
        grown = f"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map({name}, {grown})"

    with pytest.raises(ConfigError, match="takes too much") as refused:
        of_schema([rule("table", f"size({grown}) == 0")], schemas["bad"], "x.sql", seconds=1)

    assert "schema-ci.toml:4" == refused.value.where


def test_a_rule_that_can_not_be_asked_is_a_finding_and_the_others_are_asked(lint: Lint) -> None:
    rules = (
        rule("table", "this.nme == 1", name="misspelt"),
        rule("table", 'this.name == "x"', name="good"),
    )

    found = lint("CREATE TABLE t (a int PRIMARY KEY);", policy=Policy(team_rules=rules))

    own = {each.rule: each for each in found if each.rule == "good"}
    [broken] = [each for each in found if each.rule == "broken-team-rule"]
    assert "table public.t: not so" == own["good"].message
    assert ("schema-ci.toml", 4, Severity.ERROR) == (broken.path, broken.line, broken.severity)
    assert (
        "rule misspelt makes no sense: a table has no `nme`; did you mean `name`?"
    ) == broken.message


@pytest.mark.parametrize(
    ("comment", "unused"),
    [
        ("-- schema-ci:nolint own: a log", []),
        ("-- schema-ci:nolint-file own: a log", []),
        ("-- schema-ci:nolint", []),
        ("-- schema-ci:nolint own, off", []),
        ("-- schema-ci:nolint own, kept", ["kept finds nothing here"]),
        ("-- schema-ci:nolint own, broken", []),
        ("-- schema-ci:nolint own, nobody", ["there is no rule nobody"]),
    ],
)
def test_a_comment_silences_a_rule_of_the_team(comment: str, unused: list[str], lint: Lint) -> None:
    rules = (
        rule("table", "size(this.primary_key) > 0"),
        rule("table", 'this.name != "s"', name="kept"),
        rule("table", "false", severity="off", name="off"),
        rule("table", "this.nme", name="broken"),
    )
    change = f"{comment}\nCREATE TABLE t (a int);\n"

    found = lint(change, policy=Policy(team_rules=rules))

    assert "own" not in {each.rule for each in found}
    said = [each.message.partition(": ")[2] for each in found if each.rule == "unused-ignore"]
    assert unused == said


def test_a_finding_of_the_team_can_be_excepted_by_its_table(lint: Lint) -> None:
    rules = (
        rule("column", 'this.type != "json"', name="column"),
        rule("index", "false", name="index"),
        rule("statement", "false", name="statement"),
        rule("change", 'this.kind != "column"', name="change"),
    )
    setup = "CREATE TABLE t (a int PRIMARY KEY);"
    change = "ALTER TABLE t ADD b json;\nCREATE INDEX i ON t (a);"

    found = lint(change, setup=setup, policy=Policy(team_rules=rules))

    tables = {each.rule: each.tables for each in found if each.rule in {own.id for own in rules}}
    assert dict.fromkeys(["column", "index", "statement", "change"], ("public.t",)) == tables


def test_an_evaluator_imports_nothing_from_where_it_runs(
    schemas: dict[str, Schema], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cel.py", "json.py", "resource.py"):
        (tmp_path / name).write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert 1 == len(of_schema([rule("table", 'this.name != "boss"')], schemas["bad"], "x"))
