"""Inspection names what it does not manage and asks a constant number of questions."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.observation import compare
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.changes import Rename
from ci_runner.schema.model import ForeignKey
from tests.dialects.listening import Listening
from tests.dialects.postgres.features import FEATURES, script


def test_number_of_queries_does_not_grow_with_the_schema(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        counted = Listening(connection)
        asked = []
        for number in range(21):
            connection.execute(f"CREATE TABLE t{number} (a serial PRIMARY KEY, b text UNIQUE)")
            if number in {0, 20}:
                before = counted.asked
                DIALECT.inspect(counted)
                asked.append(counted.asked - before)

    assert asked[0] == asked[1]


def test_nothing_is_asked_of_kinds_that_a_database_cannot_have(
    superuser_server: PostgresServer,
) -> None:
    with superuser_server.database() as connection:
        counted = Listening(connection)
        DIALECT.inspect(counted)
        few = counted.asked
        connection.execute(script({each.name: 1 for each in FEATURES}))
        DIALECT.inspect(counted)
        many = counted.asked - few

    assert few <= 20
    assert 40 <= many <= 70


def test_search_path_is_left_as_it_was(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("""SET search_path = "it's", public""")
        DIALECT.inspect(connection)

        assert [("""\"it's\", public""",)] == connection.query("SHOW search_path")


def named(server: PostgresServer, text: str) -> list[str]:
    with server.database() as connection:
        connection.execute(text)
        return [str(each) for each in DIALECT.inspect(connection).unmanaged]


def test_a_new_database_holds_nothing_unnamed(postgres_server: PostgresServer) -> None:
    assert [] == named(postgres_server, "CREATE TABLE t (a serial PRIMARY KEY)")


def test_grants_on_what_is_not_managed_are_named(postgres_server: PostgresServer) -> None:
    script = """CREATE TABLE t (a integer); GRANT SELECT ON t TO PUBLIC;
        GRANT USAGE ON TYPE t TO pg_monitor"""

    assert ["grant on type public.t to pg_monitor"] == named(postgres_server, script)


def test_what_was_granted_and_taken_back_is_not_named(postgres_server: PostgresServer) -> None:
    script = "CREATE TABLE t (); GRANT SELECT ON t TO PUBLIC; REVOKE SELECT ON t FROM PUBLIC"

    assert [] == named(postgres_server, script)


def test_attributes_that_no_kind_reads_are_named(postgres_server: PostgresServer) -> None:
    script = """CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY, CONSTRAINT k CHECK (a > 0));
        COMMENT ON SEQUENCE t_a_seq IS 'counts';
        CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i;
        CREATE TABLE child (CONSTRAINT k CHECK (a > 0)) INHERITS (t);
        CREATE TABLE p (a integer) PARTITION BY LIST (a);
        CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE ONLY p ADD UNIQUE (a)"""

    assert [
        "comment on identity sequence public.t.a",
        "constraint without an index on each partition public.p.p_a_key",
        "locality of inherited check public.child.k",
        "locality of inherited columns public.child",
        "replica identity public.t",
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
