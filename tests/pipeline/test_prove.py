"""A plan is offered once it was seen to run and to reach the goal."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, Failure, Lock, PlannedStatement
from ci_runner.dialects.postgres import DIALECT
from ci_runner.migrations.plan import Plan, sql
from ci_runner.pipeline import prove
from ci_runner.pipeline.options import Terms
from ci_runner.schema.model import Identity, Schema

USERS = Identity("table", "public", "users")


def planned(*texts: str, transactional: bool = True) -> Plan:
    return Plan(
        tuple(
            PlannedStatement(text, "A step", USERS, transactional=transactional) for text in texts
        )
    )


def tried(connection: Connection, *texts: str) -> tuple[PlannedStatement, ...]:
    found = prove.run(connection, DIALECT, planned(*texts))
    assert found.failure is None, found.failure
    return found.plan.statements


def test_locks_rewrites_and_scans_belong_to_the_statement_that_caused_them(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE users (id int, name text)")
        connection.execute("CREATE TABLE orders (id int, user_id int)")

        scanned, rewritten, referenced, free = tried(
            connection,
            "ALTER TABLE users ADD PRIMARY KEY (id)",
            "ALTER TABLE users ALTER COLUMN name TYPE int USING name::int",
            "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users",
            "COMMENT ON TABLE users IS 'us'",
        )

        exclusive = (Lock(USERS, "ACCESS EXCLUSIVE"),)
        assert (exclusive, (), (USERS,)) == (scanned.locks, scanned.rewrites, scanned.scans)
        assert (exclusive, (USERS,), ()) == (rewritten.locks, rewritten.rewrites, rewritten.scans)
        assert [("orders", "SHARE ROW EXCLUSIVE"), ("users", "SHARE ROW EXCLUSIVE")] == [
            (lock.relation.name, lock.mode) for lock in referenced.locks
        ]
        assert (Lock(USERS, "SHARE UPDATE EXCLUSIVE"),) == free.locks


def test_what_the_plan_itself_made_is_locked_by_nobody_else_and_not_named(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE users (id int)")

        _, altered, dropped = tried(
            connection,
            "CREATE TABLE fresh (a int)",
            "ALTER TABLE fresh ADD b int",
            "DROP TABLE users",
        )

        assert () == altered.locks
        assert (Lock(USERS, "ACCESS EXCLUSIVE"),) == dropped.locks


def test_a_table_goes_by_the_name_that_it_had_before_the_statement(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE users (id int)")

        renamed, altered = tried(
            connection, "ALTER TABLE users RENAME TO people", "ALTER TABLE people ADD a int"
        )

        assert ["users", "people"] == [
            lock.relation.name for each in (renamed, altered) for lock in each.locks
        ]


def test_what_was_seen_stands_above_the_statement() -> None:
    orders = Identity("table", "public", "orders")
    each = PlannedStatement(
        "ALTER",
        "Alter it",
        USERS,
        locks=(Lock(USERS, "ACCESS EXCLUSIVE"), Lock(orders, "SHARE")),
        rewrites=(USERS,),
        scans=(orders,),
    )

    assert (
        "-- Alter it\n"
        "-- locks public.users: ACCESS EXCLUSIVE, rewrites it\n"
        "-- locks public.orders: SHARE, reads all of it\n"
        "ALTER;\n"
    ) == sql(Plan((each,)))


def test_statements_outside_of_transactions_run_and_the_first_refusal_ends_it(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE users (id int)")
        index = planned("CREATE INDEX CONCURRENTLY i ON users (id)", transactional=False)
        assert prove.run(connection, DIALECT, index).failure is None

        found = prove.run(connection, DIALECT, planned("DROP INDEX i", "DROP TABLE no", "SELECT 1"))

        assert found.failure is not None
        assert 'table "no" does not exist' == found.failure.message
        assert ("DROP TABLE no", 3) == (
            found.failed.sql if found.failed else "",
            len(found.plan.statements),
        )
        assert not connection.in_transaction
        assert [("notice",)] == connection.query("SHOW client_min_messages")


def test_a_plan_for_an_empty_database_is_one_transaction(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        found = prove.run(connection, DIALECT, planned("CREATE TABLE a (i int)", "DROP TABLE no"))

        assert found.failure is not None
        assert () == DIALECT.relations(connection)


def test_a_plan_that_stops_short_says_what_is_left(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        before = DIALECT.inspect(connection)
        connection.execute("CREATE TABLE users (id int)")
        goal = DIALECT.inspect(connection)

    assert "" == prove.unproven(DIALECT, None, goal, goal, Terms())
    assert "it does not reach the desired schema: Create table public.users" == prove.unproven(
        DIALECT, None, before, goal, Terms()
    )


def test_what_nobody_compared_is_named_when_the_server_names_it() -> None:
    function = Identity("function", "public", "f(integer)")
    other = Identity("function", "public", "g()")
    old = Schema.of("postgres", (), (), (function, other))
    failure = Failure("cannot drop column", detail="function f(integer) depends on column a")

    assert (
        "function f(integer) depends on column a",
        "function public.f(integer) is in the way, and is no object that this version compares",
    ) == prove.obstacles(failure, old, ())
