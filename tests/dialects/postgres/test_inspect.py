"""Inspection names what it does not manage and asks a constant number of questions."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import compare
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.changes import Rename
from ci_runner.schema.model import ForeignKey
from tests.dialects.listening import Listening


def test_number_of_queries_does_not_grow_with_the_schema(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        counted = Listening(connection)
        DIALECT.inspect(counted)
        empty = counted.asked
        for number in range(20):
            connection.execute(f"CREATE TABLE t{number} (a serial PRIMARY KEY, b text UNIQUE)")
        DIALECT.inspect(counted)

    assert empty == counted.asked - empty


def test_search_path_is_left_as_it_was(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("""SET search_path = "it's", public""")
        DIALECT.inspect(connection)

        assert [("""\"it's\", public""",)] == connection.query("SHOW search_path")


def test_what_is_not_managed_is_named(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql RETURN a")
        connection.execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS one")
        connection.execute("CREATE DOMAIN d AS text")
        schema = DIALECT.inspect(connection)

    assert [
        "domain public.d",
        "function public.f(a integer)",
        "materialized view public.m",
    ] == [str(each) for each in schema.unmanaged]


def named(server: PostgresServer, script: str) -> list[str]:
    with server.database() as connection:
        connection.execute(script)
        return [str(each) for each in DIALECT.inspect(connection).unmanaged]


def test_a_new_database_holds_nothing_unnamed(postgres_server: PostgresServer) -> None:
    assert [] == named(postgres_server, "CREATE TABLE t (a serial PRIMARY KEY)")


def test_grants_are_named_once_for_each_role(postgres_server: PostgresServer) -> None:
    script = """CREATE TABLE t (a integer); CREATE TABLE u (a integer); CREATE SEQUENCE s;
        GRANT SELECT ON t, u TO PUBLIC; GRANT UPDATE (a) ON u TO PUBLIC; GRANT USAGE ON s TO PUBLIC;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"""

    assert ["default privileges of schema_ci", "grants to PUBLIC"] == named(postgres_server, script)


def test_what_was_granted_and_taken_back_is_not_named(postgres_server: PostgresServer) -> None:
    script = "CREATE TABLE t (); GRANT SELECT ON t TO PUBLIC; REVOKE SELECT ON t FROM PUBLIC"

    assert [] == named(postgres_server, script)


def test_attributes_that_no_kind_reads_are_named(postgres_server: PostgresServer) -> None:
    script = """CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY, CONSTRAINT k CHECK (a > 0));
        COMMENT ON SEQUENCE t_a_seq IS 'counts';
        CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i;
        CREATE VIEW v AS SELECT a FROM t; ALTER VIEW v ALTER a SET DEFAULT 1;
        CREATE TABLE child (CONSTRAINT k CHECK (a > 0)) INHERITS (t);
        CREATE TABLE p (a integer) PARTITION BY LIST (a);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE ONLY p ADD UNIQUE (a)"""

    assert [
        "comment on identity sequence public.t.a",
        "constraint without an index on each partition public.p.p_a_key",
        "locality of inherited check public.child.k",
        "locality of inherited columns public.child",
        "replica identity public.t",
        "view column default public.v.a",
    ] == named(postgres_server, script)


def test_a_foreign_key_to_a_partitioned_table_is_one(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute(
            """CREATE TABLE p (a integer PRIMARY KEY) PARTITION BY LIST (a);
               CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
               CREATE TABLE t (a integer REFERENCES p (a))"""
        )
        schema = DIALECT.inspect(connection)

    assert ["public.t.t_a_fkey"] == [each.identity.qualified for each in schema.of_type(ForeignKey)]


def test_a_rename_is_proven_by_the_servers_own_ids(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a integer, b integer)")
        before = DIALECT.sight(connection)
        connection.execute("ALTER TABLE t RENAME COLUMN a TO c")
        observed = compare(before, DIALECT.sight(connection))

    renamed = [change for change in observed.changes if isinstance(change, Rename)]
    assert [("a", "c")] == [(each.old.identity.name, each.new.identity.name) for each in renamed]


def test_rewrites_and_locks_are_seen(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a integer)")
        connection.execute("BEGIN")
        before = DIALECT.sight(connection)
        connection.execute("ALTER TABLE t ALTER COLUMN a TYPE bigint")
        observed = compare(before, DIALECT.sight(connection))
        connection.execute("ROLLBACK")

    assert ["table public.t"] == [str(each) for each in observed.rewritten]
    assert ("ACCESS EXCLUSIVE", "table public.t") in [
        (lock.mode, str(lock.relation)) for lock in observed.locks
    ]
