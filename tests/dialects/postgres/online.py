"""Online plans that were seen to obey the laws, in groups of one transaction each."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlannedStatement, PlanOptions
from ci_runner.migrations.plan import parts
from tests.dialects.postgres.laws import obeys

ONLINE = PlanOptions(online=True, leave=frozenset())
T = "CREATE TABLE t (a integer, b integer);"
NOT_NULL = "CREATE TABLE t (a integer NOT NULL, b integer);"


def planned(server: PostgresServer, old: str, new: str) -> list[list[PlannedStatement]]:
    """The plan in groups of one transaction each, after it has been seen to obey the laws."""
    with server.database() as left, server.database() as right:
        for connection, script in ((left, old), (right, new)):
            connection.execute(script)
        plan = obeys(server, left, right, ONLINE, in_files=True)
    return [list(part.statements) for part in parts(plan)]


def sql(groups: list[list[PlannedStatement]]) -> list[list[str]]:
    return [[each.sql for each in group] for group in groups]
