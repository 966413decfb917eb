"""PostgreSQL's answers to the questions of the Dialect protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ci_runner.dialects.base import (
    EVERYTHING,
    USUAL,
    Connection,
    Held,
    PlannedStatement,
    PlanOptions,
    Ran,
    Sighting,
    Together,
    as_written,
    version_of,
)
from ci_runner.dialects.obstacles import Obstacle
from ci_runner.dialects.postgres.language import PostgresLanguage
from ci_runner.dialects.postgres.plan import access
from ci_runner.dialects.postgres.plan.plan import plan
from ci_runner.dialects.postgres.plan.rename import rename
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.inspect import inspect
from ci_runner.dialects.postgres.read.sizes import sizes
from ci_runner.dialects.postgres.watch import watch
from ci_runner.dialects.postgres.watch.obstacles import obstacles
from ci_runner.dialects.postgres.watch.sight import committed, sight
from ci_runner.dialects.postgres.watch.together import together
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.sizes import TableSize


class PostgresDialect(PostgresLanguage):
    """See ci_runner.dialects.base.Dialect."""

    title = "PostgreSQL"
    transactional_ddl = True
    locks_relations = True
    rebuilds = False
    talkative = watch.TALKATIVE

    def quote(self, name: str) -> str:
        return quote(name)

    def inspect(self, connection: Connection) -> Schema:
        return inspect(connection)

    def sight(self, connection: Connection, since: Sighting | None = None) -> Sighting:
        return sight(connection, since)

    def committed(self, connection: Connection, since: Sighting) -> Sighting:
        return committed(connection, since)

    def together(
        self, connection: Connection, statements: Iterable[str], since: Sighting
    ) -> Together | None:
        return together(connection, statements, since)

    def plan(
        self, old: Schema, new: Schema, options: PlanOptions = USUAL
    ) -> tuple[PlannedStatement, ...]:
        return plan(old, new, options)

    def create(
        self, schema: Schema, options: PlanOptions = EVERYTHING
    ) -> tuple[PlannedStatement, ...]:
        """A fresh database has the schema `public`: initdb's template."""
        return plan(access.fresh(schema), schema, options)

    def rename(self, old: Identity, new: Identity) -> tuple[PlannedStatement, ...]:
        return rename(old, new)

    def before_renames(self, _schema: Schema) -> tuple[PlannedStatement, ...]:
        return ()

    def run(self, connection: Connection, sql: str) -> Ran:
        """What wants no transaction is made to wait for a moment, so that its locks are seen."""
        from ci_runner.dialects.postgres.session import PostgresConnection
        from ci_runner.dialects.postgres.watch.witness import wants_none, witness

        if not isinstance(connection, PostgresConnection) or not wants_none(connection, sql):
            return as_written(connection, sql)
        with witness(connection) as locks:
            ran = as_written(connection, sql)
        return replace(ran, locks=locks())

    def relations(self, connection: Connection) -> tuple[Held, ...]:
        return watch.relations(connection)

    def held(self, connection: Connection) -> tuple[Held, ...]:
        return watch.held(connection)

    def scanned(self, notices: tuple[str, ...]) -> frozenset[str]:
        return watch.scanned(notices)

    def sizes(self, connection: Connection) -> Mapping[Identity, TableSize]:
        return sizes(connection)

    def version(self, connection: Connection) -> tuple[int, ...]:
        return version_of(connection, "SHOW server_version")

    def obstacles(self, sql: str, before: Schema) -> tuple[Obstacle, ...]:
        return obstacles(sql, before)


DIALECT = PostgresDialect()
