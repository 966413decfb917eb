"""Two sessions read what one would have read, and one does it alone where they might differ."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.postgres.read.asking import outset, replaced
from ci_runner.dialects.postgres.read.twin import Ahead, ahead, sessions
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.dialects.postgres.watch.look import read
from ci_runner.dialects.postgres.watch.ours import every_name_qualified
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
            kinds, narrowed = outset(connection)
            with ahead(several) as heard:
                for kind in kinds:
                    asked = (*kind.asks, *kind.prints)
                    heard.put({each: replaced(each, narrowed) for each in asked})

                assert read(connection, kinds) == read(connection, kinds, None, heard, narrowed)


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


def asked(count: int, seconds: float = 0.0) -> dict[str, str]:
    """Questions by name, each of which takes some time."""
    return {f"{n}": f"SELECT {n}, pg_catalog.pg_sleep({seconds})" for n in range(count)}


def test_each_answer_is_that_to_its_question(connection: PostgresConnection) -> None:
    with both(connection) as several, ahead(several) as heard:
        heard.put(asked(10), prints=True)
        heard.put({f"scan {name}": sql for name, sql in asked(10).items()})

        found = [heard[name][0][0] for name in asked(10)]
        scanned = [heard[f"scan {name}"][0][0] for name in asked(10)]

    assert list(range(10)) == found == scanned


def test_what_is_put_twice_is_asked_once(connection: PostgresConnection) -> None:
    with both(connection) as several, ahead(several) as heard:
        heard.put({"who": "SELECT pg_catalog.pg_backend_pid()", "what": "SELECT 1"})
        first = heard["who"]
        heard.put({"who": "SELECT 0"}, prints=True)

        assert first == heard["who"]
        assert ["what", "who"] == sorted(heard)


def test_what_is_printed_is_asked_of_the_first_session_and_the_other_one_helps(
    connection: PostgresConnection,
) -> None:
    def by(heard: Ahead, count: int, seconds: float) -> set[object]:
        sql = f"SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_sleep({seconds})"
        heard.put({f"{n}": sql for n in range(count)}, prints=True)
        return {heard[f"{n}"][0][0] for n in range(count)}

    with both(connection) as several, ahead(several) as heard:
        assert 2 == len(by(heard, 8, 0.02))


def test_one_session_answers_nothing_ahead(connection: PostgresConnection) -> None:
    with ahead((connection,)) as heard:
        heard.put(asked(2))

        assert "0" not in heard
        assert [] == list(heard)


def test_what_fails_in_a_session_is_raised(connection: PostgresConnection) -> None:
    with both(connection) as several, ahead(several) as heard:
        heard.put({"wrong": "SELECT 1/0", **asked(2)})

        with pytest.raises(StatementFailed, match="by zero"):
            heard["wrong"]


def test_the_end_of_the_block_ends_the_work_of_both(connection: PostgresConnection) -> None:
    began = time.monotonic()
    with both(connection) as several, ahead(several) as heard:
        heard.put(asked(100, 2))

    assert time.monotonic() - began < 60
