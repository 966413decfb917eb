"""What the text tells of a change is what the server's catalogue shows of it."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres.parse.made import made
from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.schema.changes import Alter, Change, Create, Drop
from ci_runner.schema.model import Column, ForeignKey, Identity, Index, PrimaryKey, Table

TYPES = (
    "int",
    "int2",
    "bigint",
    "smallint[]",
    "serial",
    "bigserial",
    "smallserial",
    "real",
    "float",
    "double precision",
    "numeric",
    "numeric(12,2)",
    "money",
    "bool",
    "char",
    "char(3)",
    "character(3)[]",
    '"char"',
    "varchar",
    "varchar(20)",
    "pg_catalog.varchar(10)",
    "text[]",
    "bit varying(4)",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamp(0)",
    "timestamptz(3)",
    "json",
    "jsonb",
    "xml",
    "uuid",
)


def told(sql: str) -> tuple[Change, ...]:
    return tuple(change for each in statements(sql) for change in made(each, "public"))


def test_types_are_spelled_as_the_server_spells_them(postgres_server: PostgresServer) -> None:
    columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(TYPES))
    sql = f"CREATE TABLE t ({columns}, PRIMARY KEY (c0))"
    with postgres_server.database() as connection:
        connection.execute(sql)
        table = postgres_server.dialect.inspect(connection).table("public", "t")
    assert table is not None
    shown = [(each.name, each.type, each.not_null, each.default) for each in table.columns]

    first = told(sql)[0]

    assert isinstance(first, Create)
    assert isinstance(first.new, Table)
    assert shown == [(e.name, e.type, e.not_null, e.default) for e in first.new.columns]


def test_constraints_have_the_names_that_the_server_gives(postgres_server: PostgresServer) -> None:
    setup = "CREATE TABLE p (id int PRIMARY KEY)"
    sql = (
        "CREATE TABLE t (id int PRIMARY KEY, p_id int REFERENCES p (id) ON DELETE CASCADE,"
        " a int UNIQUE, b int, UNIQUE (a, b), FOREIGN KEY (b) REFERENCES p (id))"
    )
    with postgres_server.database() as connection:
        connection.execute(setup)
        connection.execute(sql)
        schema = postgres_server.dialect.inspect(connection)
    shown = {each.identity for each in schema.objects if getattr(each, "table", "") == "t"}

    assert shown == {change.identity for change in told(sql)[1:]}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE t ADD a int", [("create", "column", "a")]),
        ("ALTER TABLE t ALTER a TYPE timetz", [("alter", "column", "a")]),
        ("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a)", [("create", "primary key", "k")]),
        ("CREATE INDEX i ON s.t (a, lower(b)) WHERE c", [("create", "index", "i")]),
        ("CREATE TYPE s.e AS ENUM ('a')", [("create", "enum", "e")]),
        ("DROP TABLE a, s.b", [("drop", "table", "a"), ("drop", "table", "b")]),
        ("DROP VIEW v", [("drop", "view", "v")]),
        ("DROP INDEX i", [("drop", "index", "i")]),
        ("CREATE TEMPORARY TABLE t (a int)", []),
        ("CREATE TABLE t (LIKE u)", []),
        ("CREATE TABLE t AS SELECT 1", []),
        ("CREATE TABLE t PARTITION OF u DEFAULT", []),
        ("SELECT 1", []),
        ("not SQL", []),
    ],
)
def test_changes_are_read_from_the_text(sql: str, expected: list[tuple[str, str, str]]) -> None:
    words = {Create: "create", Alter: "alter", Drop: "drop"}

    assert expected == [
        (words[type(each)], each.identity.kind, each.identity.name) for each in told(sql)
    ]


def test_details_that_rules_ask_for_are_read() -> None:
    table, key, other, action = told(
        "CREATE UNLOGGED TABLE s.t (a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
        "ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES s.u ON UPDATE SET NULL;"
        "CREATE INDEX ON t (a, b) INCLUDE (c)"
    )

    assert table == Create(
        Table(
            "s",
            "t",
            (Column("s", "t", "a", "integer", True, identity_kind="by default"),),
            ("UNLOGGED",),
        )
    )
    assert key == Create(PrimaryKey("s", "t", "t_pkey", ("a",), "PRIMARY KEY"))
    assert isinstance(other, Create)
    assert isinstance(other.new, ForeignKey)
    assert (Identity("table", "s", "u"), ("a", "b")) == (other.new.references, other.new.columns)
    assert other.new.definition.endswith("ON UPDATE SET NULL")
    assert isinstance(action, Create)
    assert isinstance(action.new, Index)
    assert (("a", "b"), ("c",), "t_a_b_idx") == (
        action.new.keys,
        action.new.include,
        action.new.name,
    )
