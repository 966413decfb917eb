"""Migration files on SQLite: what runs, what is rolled back, and what is seen."""

from __future__ import annotations

import pytest

from ci_runner.devdb.replay import Script, rehearse, script
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import History


def of(text: str) -> Script:
    file = MigrationFile("m/1.sql", "1.sql", text.encode(), "1", "")
    return script(file, "golang-migrate", DIALECT)


def run(*texts: str) -> tuple[History, list[str]]:
    """The history of the files, and the tables that are there at the end."""
    with connect(":memory:") as connection:
        history = rehearse(connection, DIALECT, [of(text) for text in texts])
        assert not connection.in_transaction
        rows = connection.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
    return history, [str(row[0]) for row in rows]


def test_failing_third_statement_rolls_the_file_back() -> None:
    history, there = run(
        "CREATE TABLE kept (a);",
        "CREATE TABLE a (x);\nCREATE TABLE b (x);\nCREATE TABLE a (x);\nCREATE TABLE c (x);",
    )

    assert ["kept"] == there
    assert ["kept"] == [each.identity.name for each in history.schema.objects]
    assert [True, True, True, True, False] == [step.executed for step in history.steps]
    assert history.failed is not None
    assert ("m/1.sql", 3) == (history.failed.statement.path, history.failed.statement.line)


@pytest.mark.parametrize("opening", ["BEGIN", "BEGIN IMMEDIATE", "begin transaction"])
def test_file_that_runs_its_own_transaction_is_left_to_it(opening: str) -> None:
    history, there = run(f"{opening};\nCREATE TABLE a (x);\nCOMMIT;\nCREATE TABLE b (x);")

    assert ["a", "b"] == there
    assert [False, True, True, False] == [step.transactional for step in history.steps]


def test_transaction_that_a_file_leaves_open_is_rolled_back_and_said_so() -> None:
    history, there = run("BEGIN;\nCREATE TABLE a (x);", "CREATE TABLE b (x);")

    assert [] == there
    assert history.failed is not None
    assert "never ends it" in str(history.failed.failure)


def test_foreign_keys_do_not_change_inside_a_transaction() -> None:
    rebuild = (
        "PRAGMA foreign_keys = OFF;\nCREATE TABLE n (id INTEGER PRIMARY KEY, b);\n"
        "INSERT INTO n (id) SELECT id FROM p;\nDROP TABLE p;\nALTER TABLE n RENAME TO p;\n"
        "PRAGMA foreign_keys = ON;"
    )
    history, there = run(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id));", rebuild
    )

    assert history.failed is None
    assert ["c", "p"] == there


def test_trigger_bodies_are_one_statement() -> None:
    text = (
        "CREATE TABLE t (a);\r\nCREATE TRIGGER g AFTER UPDATE ON t BEGIN\r\n"
        "  UPDATE t SET a = CASE WHEN a = ';' THEN 'END;' ELSE (CASE a WHEN 1 THEN 2 END) END;\r\n"
        "  SELECT RAISE(ABORT, 'no; never') WHERE 0; -- END;\r\nEND;\r\nCREATE TABLE u (a);\r\n"
    )
    history, there = run(text)

    assert ["t", "u"] == there
    assert [1, 2, 6] == [step.statement.line for step in history.steps]
    assert "trigger" in {each.identity.kind for each in history.schema.objects}


@pytest.mark.parametrize("text", ["", "-- nothing\n/* here; */\n", ";;\n", "\ufeff-- bom\r\n"])
def test_file_without_statements_does_nothing(text: str) -> None:
    history, there = run(text)

    assert () == history.steps
    assert [] == there
