"""What a plan looks like: the order of its statements, what it keeps, and what it warns of."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlannedStatement, StatementFailed
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.model import Schema
from tests.dialects.postgres.laws import obeys, reached

CASES = Path(__file__).parents[3] / "cases" / "postgres"


def planned(server: PostgresServer, old: str, new: str) -> tuple[PlannedStatement, ...]:
    """The plan between two scripts, after it has been seen to obey the laws."""
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        return obeys(server, left, right).statements


def case(server: PostgresServer, name: str) -> tuple[PlannedStatement, ...]:
    with server.database() as left, server.database() as right:
        old = reached(left, CASES / name / "old.sql")
        return DIALECT.plan(old, reached(right, CASES / name / "new.sql"))


def test_nothing_is_planned_between_equal_schemas(postgres_server: PostgresServer) -> None:
    assert () == case(postgres_server, "nothing_differs")


def test_the_order_of_columns_is_no_difference(postgres_server: PostgresServer) -> None:
    old = "CREATE TABLE t (a integer, b text)"

    assert () == planned(postgres_server, old, "CREATE TABLE t (b text, a integer)")


def test_data_is_destroyed_last(postgres_server: PostgresServer) -> None:
    plan = planned(
        postgres_server, "CREATE TABLE gone (a integer)", "CREATE TABLE made (a integer)"
    )

    assert [False, True] == [statement.destructive for statement in plan]


def test_another_name_alone_is_a_rename(postgres_server: PostgresServer) -> None:
    plan = case(postgres_server, "renamed_constraints_and_indexes")

    assert [
        'ALTER TABLE public.a RENAME CONSTRAINT a_key TO "a PK"',
        "ALTER TABLE public.a RENAME CONSTRAINT once TO a_b_key",
        "ALTER TABLE public.a RENAME CONSTRAINT small TO a_c_check",
        'ALTER INDEX public.by_b RENAME TO "By B"',
        "COMMENT ON INDEX public.\"By B\" IS 'new words'",
        "ALTER TABLE public.d RENAME CONSTRAINT of_a TO d_a_fkey",
    ] == [statement.sql for statement in plan]


def test_two_alike_are_not_guessed_to_be_renamed(postgres_server: PostgresServer) -> None:
    old = "CREATE TABLE t (a integer, CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (a > 0))"
    new = "CREATE TABLE t (a integer, CONSTRAINT z CHECK (a > 0))"

    assert all("RENAME" not in each.sql for each in planned(postgres_server, old, new))


def test_a_view_that_lets_go_is_replaced_not_dropped(postgres_server: PostgresServer) -> None:
    plan = case(postgres_server, "view_lets_go_of_a_dropped_column")

    assert ["CREATE OR REPLACE", "ALTER TABLE"] == [
        " ".join(each.sql.split()[: each.sql.startswith("CREATE") + 2]) for each in plan
    ]


def test_a_foreign_key_survives_a_type_that_still_compares(
    postgres_server: PostgresServer,
) -> None:
    plan = case(postgres_server, "foreign_key_widens")

    assert ["ALTER COLUMN id TYPE bigint", "ALTER COLUMN p TYPE bigint"] == [
        " ".join(each.sql.split()[3:]) for each in plan
    ]


def test_a_chain_of_fifty_views_is_made_again_in_order(postgres_server: PostgresServer) -> None:
    chain = ["CREATE VIEW v0 AS SELECT a FROM t"]
    chain += [f"CREATE VIEW v{each} AS SELECT a FROM v{each - 1}" for each in range(1, 50)]
    chain.append("COMMENT ON VIEW v49 IS 'the last'")
    views = ";".join(chain)
    plan = planned(
        postgres_server,
        f"CREATE TABLE t (a integer); {views}",
        f"CREATE TABLE t (a bigint); {views}",
    )

    assert 50 + 1 + 50 + 1 == len(plan)


def test_a_view_made_again_gets_its_grants_back(postgres_server: PostgresServer) -> None:
    views = """CREATE VIEW v AS SELECT a, b FROM t;
        GRANT SELECT ON v TO PUBLIC; GRANT UPDATE (b) ON v TO PUBLIC"""
    query = """SELECT c.relacl::text, a.attacl::text FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'b' WHERE c.relname = 'v'"""
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(f"CREATE TABLE t (a integer, b text); {views}")
        right.execute(f"CREATE TABLE t (a bigint, b text); {views}")
        before = left.query(query)
        obeys(postgres_server, left, right)

        assert before == left.query(query)


def test_no_column_is_dropped_to_make_way(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as left:
        left.execute("CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a e)")
        old = DIALECT.inspect(left)
    kept = tuple(each for each in old.objects if each.identity.kind != "enum")
    plan = DIALECT.plan(old, Schema.of("postgres", kept))

    assert ["DROP TYPE public.e"] == [statement.sql for statement in plan]


@pytest.mark.parametrize("value", ["b", "it's", r"back\slash", ""])
def test_a_value_used_in_the_plan_that_adds_it_asks_for_no_transaction(
    value: str, postgres_server: PostgresServer
) -> None:
    text = value.replace("'", "''")
    plan = planned(
        postgres_server,
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a e)",
        f"CREATE TYPE e AS ENUM ('a', '{text}'); CREATE TABLE t (a e DEFAULT '{text}')",
    )

    assert [False, True] == [statement.transactional for statement in plan]


def test_a_value_that_nothing_uses_may_be_added_in_a_transaction(
    postgres_server: PostgresServer,
) -> None:
    (added,) = planned(
        postgres_server, "CREATE TYPE e AS ENUM ('a')", "CREATE TYPE e AS ENUM ('b', 'a')"
    )

    assert added.transactional


def test_an_old_enum_is_set_aside_under_a_free_name(postgres_server: PostgresServer) -> None:
    name = "long" * 15 + "abc"
    rest = "CREATE TABLE e__old (a integer)"
    planned(
        postgres_server,
        f"CREATE TYPE e AS ENUM ('a', 'b'); CREATE TYPE {name} AS ENUM ('a', 'b'); {rest}",
        f"CREATE TYPE e AS ENUM ('a'); CREATE TYPE {name} AS ENUM ('a'); {rest}",
    )


def test_an_index_whose_build_failed_is_built_again(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute("CREATE TABLE t (a integer)")
        left.execute("INSERT INTO t VALUES (1), (1)")
        with pytest.raises(StatementFailed):
            left.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
        left.execute("DELETE FROM t")
        right.execute("CREATE TABLE t (a integer); CREATE UNIQUE INDEX i ON t (a)")
        plan = obeys(postgres_server, left, right)

    assert ["DROP", "CREATE"] == [each.sql.split()[0] for each in plan.statements]


def test_public_can_go_and_come(postgres_server: PostgresServer) -> None:
    gone = planned(postgres_server, "SELECT", "DROP SCHEMA public; CREATE SCHEMA s")
    back = planned(postgres_server, "DROP SCHEMA public; CREATE SCHEMA s", "SELECT")

    assert ["CREATE SCHEMA s", "DROP SCHEMA public"] == [each.sql for each in gone]
    assert "CREATE SCHEMA public" == back[0].sql


def test_members_of_an_extension_are_left_alone(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        found = left.query("SELECT FROM pg_available_extensions WHERE name = 'hstore'")
        if not found:
            pytest.skip("needs the extension hstore: apt-get install postgresql-contrib")
        left.execute("CREATE EXTENSION hstore; CREATE TABLE t (a hstore)")
        right.execute("CREATE EXTENSION hstore; CREATE TABLE t (a hstore, b hstore[])")
        plan = obeys(postgres_server, left, right)

    assert ["ALTER TABLE public.t ADD COLUMN b public.hstore[]"] == [
        each.sql for each in plan.statements
    ]


def test_an_empty_schema_is_reached_from_everything(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as left:
        reached(left, CASES / "drop_schema" / "old.sql")
        old = DIALECT.inspect(left)
        for statement in DIALECT.plan(old, Schema.of("postgres", ())):
            left.execute(statement.sql)

        assert () == DIALECT.inspect(left).objects
