"""Online plans of partitioned tables: keys built one by one, and partitions that join and leave."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, PlannedStatement
from tests.dialects.postgres.online import planned, sql

RANGE = (
    "CREATE TABLE p (a integer NOT NULL, b integer NOT NULL) PARTITION BY RANGE (a);"
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
)
NESTED = (
    f"{RANGE} CREATE TABLE p2 PARTITION OF p DEFAULT PARTITION BY LIST (b);"
    "CREATE TABLE p2a PARTITION OF p2 DEFAULT;"
)
APART = "CREATE TABLE t (a integer NOT NULL, b integer NOT NULL);"
JOINED = "CREATE TABLE t PARTITION OF p FOR VALUES FROM (10) TO (20);"
BOUND = "CHECK (((a IS NOT NULL) AND (a >= 10) AND (a < 20)))"


def test_a_key_is_built_on_each_partition_and_joined(postgres_server: PostgresServer) -> None:
    new = f"{NESTED} ALTER TABLE p ADD CONSTRAINT k PRIMARY KEY (a, b);"

    groups = planned(postgres_server, NESTED, new)

    assert [
        [
            "CREATE UNIQUE INDEX CONCURRENTLY p1_pkey ON public.p1 (a, b)",
            "CREATE UNIQUE INDEX CONCURRENTLY p2a_pkey ON public.p2a (a, b)",
        ],
        [
            "ALTER TABLE ONLY public.p ADD CONSTRAINT k PRIMARY KEY (a, b)",
            "ALTER TABLE public.p1 ADD CONSTRAINT p1_pkey PRIMARY KEY USING INDEX p1_pkey",
            "ALTER INDEX public.k ATTACH PARTITION public.p1_pkey",
            "ALTER TABLE ONLY public.p2 ADD CONSTRAINT p2_pkey PRIMARY KEY (a, b)",
            "ALTER TABLE public.p2a ADD CONSTRAINT p2a_pkey PRIMARY KEY USING INDEX p2a_pkey",
            "ALTER INDEX public.p2_pkey ATTACH PARTITION public.p2a_pkey",
            "ALTER INDEX public.k ATTACH PARTITION public.p2_pkey",
        ],
    ] == sql(groups)


def test_a_unique_constraint_takes_what_stands_on_a_partition(
    postgres_server: PostgresServer,
) -> None:
    new = (
        f"{RANGE} ALTER TABLE p1 ADD CONSTRAINT mine UNIQUE (b, a);"
        "ALTER TABLE p ADD CONSTRAINT k UNIQUE (b, a);"
    )

    groups = planned(postgres_server, RANGE, new)

    assert [
        ["CREATE UNIQUE INDEX CONCURRENTLY mine ON public.p1 (b, a)"],
        [
            "ALTER TABLE public.p1 ADD CONSTRAINT mine UNIQUE USING INDEX mine",
            "ALTER TABLE ONLY public.p ADD CONSTRAINT k UNIQUE (b, a)",
            "ALTER INDEX public.k ATTACH PARTITION public.mine",
        ],
    ] == sql(groups)


def test_a_changed_key_is_there_at_any_time(postgres_server: PostgresServer) -> None:
    groups = planned(
        postgres_server,
        f"{RANGE} ALTER TABLE p ADD CONSTRAINT k UNIQUE (a);",
        f"{RANGE} ALTER TABLE p ADD CONSTRAINT k UNIQUE (a, b);",
    )

    assert [
        ["CREATE UNIQUE INDEX CONCURRENTLY p1_a_b_key ON public.p1 (a, b)"],
        [
            "ALTER TABLE public.p DROP CONSTRAINT k",
            "ALTER TABLE ONLY public.p ADD CONSTRAINT k UNIQUE (a, b)",
            "ALTER TABLE public.p1 ADD CONSTRAINT p1_a_b_key UNIQUE USING INDEX p1_a_b_key",
            "ALTER INDEX public.k ATTACH PARTITION public.p1_a_b_key",
        ],
    ] == sql(groups)


def test_a_foreign_key_is_proven_on_each_partition(postgres_server: PostgresServer) -> None:
    """The server takes over those of partitions, and asks no row again."""
    tables = f"CREATE TABLE r (id integer PRIMARY KEY); {NESTED}"
    foreign_key = "FOREIGN KEY (b) REFERENCES public.r(id)"

    groups = planned(
        postgres_server, tables, f"{tables} ALTER TABLE p ADD CONSTRAINT f {foreign_key};"
    )

    assert [
        [
            f"ALTER TABLE public.p1 ADD CONSTRAINT f {foreign_key} NOT VALID",
            f"ALTER TABLE public.p2a ADD CONSTRAINT f {foreign_key} NOT VALID",
        ],
        [
            "ALTER TABLE public.p1 VALIDATE CONSTRAINT f",
            "ALTER TABLE public.p2a VALIDATE CONSTRAINT f",
            f"ALTER TABLE public.p ADD CONSTRAINT f {foreign_key}",
        ],
    ] == sql(groups)


def test_a_partition_joins_by_a_check_that_was_validated(postgres_server: PostgresServer) -> None:
    groups = planned(postgres_server, RANGE + APART, RANGE + JOINED)

    assert [
        [f"ALTER TABLE public.t ADD CONSTRAINT t__partition {BOUND} NOT VALID"],
        [
            "ALTER TABLE public.t VALIDATE CONSTRAINT t__partition",
            "ALTER TABLE public.p ATTACH PARTITION public.t FOR VALUES FROM (10) TO (20)",
            "ALTER TABLE public.t DROP CONSTRAINT t__partition",
        ],
    ] == sql(groups)


def scanning(server: PostgresServer, old: str, new: str) -> list[str]:
    """Statements of a transaction's plan that read a table with rows."""
    groups = planned(server, old, new)
    with server.database() as connection:
        connection.execute(old)
        return [
            statement.sql
            for group in groups
            if all(each.transactional for each in group)
            for statement in _reading(connection, group)
        ]


