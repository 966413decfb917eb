"""What becomes of the other rules when one of them is killed."""

from __future__ import annotations

import pytest

from ci_runner.config.policy import TARGETS, TeamRule
from ci_runner.devdb.databases import PostgresServer
from ci_runner.lint.cel import evaluated
from ci_runner.lint.subjects import (
    FIELDS,
    Subject,
    Subjects,
    change_subject,
    statement_subject,
)
from ci_runner.migrations.history import Statement, Step
from ci_runner.schema.changes import Create
from ci_runner.schema.model import Table

TABLE: Subject = {"kind": "table", "name": "t"}


def endless() -> str:
    grown = "1"
    for name in "abcdefghi":
        grown = f"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map({name}, {grown})"
    return f"size({grown}) == 0"


def test_the_rules_around_one_that_takes_too_much_are_asked() -> None:
    rules = (
        TeamRule("before", "table", 'this.name == "x"', ""),
        TeamRule("endless", "table", endless(), ""),
        TeamRule("after", "table", 'this.name == "x"', ""),
    )

    hits, [broken] = evaluated(rules, [[TABLE], [TABLE], [TABLE, TABLE]], 1)

    assert [(0, 0), (2, 0), (2, 1)] == hits
    assert (rules[1], "rule endless takes too much") == (broken.rule, broken.what)


def test_there_is_an_end_to_patience() -> None:
    rules = [TeamRule(str(number), "table", endless(), "") for number in range(4)]
    rules.append(TeamRule("last", "table", "false", ""))

    hits, broken = evaluated(rules, [[TABLE]] * 5, 1)

    assert [] == hits
    assert [*rules] == [each.rule for each in broken]
    assert ["takes too much"] * 3 + ["was not asked"] * 2 == [
        each.what.partition(each.rule.id)[2].strip() for each in broken
    ]


@pytest.mark.parametrize(
    ("target", "require", "said"),
    [
        ("table", "size(this.colums) > 0", "a table has no `colums`; did you mean `columns`?"),
        ("change", 'this.was == ""', "a change has no `was`"),
        ("column", "size(this.not_null) > 0", "`size` can't be asked of what it is given here"),
        ("table", "tihs.name == 'x'", "Undefined variable or function: 'tihs'"),
    ],
)
def test_what_a_rule_misspells_is_named(target: str, require: str, said: str) -> None:
    rule = TeamRule("r", target, require, "")
    subjects = [[{"kind": target, "not_null": True, "name": "t"}]]

    hits, [broken] = evaluated((rule,), subjects, 5)

    assert [] == hits
    assert "rule r makes no sense" == broken.what
    assert broken.said.startswith(said)


def test_a_misspelled_field_is_found_before_there_is_anything_to_ask_it_of() -> None:
    rules = (
        TeamRule("fine", "table", 'this.name != "this.nothing"', "", "has(this.else)"),
        TeamRule("odd", "table", "this.nothing", ""),
        TeamRule("last", "table", "this.partition", ""),
    )

    hits, [broken] = evaluated(rules, [[], [], [TABLE | {"partition": False}]], 5)

    assert [(2, 0)] == hits
    assert rules[1] == broken.rule


def test_the_fields_of_each_target_are_those_that_its_subjects_have(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        for sql in (
            "CREATE TABLE t (a int PRIMARY KEY, b int)",
            "CREATE INDEX i ON t (b)",
            "CREATE VIEW v AS SELECT a FROM t",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ):
            connection.execute(sql)
        schema = postgres_server.dialect.inspect(connection)
    subjects = Subjects(schema)
    statement = Statement("SELECT 1", "1.sql", 1, 1, ())
    step = Step(statement, (), schema, schema, True)
    held = {
        target: [set(each) for _, each in subjects.all(target)]
        for target in FIELDS.keys() - {"change", "statement"}
    }
    held["change"] = [set(change_subject(Create(each))) for each in schema.of_type(Table)]
    held["statement"] = [set(statement_subject(step))]

    assert FIELDS.keys() == set(TARGETS)
    assert {target: FIELDS[target] for target in held} == {
        target: set.union(*each) for target, each in held.items()
    }
