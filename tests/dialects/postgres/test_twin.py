"""Two sessions read what one would have read, and one does it alone where they might differ."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection
from ci_runner.dialects.postgres.look import present, read
from ci_runner.dialects.postgres.ours import every_name_qualified
from ci_runner.dialects.postgres.twin import meanwhile, sessions, side_by_side
from tests.dialects.postgres import features

LARGE = 10_000
EVERYTHING = features.script({each.name: 1 for each in features.FEATURES})


@pytest.fixture
def connection(postgres_server: PostgresServer) -> Iterator[PostgresConnection]:
    with postgres_server.database() as connection:
        yield connection


@contextmanager
def both(connection: Connection) -> Iterator[tuple[Connection, ...]]:
    with every_name_qualified(connection), sessions(connection, LARGE) as several:
        assert 2 == len(several)
        yield several


def how_many(connection: Connection, relations: int = LARGE) -> int:
    with every_name_qualified(connection), sessions(connection, relations) as several:
        return len(several)


def test_two_sessions_read_what_one_reads(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        connection.execute(EVERYTHING)
        with both(connection) as several:
            kinds = present(connection)
            assert read((connection,), kinds) == read(several, kinds)


def test_few_relations_are_read_by_one(connection: PostgresConnection) -> None:
    assert 1 == how_many(connection, relations=10)


def test_what_a_transaction_did_only_its_session_sees(connection: PostgresConnection) -> None:
    connection.execute("BEGIN; CREATE TABLE seen_by_one (a int)")

    assert 1 == how_many(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "SET quote_all_identifiers = on",
        "SET IntervalStyle = iso_8601",
        "CREATE TEMP TABLE t (a int)",
    ],
)
def test_a_session_that_would_print_otherwise_reads_nothing(
    connection: PostgresConnection, statement: str
) -> None:
    connection.execute(statement)

    assert 1 == how_many(connection)


def test_a_server_that_lets_in_no_other_session_is_read_by_one(
    connection: PostgresConnection,
) -> None:
    [(name,)] = connection.query("SELECT current_database()")
    connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 1")

    assert 1 == how_many(connection)


def test_answers_keep_their_order_whoever_reads_them(connection: PostgresConnection) -> None:
    by = set()

    def read_one(session: Connection, number: int) -> object:
        by.add(threading.get_ident())
        return session.query(f"SELECT {number}, pg_catalog.pg_sleep(0.02)")[0][0]

    with both(connection) as several:
        assert tuple(range(10)) == side_by_side(several, range(10), read_one)
    assert 2 == len(by)


def test_a_session_that_two_threads_ask_answers_both(connection: PostgresConnection) -> None:
    def ask(session: Connection, number: int) -> object:
        return session.query(f"SELECT {number}, pg_catalog.pg_sleep(0.01)")[0][0]

    with both(connection) as several:
        found = meanwhile(
            several,
            lambda _: side_by_side(several, range(10), ask),
            lambda session: [ask(session, number) for number in range(10, 20)],
        )

    assert (tuple(range(10)), list(range(10, 20))) == found


def test_one_session_answers_both_in_turn(connection: PostgresConnection) -> None:
    found = meanwhile((connection,), lambda s: s.query("SELECT 1"), lambda s: s.query("SELECT 2"))

    assert ([(1,)], [(2,)]) == found


def test_what_fails_in_the_other_session_is_raised(connection: PostgresConnection) -> None:
    def fail_beside(session: Connection, _: int) -> None:
        session.query("SELECT pg_catalog.pg_sleep(0.02)" if session is connection else "SELECT 1/0")

    with both(connection) as several, pytest.raises(StatementFailed, match="by zero"):
        side_by_side(several, range(10), fail_beside)


def test_a_failure_of_the_first_ends_the_work_of_the_other(connection: PostgresConnection) -> None:
    asked: list[int] = []

    def fail_here(session: Connection, number: int) -> None:
        asked.append(number)
        session.query("SELECT 1/0" if session is connection else "SELECT pg_catalog.pg_sleep(0.2)")

    with both(connection) as several, pytest.raises(StatementFailed, match="by zero"):
        side_by_side(several, range(100), fail_here)
    assert len(asked) < 10
