"""What a changed type does to values: it refuses them, rounds them and says so, or keeps them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, PlannedStatement, StatementFailed
from ci_runner.dialects.postgres import DIALECT


@dataclass(frozen=True)
class Change:
    """A type, another one, and values of the first: those that survive, and one that does not."""

    old: str
    new: str
    kept: str
    harmed: str
    rounds: bool = False


CHANGES = (
    Change("text", "character varying(3)", "'abc'", "'abcd'"),
    Change("character varying(9)", "character(3)", "'abc'", "'abcd'"),
    Change("text[]", "character varying(3)[]", "'{abc,NULL}'", "'{ab,abcd}'"),
    Change("text", "short", "'abc'", "'abcd'"),
    Change("bit varying(8)", "bit(3)", "'101'", "'10'"),
    Change("bit(8)", "bit varying(8)", "'10101010'", ""),
    Change("bigint", "integer", "7", "2147483648"),
    Change("text", "integer", "'7'", "'x'"),
    Change("text", "mood", "'ok'", "'sad'"),
    Change("numeric(9,2)", "numeric(9,1)", "1.50", "1.25", rounds=True),
    Change("numeric", "integer", "2", "1.5", rounds=True),
    Change("double precision", "real", "0.5", "0.1", rounds=True),
    Change("timestamp", "date", "'2020-01-01'", "'2020-01-01 10:00'", rounds=True),
    Change("timestamp(6)", "timestamp(0)", "'2020-01-01'", "'2020-01-01 10:00:00.5'", rounds=True),
    Change("inet", "cidr", "'10.0.0.0/8'", "'10.1.0.0/8'", rounds=True),
)
TYPES = "CREATE DOMAIN short AS varchar(3); CREATE TYPE mood AS ENUM ('ok');"


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: f"{each.old} to {each.new}")
def test_no_value_is_cut_or_rounded_without_a_word(
    change: Change, postgres_server: PostgresServer
) -> None:
    """The query of the hazard finds the row; without it, the plan leads there and back."""
    old, new = (f'{TYPES} CREATE TABLE t ("A" {each});' for each in (change.old, change.new))
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(old)
        right.execute(new)
        (retype,) = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))
        left.execute(f"INSERT INTO t VALUES ({change.kept}), (NULL)")
        before = left.query('SELECT "A"::text FROM t')

        assert [] == [query for query in queries(retype) if finds(left, query)]
        assert change.rounds == retype.destructive == (retype.undo is None)
        if change.harmed:
            left.execute(f"INSERT INTO t VALUES ({change.harmed})")
            assert any(finds(left, query) for query in queries(retype))
        if change.harmed and not change.rounds:
            with pytest.raises(StatementFailed):
                left.execute(retype.sql)
            left.execute(f'DELETE FROM t WHERE "A"::text = ({change.harmed})::text')
        left.execute(retype.sql)
        if retype.undo is not None:
            left.execute(retype.undo)
            assert before == left.query('SELECT "A"::text FROM t')


def queries(statement: PlannedStatement) -> list[str]:
    return [each.split(": ", 1)[1] for each in statement.hazards if ": SELECT" in each]


def finds(connection: Connection, query: str) -> bool:
    """Whether a query fails or counts rows; one that only tries a cast counts all of them."""
    try:
        ((count,),) = connection.query(query)
    except StatementFailed:
        return True
    return "WHERE" in query and count != 0


def test_a_domain_of_shorter_strings_refuses_longer_ones(postgres_server: PostgresServer) -> None:
    table = "CREATE TABLE t (a d, b d[])"
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(f"CREATE DOMAIN d AS varchar(9); {table}")
        right.execute(f"CREATE DOMAIN d AS varchar(3); {table}")
        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))
        moves = [each.sql for each in plan if " TYPE " in each.sql and "TABLE" in each.sql]
        left.execute("INSERT INTO t VALUES ('abcd', '{abcd}')")

        assert 2 == len(moves)
        for each in plan[: -1 - len(moves)]:
            left.execute(each.sql)
        for move in moves:
            with pytest.raises(StatementFailed, match="too long"):
                left.execute(move)
