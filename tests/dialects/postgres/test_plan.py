"""The laws of planning, on every case folder, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import replay
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import DIALECT
from ci_runner.pipeline.sources import scripts
from ci_runner.schema.model import Schema

CASES = Path(__file__).parents[2] / "cases" / "postgres"
NAMES = sorted(each.name for each in CASES.iterdir())


def reached(connection: Connection, place: Path) -> Schema:
    replay(connection, scripts(DIALECT, str(place)))
    return DIALECT.inspect(connection)


@pytest.mark.parametrize("name", NAMES)
def test_plan_reaches_the_new_schema_and_is_empty_when_planned_again(
    name: str, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        old, new = reached(left, CASES / name / "old.sql"), reached(right, CASES / name / "new.sql")
        for statement in DIALECT.plan(old, new):
            left.execute(statement.sql)
        after = DIALECT.inspect(left)

        assert () == DIALECT.plan(after, new)
        assert {each.identity for each in new.objects} == {each.identity for each in after.objects}


@pytest.mark.parametrize("name", NAMES)
def test_created_schema_inspects_to_the_same_value(
    name: str, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        new = reached(left, CASES / name / "new.sql")
        for statement in DIALECT.create(new):
            right.execute(statement.sql)

        assert () == DIALECT.plan(DIALECT.inspect(right), new)


def test_nothing_is_planned_between_equal_schemas(postgres_server: PostgresServer) -> None:
    place = CASES / "nothing_differs"
    with postgres_server.database() as left, postgres_server.database() as right:
        old, new = reached(left, place / "old.sql"), reached(right, place / "new.sql")

        assert () == DIALECT.plan(old, new)


def test_undo_of_every_statement_leads_back(postgres_server: PostgresServer) -> None:
    place = CASES / "unique_check_and_foreign_key"
    with postgres_server.database() as left, postgres_server.database() as right:
        old, new = reached(left, place / "old.sql"), reached(right, place / "new.sql")
        plan = DIALECT.plan(old, new)
        for statement in plan:
            left.execute(statement.sql)
        for statement in reversed(plan):
            assert statement.undo is not None
            left.execute(statement.undo)

        assert () == DIALECT.plan(DIALECT.inspect(left), old)


def test_data_is_destroyed_last(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute("CREATE TABLE gone (a integer)")
        right.execute("CREATE TABLE made (a integer)")
        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))

    assert [False, True] == [statement.destructive for statement in plan]
