"""Rows stay when a table becomes partitioned, or stops being it, or the plan says that they go."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, PlannedStatement, StatementFailed
from ci_runner.dialects.postgres import DIALECT

COLUMNS = """"Id" integer GENERATED ALWAYS AS IDENTITY, kind text NOT NULL, size {},
    twice integer GENERATED ALWAYS AS (length(kind)) STORED"""
ORDINARY = f"CREATE TABLE t ({COLUMNS.format('varchar(9)')});"
PARTITIONED = f"""CREATE TABLE t ({COLUMNS.format("text")}) PARTITION BY LIST (kind);
    CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
    CREATE TABLE t_rest PARTITION OF t FOR VALUES IN ('b', 'c') PARTITION BY LIST ("Id");
    CREATE TABLE t_rest_all PARTITION OF t_rest DEFAULT;"""
FUNCTION = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN RETURN NULL; END'"""
TRIGGER = "CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()"
ADD = "INSERT INTO t (kind, size) VALUES ('a', 1), ('b', 2), ('c', NULL)"
ROWS = 'SELECT "Id", kind, size::text, twice FROM t ORDER BY 1'


def planned(server: PostgresServer, left: Connection, new: str) -> tuple[PlannedStatement, ...]:
    with server.database() as right:
        right.execute(new)
        return DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))


def run(connection: Connection, statements: Iterable[str | None]) -> None:
    for each in statements:
        if each:
            connection.execute(each)


@pytest.mark.parametrize(("old", "new"), [(ORDINARY, PARTITIONED), (PARTITIONED, ORDINARY)])
def test_rows_move_there_and_back_and_identities_go_on(
    old: str, new: str, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as connection:
        connection.execute(old)
        connection.execute(f"{ADD}; DELETE FROM t WHERE kind = 'c'; {FUNCTION}; {TRIGGER}")
        plan = planned(postgres_server, connection, f"{new} {FUNCTION}; {TRIGGER}")

        assert [] == [each.sql for each in plan if each.destructive]
        run(connection, (each.sql for each in plan))
        moved = [(1, "a", "1", 1), (2, "b", "2", 1)]
        assert moved == connection.query(ROWS)
        connection.execute("DROP TRIGGER refuse ON t")
        connection.execute("INSERT INTO t (kind) VALUES ('b')")
        assert [*moved, (4, "b", None, 1)] == connection.query(ROWS)
        connection.execute(TRIGGER)
        run(connection, (each.undo for each in reversed(plan)))
        assert [*moved, (4, "b", None, 1)] == connection.query(ROWS)


def test_rows_without_a_partition_are_found_and_stay(postgres_server: PostgresServer) -> None:
    new = PARTITIONED.replace(COLUMNS.format("text"), COLUMNS.format("varchar(9)"))
    with postgres_server.database() as connection:
        connection.execute(ORDINARY)
        connection.execute(f"{ADD}; INSERT INTO t (kind) VALUES ('x'), ('y')")
        plan = planned(postgres_server, connection, new)
        (query,) = [
            hazard.partition(": ")[2]
            for each in plan
            for hazard in each.hazards
            if "belongs to no partition" in hazard
        ]

        assert [(2,)] == connection.query(query)
        with pytest.raises(StatementFailed, match="no partition"):
            run(connection, (each.sql for each in plan))
        assert [(5,)] == connection.query("SELECT count(*) FROM t__old")


def test_a_dropped_column_is_all_that_is_lost(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a integer, lost integer)")
        plan = planned(
            postgres_server,
            connection,
            "CREATE TABLE t (a integer) PARTITION BY HASH (a);"
            "CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        )

        assert [("DROP TABLE public.t__old", ("the data of column lost is lost",))] == [
            (each.sql, each.hazards) for each in plan if each.destructive
        ]


@pytest.mark.parametrize(
    "rest",
    [
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        "CREATE TABLE holds (row t)",
        "CREATE TABLE child () INHERITS (t)",
    ],
)
def test_what_hides_or_holds_rows_is_dropped_and_says_so(
    rest: str, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as connection:
        connection.execute(f"CREATE TABLE t (a integer); {rest}")
        plan = planned(
            postgres_server, connection, "CREATE TABLE t (a integer) PARTITION BY HASH (a)"
        )

        assert ["the table's rows are lost"] == [
            hazard for each in plan if each.sql == "DROP TABLE public.t" for hazard in each.hazards
        ]
