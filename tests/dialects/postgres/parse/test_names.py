"""Names are read as they are given, and those that the server makes up are not."""

from __future__ import annotations

import pytest

from ci_runner.dialects.names import Given
from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.names import addressed, given
from ci_runner.dialects.postgres.parse.parsed import statements


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('CREATE TABLE "Tbl" (A int)', [("table", "Tbl"), ("column", "a")]),
        ("CREATE TABLE t (PRIMARY KEY (a), UNIQUE (b), CHECK (c))", [("table", "t")]),
        (
            "CREATE TABLE t (a int CONSTRAINT pk PRIMARY KEY, CONSTRAINT c CHECK (a > 0))",
            [("table", "t"), ("column", "a"), ("primary key", "pk"), ("check", "c")],
        ),
        ("CREATE FOREIGN TABLE f (a int) SERVER s", [("table", "f"), ("column", "a")]),
        ("CREATE TABLE t AS SELECT 1", [("table", "t")]),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1", [("materialized view", "m")]),
        ("SELECT 1 INTO t", [("table", "t")]),
        ("SELECT 1", []),
        ("CREATE INDEX ON t (a)", []),
        ("CREATE UNIQUE INDEX i ON t (a)", [("unique index", "i")]),
        (
            "ALTER TABLE t ADD a int, ADD CONSTRAINT k UNIQUE (a)",
            [("column", "a"), ("unique", "k")],
        ),
        ("ALTER TABLE t ADD EXCLUDE USING gist (a WITH =)", []),
        ("ALTER TABLE t RENAME TO u", [("table", "u")]),
        ("ALTER TABLE t RENAME a TO b", [("column", "b")]),
        ("ALTER TABLE t RENAME CONSTRAINT a TO b", [("constraint", "b")]),
        ("ALTER MATERIALIZED VIEW t RENAME TO u", [("materialized view", "u")]),
        ("ALTER TYPE t RENAME TO u", [("type", "u")]),
        ("ALTER FUNCTION f RENAME TO g", [("function", "g")]),
        (
            "CREATE SCHEMA s CREATE TABLE t (a int)",
            [("schema", "s"), ("table", "t"), ("column", "a")],
        ),
        ("CREATE SEQUENCE s", [("sequence", "s")]),
        ("CREATE PROCEDURE x.p() LANGUAGE sql AS ''", [("procedure", "p")]),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''", [("function", "f")]),
        ("CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()", [("trigger", "g")]),
        ("CREATE RULE r AS ON UPDATE TO t DO ALSO NOTHING", [("rule", "r")]),
        ("CREATE ROLE r", [("role", "r")]),
        ("CREATE DATABASE d", [("database", "d")]),
        ("CREATE TYPE s.e AS ENUM ()", [("type", "e")]),
        ("CREATE TYPE s.c AS (a int)", [("type", "c")]),
        ("CREATE DOMAIN d AS int", [("domain", "d")]),
        ("CREATE EXTENSION pg_trgm", []),
    ],
)
def test_names_are_read(sql: str, expected: list[tuple[str, str]]) -> None:
    found = [name for each in statements(sql) for name in given(each)]

    assert expected == [(each.kind, each.name) for each in found]


def test_a_foreign_key_knows_both_sides() -> None:
    (statement,) = statements("ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (id)")

    assert (Given("foreign key", "k", "t", ("a",), "u", ("id",)),) == given(statement)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE t ()", Target("", "t")),
        ("CREATE TABLE s.t ()", Target("s", "t")),
        ("ALTER TABLE t ADD a int", Target("", "t")),
        ("CREATE VIEW s.v AS SELECT 1", Target("s", "v")),
        ("CREATE TABLE t AS SELECT 1", Target("", "t")),
        ("ALTER TYPE m ADD VALUE 'x'", Target("", "m")),
        ("ALTER FUNCTION s.f(text) STABLE", Target("s", "f")),
        ("DROP PROCEDURE f(text)", Target("", "f")),
        ("DROP TYPE s.m", Target("s", "m")),
        ("DROP MATERIALIZED VIEW card", Target("", "card")),
        ("CREATE SEQUENCE s.q", Target("s", "q")),
        ("CREATE DOMAIN d AS int", Target("", "d")),
    ],
)
def test_what_a_statement_speaks_of_is_read(sql: str, expected: Target) -> None:
    (statement,) = statements(sql)

    assert [expected] == [name for _, name in addressed(statement.kind, statement.node)]


@pytest.mark.parametrize(
    "sql", ["CREATE TEMP TABLE t ()", "CREATE TEMP VIEW v AS SELECT 1", "SELECT 1"]
)
def test_temporary_things_have_no_schema_to_give(sql: str) -> None:
    (statement,) = statements(sql)

    assert [] == list(addressed(statement.kind, statement.node))
