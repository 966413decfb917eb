"""A change set runs where its preconditions hold; what else becomes of it is as it says."""

from __future__ import annotations

import pytest

from ci_runner.devdb.replay import Script, rehearse, replay, script
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection
from ci_runner.errors import SqlError
from ci_runner.migrations.reader import alone

HEAD = "--liquibase formatted sql\n"
FIRST = "--changeset jo:1\nCREATE TABLE a (x int);\nCREATE VIEW v AS SELECT x FROM a;\n"
THEN = "CREATE TABLE then_this (x int);\n"


def scripts(engine: str, *change_sets: str) -> list[Script]:
    content = (HEAD + "".join(change_sets)).encode()
    return [script(each, "liquibase", dialect(engine)) for each in alone("m/a.sql", content)]


def is_there(connection: Connection, engine: str) -> bool:
    objects = dialect(engine).inspect(connection).objects
    return any("then_this" == each.identity.name for each in objects)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("sql-check expectedResult:0 SELECT count(*) FROM a", True),
        ("sql-check expectedResult:1 SELECT count(*) FROM a", False),
        ("sql-check expectedResult:0 SELECT x FROM a", False),
        ("table-exists table:A", True),
        ("table-exists table:v", False),
        ("table-exists table:b", False),
        ("view-exists view:v", True),
        ("view-exists view:a", False),
        ("table-exists table:it's", True),
        ("table-exists table:its\\", False),
    ],
)
def test_a_change_set_runs_where_its_precondition_holds(
    either: tuple[Connection, str], condition: str, expected: bool
) -> None:
    connection, engine = either
    asked = f"--changeset jo:2\n--preconditions onFail:MARK_RAN\n--precondition-{condition}\n{THEN}"

    odd = '--changeset jo:odd\nCREATE TABLE "it\'s" (x int);\n'

    replay(connection, scripts(engine, FIRST, odd, asked))

    assert expected is is_there(connection, engine)


@pytest.mark.parametrize(
    ("outcomes", "query", "expected"),
    [
        ("onFail:CONTINUE", "SELECT 1", False),
        ("onFail:MARK_RAN", "SELECT 1", False),
        ("onFail:WARN", "SELECT 1", True),
        ("onFail:MARK_RAN onError:WARN", "SELECT x FROM nowhere", True),
        ("onError:MARK_RAN", "SELECT x FROM nowhere", False),
        ("onFail:MARK_RAN", "SELECT 0", True),
    ],
)
def test_what_does_not_hold_has_the_outcome_that_is_written(
    either: tuple[Connection, str], outcomes: str, query: str, expected: bool
) -> None:
    connection, engine = either
    check = f"--precondition-sql-check expectedResult:0 {query}"

    replay(
        connection,
        scripts(engine, f"--changeset jo:1\n--preconditions {outcomes}\n{check}\n{THEN}"),
    )

    assert expected is is_there(connection, engine)


@pytest.mark.parametrize(
    ("query", "what", "said"),
    [
        ("SELECT 1", "does not hold", "expected 0, found 1"),
        ("SELECT x FROM nowhere", "can't be asked", "nowhere"),
    ],
)
def test_a_halt_is_an_error_at_the_precondition(
    either: tuple[Connection, str], query: str, what: str, said: str
) -> None:
    connection, engine = either
    text = f"--changeset jo:1\n--precondition-sql-check expectedResult:0 {query}\n{THEN}"

    with pytest.raises(SqlError, match=what) as halted:
        replay(connection, scripts(engine, text))

    assert "m/a.sql:3" == halted.value.where
    assert said in halted.value.said


def test_a_new_change_set_that_is_passed_over_is_shown_as_not_run(sqlite: Connection) -> None:
    asked = (
        "--changeset jo:2\n--preconditions onFail:MARK_RAN\n--precondition-table-exists table:b\n"
    )
    last = "--changeset jo:3\nCREATE TABLE c (x int);\n"

    history = rehearse(sqlite, dialect("sqlite"), scripts("sqlite", FIRST, asked + THEN, last))

    assert [True, True, False, True] == [step.executed for step in history.steps]
    assert history.failed is None


def test_a_merged_change_set_that_need_not_succeed_is_left_where_it_fails(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    fails = "--changeset jo:2 failOnError:false\nDROP VIEW v;\nDROP TABLE nowhere;\n"

    replay(connection, scripts(engine, FIRST, fails, f"--changeset jo:3\n{THEN}"))

    assert is_there(connection, engine)
    assert [(0,)] == connection.query("SELECT count(*) FROM v")