def _reading(connection: Connection, group: list[PlannedStatement]) -> Iterator[PlannedStatement]:
    count = "SELECT coalesce(sum(seq_scan), 0)::int FROM pg_stat_xact_user_tables"
    connection.execute("BEGIN")
    for statement in group:
        ((before,),) = connection.query(count)
        connection.execute(statement.sql)
        ((after,),) = connection.query(count)
        if before != after:
            yield statement
    connection.execute("COMMIT")


def test_neither_a_joining_table_nor_the_default_partition_is_read_under_a_lock(
    postgres_server: PostgresServer,
) -> None:
    default = f"{RANGE} CREATE TABLE p0 PARTITION OF p DEFAULT;"

    read = scanning(postgres_server, default + APART, default + JOINED)

    assert [
        "ALTER TABLE public.t VALIDATE CONSTRAINT t__partition",
        "ALTER TABLE public.p0 VALIDATE CONSTRAINT t__partition",
    ] == read


def test_a_foreign_key_of_the_whole_reads_no_row(postgres_server: PostgresServer) -> None:
    tables = f"CREATE TABLE r (id integer PRIMARY KEY); {NESTED}"
    new = f"{tables} ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r;"

    assert [
        "ALTER TABLE public.p1 VALIDATE CONSTRAINT f",
        "ALTER TABLE public.p2a VALIDATE CONSTRAINT f",
    ] == scanning(postgres_server, tables, new)


def test_a_partition_leaves_while_others_read_and_write(postgres_server: PostgresServer) -> None:
    """The server adds a check to what leaves, unless there is one that says as much."""
    groups = planned(postgres_server, RANGE + JOINED, RANGE + APART)

    assert [
        [f"ALTER TABLE public.t ADD CONSTRAINT t__partition {BOUND} NOT VALID"],
        ["ALTER TABLE public.t VALIDATE CONSTRAINT t__partition"],
        ["ALTER TABLE public.p DETACH PARTITION public.t CONCURRENTLY"],
        ["ALTER TABLE public.t DROP CONSTRAINT t__partition"],
    ] == sql(groups)
    assert [True, True, False, True] == [group[0].transactional for group in groups]
    assert (
        groups[2][0]
        .hazards[-1]
        .endswith(": ALTER TABLE public.p DETACH PARTITION public.t FINALIZE")
    )


def test_a_partition_leaves_under_a_lock_where_there_is_a_default_one(
    postgres_server: PostgresServer,
) -> None:
    groups = planned(postgres_server, NESTED + JOINED, NESTED + APART)

    assert [["ALTER TABLE public.p DETACH PARTITION public.t"]] == sql(groups)


def test_a_partition_changes_its_bound_in_one_transaction(postgres_server: PostgresServer) -> None:
    """Nobody misses its rows, or finds them in none."""
    groups = planned(postgres_server, RANGE + JOINED, RANGE + JOINED.replace("20", "30"))

    assert [
        [
            "ALTER TABLE public.p DETACH PARTITION public.t",
            "ALTER TABLE public.p ATTACH PARTITION public.t FOR VALUES FROM (10) TO (30)",
        ]
    ] == sql(groups)
