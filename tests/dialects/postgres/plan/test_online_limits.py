"""Online plans: what has no such form and says so, and how partitions are built one by one."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres import DIALECT
from ci_runner.migrations.plan import parts
from ci_runner.schema.model import PrimaryKey, Schema, Table
from tests.dialects.postgres.laws import obeys
from tests.dialects.postgres.online import ONLINE, T, planned, sql


def test_the_short_form_is_one_transaction(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(T)
        right.execute("CREATE TABLE t (a integer PRIMARY KEY, b integer UNIQUE CHECK (b > 0));")

        assert 1 == len(parts(obeys(postgres_server, left, right)))


@pytest.mark.parametrize(
    ("column", "hazards"),
    [
        ("c integer", ()),
        ("c timestamptz DEFAULT now()", ()),
        ("c varchar(9) DEFAULT 'f(x)'", ()),
        (
            "c integer NOT NULL",
            (
                "fails if the table has rows: SELECT count(*) FROM public.t",
                "by hand: the column without NOT NULL, rows filled in batches, then NOT NULL",
            ),
        ),
        (
            "c uuid DEFAULT gen_random_uuid()",
            (
                "rewrites the table under ACCESS EXCLUSIVE",
                (
                    "has no online form; by hand: the column without a default, then SET DEFAULT,"
                    " then rows filled in batches"
                ),
            ),
        ),
        (
            "c integer GENERATED ALWAYS AS (a + 1) STORED",
            (
                "rewrites the table under ACCESS EXCLUSIVE",
                (
                    "has no online form; by hand: an ordinary column that a trigger keeps,"
                    " rows filled in batches"
                ),
            ),
        ),
        (
            "c integer GENERATED ALWAYS AS IDENTITY",
            (
                "rewrites the table under ACCESS EXCLUSIVE",
                (
                    "has no online form; by hand: the column without it, rows filled in batches,"
                    " then NOT NULL and the identity"
                ),
            ),
        ),
    ],
)
def test_a_new_column_that_blocks_says_so(
    column: str, hazards: tuple[str, ...], postgres_server: PostgresServer
) -> None:
    new = f"CREATE TABLE t (a integer, b integer, {column});"

    ((add, *_), *_) = planned(postgres_server, T, new)

    assert hazards == add.hazards


@pytest.mark.parametrize(
    ("old", "new", "rewrites"),
    [
        ("varchar(9)", "varchar(10)", False),
        ("varchar(9)", "text", False),
        ("numeric(5,2)", "numeric(7,2)", False),
        ("numeric(5,2)", "numeric(7,3)", True),
        ("integer", "bigint", True),
    ],
)
def test_a_change_of_type_says_whether_it_rewrites(
    old: str, new: str, *, rewrites: bool, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(f"CREATE TABLE t (a {old})")
        right.execute(f"CREATE TABLE t (a {new})")
        before = left.query("SELECT pg_relation_filenode('t')")
        (statement,) = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right), ONLINE)
        left.execute(statement.sql)
        after = left.query("SELECT pg_relation_filenode('t')")

    assert rewrites == (before != after)
    assert rewrites == ("holds ACCESS EXCLUSIVE for a moment" not in statement.hazards)


def test_a_key_without_overlaps_has_no_online_form() -> None:
    """PostgreSQL 18 has them; their index is no unique one that could be built before."""
    table = Table("public", "t", ())
    key = PrimaryKey(
        "public", "t", "k", ("id", "at"), "PRIMARY KEY (id, at WITHOUT OVERLAPS) DEFERRABLE"
    )
    old, new = (Schema.of("postgres", objects) for objects in ((table,), (table, key)))

    (statement,) = DIALECT.plan(old, new, ONLINE)

    assert f"ALTER TABLE public.t ADD CONSTRAINT k {key.definition}" == statement.sql


def test_an_index_on_a_partitioned_table_is_built_on_each_partition_and_joined(
    postgres_server: PostgresServer,
) -> None:
    tables = (
        "CREATE TABLE p (a integer, b integer) PARTITION BY RANGE (a);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE p2 PARTITION OF p DEFAULT PARTITION BY LIST (b);"
        "CREATE TABLE p2a PARTITION OF p2 DEFAULT;"
    )

    groups = planned(postgres_server, tables, f"{tables} CREATE UNIQUE INDEX i ON p (a, b);")

    assert [
        [
            "CREATE UNIQUE INDEX CONCURRENTLY p1_a_b_idx ON public.p1 USING btree (a, b)",
            "CREATE UNIQUE INDEX CONCURRENTLY p2a_a_b_idx ON public.p2a USING btree (a, b)",
        ],
        [
            "CREATE UNIQUE INDEX i ON ONLY public.p USING btree (a, b)",
            "ALTER INDEX public.i ATTACH PARTITION public.p1_a_b_idx",
            "CREATE UNIQUE INDEX p2_a_b_idx ON ONLY public.p2 USING btree (a, b)",
            "ALTER INDEX public.p2_a_b_idx ATTACH PARTITION public.p2a_a_b_idx",
            "ALTER INDEX public.i ATTACH PARTITION public.p2_a_b_idx",
        ],
    ] == sql(groups)


def test_parts_of_an_index_have_the_names_that_they_are_to_have(
    postgres_server: PostgresServer,
) -> None:
    tables = (
        "CREATE TABLE p (a integer) PARTITION BY RANGE (a);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
    )
    new = f"{tables} CREATE INDEX mine ON p1 (a); CREATE INDEX i ON p (a);"

    groups = planned(postgres_server, tables, new)

    assert [
        ["CREATE INDEX CONCURRENTLY mine ON public.p1 USING btree (a)"],
        [
            "CREATE INDEX i ON ONLY public.p USING btree (a)",
            "ALTER INDEX public.i ATTACH PARTITION public.mine",
        ],
    ] == sql(groups)


def test_an_index_that_partitions_lack_is_completed(postgres_server: PostgresServer) -> None:
    tables = (
        "CREATE TABLE p (a integer) PARTITION BY RANGE (a);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
    )

    groups = planned(
        postgres_server,
        f"{tables} CREATE INDEX i ON ONLY p (a);",
        f"{tables} CREATE INDEX i ON p (a);",
    )

    assert [
        ["CREATE INDEX CONCURRENTLY p1_a_idx ON public.p1 USING btree (a)"],
        ["ALTER INDEX public.i ATTACH PARTITION public.p1_a_idx"],
    ] == sql(groups)
