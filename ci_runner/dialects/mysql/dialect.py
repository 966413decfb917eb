"""MySQL's and MariaDB's answers to the Dialect protocol."""

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
    version_of,
)
from ci_runner.dialects.mysql import quote
from ci_runner.dialects.mysql.language import MysqlLanguage
from ci_runner.dialects.mysql.plan import plan as ddl
from ci_runner.dialects.mysql.plan.obstacles import obstacles
from ci_runner.dialects.mysql.plan.rename import rename
from ci_runner.dialects.mysql.read import inspect
from ci_runner.dialects.mysql.read.sizes import sizes
from ci_runner.dialects.mysql.watch import online, renew
from ci_runner.dialects.mysql.watch.metadata_locks import metadata_locks
from ci_runner.dialects.obstacles import Obstacle
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.sizes import TableSize


@frozen
class MysqlDialect(MysqlLanguage):
    title: str = "MySQL"
    transactional_ddl: bool = False
    locks_relations: bool = False
    rebuilds: bool = False
    talkative: str = ""

    def quote(self, name: str) -> str:
        return quote.quote(name)

    def inspect(self, connection: Connection) -> Schema:
        return inspect.inspect(connection)

    def sight(self, connection: Connection, since: Sighting | None = None) -> Sighting:
        return renew.sight(connection, since)

    def committed(self, connection: Connection, since: Sighting) -> Sighting:
        return self.sight(connection, since)

    def together(
        self, _connection: Connection, _statements: Iterable[str], _since: Sighting
    ) -> None:
        return None

    def plan(
        self, old: Schema, new: Schema, options: PlanOptions = USUAL
    ) -> tuple[PlannedStatement, ...]:
        return ddl.plan(old, new, options)

    def create(
        self, schema: Schema, options: PlanOptions = EVERYTHING
    ) -> tuple[PlannedStatement, ...]:
        return ddl.plan(Schema("mysql"), schema, options)

    def rename(self, old: Identity, new: Identity) -> tuple[PlannedStatement, ...]:
        return rename(old, new)

    def before_renames(self, _schema: Schema) -> tuple[PlannedStatement, ...]:
        return ()

    def run(self, connection: Connection, sql: str) -> Ran:
        with metadata_locks(connection, sql) as locks:
            ran = online.run(connection, sql)
        return replace(ran, metadata_locks=locks())

    def relations(self, _connection: Connection) -> tuple[Held, ...]:
        """Metadata locks are told by no table that every server has."""
        return ()

    def held(self, _connection: Connection) -> tuple[Held, ...]:
        return ()

    def scanned(self, _notices: tuple[str, ...]) -> frozenset[str]:
        return frozenset()

    def sizes(self, connection: Connection) -> Mapping[Identity, TableSize]:
        return sizes(connection)

    def version(self, connection: Connection) -> tuple[int, ...]:
        return version_of(connection, "SELECT VERSION()")

    def obstacles(self, sql: str, before: Schema) -> tuple[Obstacle, ...]:
        return obstacles(sql, before)


DIALECT = MysqlDialect()
