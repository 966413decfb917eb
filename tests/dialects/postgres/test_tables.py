"""Which statements are chosen for partitions, children and keys, and what they are warned of."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, PlannedStatement, StatementFailed
from ci_runner.dialects.postgres import DIALECT
from tests.dialects.postgres.laws import obeys

PARTITIONED = """CREATE TABLE p (k integer NOT NULL, a integer, b text) PARTITION BY LIST (k);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
    CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2)"""


def planned(server: PostgresServer, old: str, new: str) -> tuple[PlannedStatement, ...]:
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        return obeys(server, left, right).statements


def said(statements: tuple[PlannedStatement, ...]) -> list[str]:
    return [each.sql for each in statements]


def test_what_partitions_take_from_their_parent_is_said_once(
    postgres_server: PostgresServer,
) -> None:
    new = f"""{PARTITIONED}; CREATE INDEX i ON p (a); ALTER TABLE p ADD c date;
        ALTER TABLE p ALTER b SET DEFAULT 'x', ALTER b SET NOT NULL, ALTER a TYPE bigint"""

    assert [
        "ALTER TABLE public.p ALTER COLUMN a TYPE bigint",
        "ALTER TABLE public.p ALTER COLUMN b SET DEFAULT 'x'::text",
        "ALTER TABLE public.p ALTER COLUMN b SET NOT NULL",
        "ALTER TABLE public.p ADD COLUMN c date",
        "CREATE INDEX i ON public.p USING btree (a)",
    ] == said(planned(postgres_server, PARTITIONED, new))


def test_only_the_parent_changes_where_a_partition_has_a_default_of_its_own(
    postgres_server: PostgresServer,
) -> None:
    own = "ALTER TABLE p1 ALTER a SET DEFAULT 7"
    plan = planned(
        postgres_server,
        f"{PARTITIONED}; {own}",
        f"{PARTITIONED}; ALTER TABLE p ALTER a SET DEFAULT 1; {own}",
    )

    assert [
        "ALTER TABLE ONLY public.p ALTER COLUMN a SET DEFAULT 1",
        "ALTER TABLE public.p2 ALTER COLUMN a SET DEFAULT 1",
    ] == said(plan)


def test_another_bound_keeps_the_rows(postgres_server: PostgresServer) -> None:
    new = PARTITIONED.replace("(2)", "(2, 3)")
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(f"{PARTITIONED}; CREATE INDEX i ON p (a); INSERT INTO p VALUES (2, 5, 'x')")
        right.execute(f"{new}; CREATE INDEX i ON p (a)")
        plan = obeys(postgres_server, left, right).statements

        assert [(2, 5, "x")] == left.query("SELECT * FROM p2")
    assert [
        "ALTER TABLE public.p DETACH PARTITION public.p2",
        "ALTER TABLE public.p ATTACH PARTITION public.p2 FOR VALUES IN (2, 3)",
    ] == said(plan)


def test_another_partition_key_keeps_the_rows_of_partitions(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(f"{PARTITIONED}; INSERT INTO p VALUES (2, 5, 'x')")
        right.execute(PARTITIONED.replace("LIST (k)", "LIST ((k + 0))"))
        plan = obeys(postgres_server, left, right).statements

        assert [(2, 5, "x")] == left.query("SELECT * FROM p")
    assert ["DROP TABLE public.p"] == [each.sql for each in plan if each.destructive]


def test_a_partition_is_taken_out_before_it_is_dropped_where_a_key_points_to_its_parent(
    postgres_server: PostgresServer,
) -> None:
    refers = "ALTER TABLE p ADD PRIMARY KEY (k); CREATE TABLE r (k integer REFERENCES p)"
    plan = planned(
        postgres_server,
        f"{PARTITIONED}; {refers}",
        f"{PARTITIONED}; {refers}; ALTER TABLE p DETACH PARTITION p2; DROP TABLE p2",
    )

    assert [
        "ALTER TABLE public.p DETACH PARTITION public.p2",
        "DROP TABLE public.p2",
    ] == said(plan)


def test_an_index_that_a_partition_has_is_attached(postgres_server: PostgresServer) -> None:
    before = f"{PARTITIONED}; CREATE INDEX i ON ONLY p (a); CREATE INDEX j ON p1 (a)"
    plan = planned(
        postgres_server, before, f"{PARTITIONED}; CREATE INDEX j ON p1 (a); CREATE INDEX i ON p (a)"
    )

    assert [
        "ALTER INDEX public.i ATTACH PARTITION public.j",
        "CREATE INDEX p2_a_idx ON public.p2 USING btree (a)",
        "ALTER INDEX public.i ATTACH PARTITION public.p2_a_idx",
    ] == said(plan)


def test_an_index_on_a_partition_is_renamed_in_place(postgres_server: PostgresServer) -> None:
    before = f"{PARTITIONED}; CREATE INDEX i ON p (a)"
    plan = planned(postgres_server, before, f"{before}; ALTER INDEX p1_a_idx RENAME TO other")

    assert ["ALTER INDEX public.p1_a_idx RENAME TO other"] == said(plan)


@pytest.mark.parametrize(
    ("key", "way"),
    [
        ("NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"),
        ("DEFERRABLE", "NOT DEFERRABLE"),
        ("DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE"),
    ],
)
def test_when_a_foreign_key_is_checked_changes_in_place(
    key: str, way: str, postgres_server: PostgresServer
) -> None:
    table = "CREATE TABLE t (a integer PRIMARY KEY, b integer CONSTRAINT f REFERENCES t"
    plan = planned(postgres_server, f"{table} {key})", f"{table} {way})")

    assert [f"ALTER TABLE public.t ALTER CONSTRAINT f {way}"] == said(plan)


OLD = """CREATE TABLE r (x integer, y integer, UNIQUE (x, y));
    CREATE TABLE t (a integer, b integer, c text)"""
FORBIDDEN = (
    ("(1, 1, 'x'), (1, 2, 'y')", "ADD CONSTRAINT k UNIQUE (a)"),
    ("(NULL, 1, 'x'), (NULL, 2, 'y')", "ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a)"),
    ("(1, 1, 'x'), (1, 1, 'y')", "ADD CONSTRAINT k PRIMARY KEY (a, b)"),
    ("(-1, 1, 'x')", "ADD CONSTRAINT k CHECK (a > 0 OR b > 1)"),
    ("(1, 1, 'x')", "ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES r (x, y)"),
    ("(1, NULL, 'x')", "ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES r (x, y) MATCH FULL"),
    ("(NULL, 1, 'x')", "ALTER a SET NOT NULL"),
    ("(1, 1, 'x')", "ALTER c TYPE integer USING c::integer"),
)


@pytest.mark.parametrize(("rows", "change"), FORBIDDEN)
def test_the_query_of_a_hazard_finds_the_rows_that_are_in_the_way(
    rows: str, change: str, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(OLD)
        right.execute(f"{OLD}; ALTER TABLE t {change}")
        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))
        queries = [
            hazard.partition(": ")[2]
            for each in plan
            for hazard in each.hazards
            if "SELECT" in hazard
        ]
        empty = any(answer(left, query) for query in queries)
        left.execute(f"INSERT INTO t VALUES {rows}")
        found = any(answer(left, query) for query in queries)

        with pytest.raises(StatementFailed):
            left.execute(";".join(said(plan)))
    assert (False, True) == (empty, found)


def answer(connection: Connection, query: str) -> bool:
    """Whether the query points at a row: it counts some, lists some, or fails on one."""
    try:
        rows = connection.query(query)
    except StatementFailed:
        return True
    return bool(rows) and rows != [(0,)]


def test_a_foreign_table_changes_in_place(superuser_server: PostgresServer) -> None:
    server = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; "
    plan = planned(
        superuser_server,
        f"""{server} CREATE FOREIGN TABLE f (a integer OPTIONS (x '1'), b text) SERVER s
            OPTIONS (one '1', two '2'); CREATE FOREIGN TABLE gone (a integer) SERVER s""",
        f"""{server} CREATE FOREIGN TABLE f (a bigint OPTIONS (x '2'), b text, c date) SERVER s
            OPTIONS (two '3', three 'it''s'); COMMENT ON FOREIGN TABLE f IS 'far away'""",
    )

    assert [
        "ALTER FOREIGN TABLE public.f OPTIONS (DROP one, ADD three 'it''s', SET two '3')",
        "COMMENT ON FOREIGN TABLE public.f IS 'far away'",
        "ALTER TABLE public.f ALTER COLUMN a TYPE bigint",
        "ALTER FOREIGN TABLE public.f ALTER COLUMN a OPTIONS (SET x '2')",
        "ALTER TABLE public.f ADD COLUMN c date",
        "DROP FOREIGN TABLE public.gone",
    ] == said(plan)
    assert not any(each.destructive for each in plan)


def test_a_typed_table_leaves_its_type_and_comes_back(postgres_server: PostgresServer) -> None:
    kind = "CREATE TYPE pair AS (a integer, b text); "
    typed = f"""{kind} CREATE TABLE t OF pair (a WITH OPTIONS DEFAULT 1 NOT NULL);
        CREATE TABLE u (a integer, b text); CREATE TABLE w OF pair"""
    free = f"""{kind} CREATE TABLE t OF pair (a WITH OPTIONS DEFAULT 2);
        CREATE TABLE u OF pair; CREATE TABLE w (a integer, b text, c integer)"""

    assert [
        "ALTER TABLE public.w NOT OF",
        "ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 2",
        "ALTER TABLE public.t ALTER COLUMN a DROP NOT NULL",
        "ALTER TABLE public.w ADD COLUMN c integer",
        "ALTER TABLE public.u OF public.pair",
    ] == said(planned(postgres_server, typed, free))
    assert "ALTER TABLE public.w OF public.pair" in said(planned(postgres_server, free, typed))
