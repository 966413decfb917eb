"""Inspection names what it does not manage and asks a constant number of questions."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, Outcome, compare
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.changes import Rename


class Counting:
    """A connection that counts the questions put to the real one."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.count = 0

    def execute(self, sql: str) -> Outcome:
        return self.connection.execute(sql)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.count += 1
        return self.connection.query(sql)

    def reset(self) -> None:
        self.connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction


def test_number_of_queries_does_not_grow_with_the_schema(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        counted = Counting(connection)
        DIALECT.inspect(counted)
        empty = counted.count
        for number in range(20):
            connection.execute(f"CREATE TABLE t{number} (a serial PRIMARY KEY, b text UNIQUE)")
        DIALECT.inspect(counted)

    assert empty == counted.count - empty


def test_search_path_is_left_as_it_was(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("""SET search_path = "it's", public""")
        DIALECT.inspect(connection)

        assert [("""\"it's\", public""",)] == connection.query("SHOW search_path")


def test_what_is_not_managed_is_named(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql RETURN a")
        connection.execute("CREATE TABLE p (a integer) PARTITION BY LIST (a)")
        connection.execute("CREATE TABLE q PARTITION OF p DEFAULT")
        connection.execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS one")
        connection.execute("CREATE DOMAIN d AS text")
        schema = DIALECT.inspect(connection)

    assert [
        "domain public.d",
        "function public.f(a integer)",
        "materialized view public.m",
        "partition public.q",
        "partitioned table public.p",
    ] == [str(each) for each in schema.unmanaged]


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
