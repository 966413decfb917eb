"""Formatted SQL is read as Liquibase 4.29.2 reads it, and what it would refuse is refused here."""

from __future__ import annotations

import pytest

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import ChangeSet, Condition, Options, Parameter
from ci_runner.migrations.changelog.formatted import change_sets

HEAD = "--liquibase formatted sql\n"


def read(text: str, *known: Parameter) -> list[ChangeSet]:
    return list(change_sets(text, "m/a.sql", list(known)))


@pytest.mark.parametrize(
    "head",
    [HEAD, "\n  -- LIQUIBASE formatted sql\n", "--liquibase formatted sql logicalFilePath:x\r\n"],
)
def test_a_header_makes_change_sets(head: str) -> None:
    found = read(f'{head}--changeset jo:1\nA;\n-- changeset "ann lee":"a b"\nB;\n')

    assert [("jo", "1"), ("ann lee", "a b")] == [(each.author, each.id) for each in found]


def test_a_file_without_it_is_one_change_set_sent_as_it_stands() -> None:
    assert [ChangeSet("includeAll", "raw", 0, "A;\nB;\n", Options(split=False))] == read("A;\nB;\n")


def test_options_are_read_and_unknown_ones_kept_by_name() -> None:
    said = (
        "splitStatements:false endDelimiter:// runInTransaction:false runOnChange:true"
        ' runAlways:true context:"a and b" labels:x dbms:postgresql,!h2 failOnError:false'
        " ignore:true logicalFilePath:y stripComments:false runInTransation:false"
    )

    (found,) = read(f"{HEAD}--changeset jo:1 {said}\nA;\n")

    assert found.options == Options(
        split=False,
        delimiter="//",
        transaction=False,
        on_change=True,
        always=True,
        must_succeed=False,
        ignored=True,
        dbms=("postgresql", "!h2"),
        logical_path="y",
        unknown=("runInTransation",),
    )


def test_what_is_no_sql_is_left_out_of_the_body_and_lines_stay() -> None:
    text = (
        f"{HEAD}--changeset jo:1\n--comment why: so\n--validCheckSum: 1:any\nA;\n"
        "--rollback B;\n/* liquibase rollback\nC;\n*/\n-- why\n--ignoreLines:1\nD;\n"
        "--ignoreLines:start\nE;\n--ignoreLines:end\nF;\n"
    )

    (found,) = read(text)

    assert {5: "A;", 10: "-- why", 16: "F;"} == {
        number: line for number, line in enumerate(found.body.split("\n"), found.line + 1) if line
    }
    assert (True, True) == (found.reversible, found.tolerates)


@pytest.mark.parametrize("said", ["empty", "not required", ""])
def test_a_rollback_that_does_nothing_is_no_way_back(said: str) -> None:
    (found,) = read(f"{HEAD}--changeset jo:1\nA;\n--rollback {said}\n")

    assert not found.reversible


def test_preconditions_are_read_with_what_becomes_of_the_change_set() -> None:
    (found,) = read(
        f"{HEAD}--changeset jo:1\n--preconditions onFail:MARK_RAN onError:WARN\n"
        "--precondition-sql-check expectedResult:0 SELECT count(*) FROM a;\n"
        "--precondition-sql-check expectedResult:'a b' SELECT x\n"
        "--precondition-table-exists table:a schema:s\n--precondition-view-exists view:v\nA;\n"
    )

    assert ("MARK_RAN", "WARN") == (found.on_fail, found.on_error)
    assert found.conditions == (
        Condition("sql", "SELECT count(*) FROM a", 4, "0"),
        Condition("sql", "SELECT x", 5, "a b"),
        Condition("table", "a", 6, schema="s"),
        Condition("view", "v", 7),
    )


def test_a_change_set_has_the_properties_that_it_names_and_those_that_they_name() -> None:
    known = [Parameter("schema", "app"), Parameter("unused", "x")]
    text = (
        f"{HEAD}--property name:table value:${{schema}}.users dbms:postgresql\n"
        "--property name:own value:1 global:false\n--changeset jo:1\nDROP TABLE ${table}; ${own}\n"
    )

    (found,) = change_sets(text, "m/a.sql", known)

    table = Parameter("table", "${schema}.users", ("postgresql",))
    assert (Parameter("own", "1"), Parameter("schema", "app"), table) == found.parameters
    assert [*known[:2], table] == known


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("A;\n--changeset jo:1\nA;", 2, "stands above the first change set"),
        ("--changeset jo\nA;", 2, "no author and id"),
        ("--changesetjo:1\nA;", 2, "no author and id"),
        ("--changeset jo:1\n\n--changeset jo:2\nA;", 2, "jo:1 has no SQL"),
        ("--changeset jo:1\n--comment x\n", 2, "jo:1 has no SQL"),
        ("--changeset jo:1 runInTransaction:maybe\nA;", 2, "neither true nor false: 'maybe'"),
        ("--changeset jo:1 endDelimiter:\\s*GO\nA;", 2, "is a pattern"),
        ("-changeset jo:1\nA;", 2, "one dash"),
        ("--changeset jo:1\nA;\n/* liquibase rollback\nB;", 4, "rollback is never ended"),
        ("--changeset jo:1\nA;\n--ignoreLines:start\nB;", 4, "never ended"),
        ("--changeset jo:1\nA;\n--ignoreLines:some\nB;", 4, "neither how many nor"),
        ("--property name:x\n--changeset jo:1\nA;", 2, "no name and value"),
        ("--changeset jo:1\n--preconditions onFail:MARK\nA;", 3, "knows no outcome 'MARK'"),
        (
            "--changeset jo:1\n--precondition-column-exists x\nA;",
            3,
            "no precondition column-exists",
        ),
        (
            "--changeset jo:1\n--precondition-sql-check SELECT\nA;",
            3,
            "no expected result and query",
        ),
        ("--changeset jo:1\n--precondition-table-exists x\nA;", 3, "names no table"),
    ],
)
def test_what_liquibase_refuses_is_named_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(SqlError, match=what) as refused:
        read(HEAD + text)

    assert f"m/a.sql:{line}" == refused.value.where
    assert refused.value.next_step
