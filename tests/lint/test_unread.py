"""What the static parser can't read is run all the same, and what it did is judged."""

from __future__ import annotations

from pathlib import Path

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.operations import AddColumn, Data, Target, Unparsed
from ci_runner.lint.policy import Policy
from ci_runner.lint.unread import unread
from ci_runner.migrations.history import Directive, Statement, Step
from ci_runner.pipeline.on_server import judge
from ci_runner.schema.model import Schema

LONG = f"/*{' ' * 100_000}*/"


def test_an_unread_statement_has_the_findings_of_what_it_did_and_is_named(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    setup, change = tmp_path / "setup.sql", tmp_path / "change.sql"
    setup.write_text("CREATE TABLE t (a int, b text);")
    change.write_text(f"CREATE INDEX {LONG} i ON t (a);\nALTER TABLE t {LONG} DROP a;\nSELECT 1;\n")
    said: list[str] = []

    found = judge(postgres_server, [str(change)], str(setup), Policy(), detail=said.append)

    assert {("create-index-blocking", 1), ("drop-column", 2)} <= {
        (each.rule, each.line) for each in found
    }
    assert [
        f"{change}:{line}: the static parser can't read the statement (longer than 100000"
        " characters): only what it was seen doing is judged"
        for line in (1, 2)
    ] == said


def step(
    operation: Data | Unparsed | AddColumn, *, ran: bool = True, sensitive: bool = False
) -> Step:
    verbs = (Directive("schema-ci:sensitive", "sensitive", (), 1),) if sensitive else ()
    return Step(
        Statement("x", "1.sql", 3, 3, verbs),
        (operation,),
        Schema("postgres"),
        Schema("postgres"),
        True,
        executed=ran,
    )


def test_nothing_of_a_sensitive_statement_is_told() -> None:
    [said] = unread([step(Unparsed('syntax error at or near "hunter2"'), sensitive=True)])

    assert (
        "1.sql:3: the static parser can't read the statement: only what it was seen doing is judged"
        == said
    )


def test_what_was_neither_read_nor_run_is_not_judged_at_all() -> None:
    [said] = unread([step(Unparsed("nested too deeply"), ran=False)])

    assert said.endswith("(nested too deeply): it was not run, so nothing of it is judged")


def test_of_rows_at_least_the_verb_is_known() -> None:
    read = step(Data("INSERT", Target("", "t"))), step(AddColumn(Target("", "t"), "a", "int"))

    assert [] == list(unread(read))
    [said] = unread([step(Data("COPY"))])
    assert "(but for COPY)" in said
