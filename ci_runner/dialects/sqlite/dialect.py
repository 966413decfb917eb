"""SQLite's answers to the Dialect protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ci_runner.dialects.base import (
    EVERYTHING,
    USUAL,
    Connection,
    Held,
    PlannedStatement,
    PlanOptions,
    Ran,
    Sighting,
    as_written,
    version_of,
)
from ci_runner.dialects.obstacles import Obstacle
from ci_runner.dialects.sqlite import broken, ddl, inspect, renew, tokens
from ci_runner.dialects.sqlite.catalogue import Catalogue
from ci_runner.dialects.sqlite.language import SqliteLanguage
from ci_runner.dialects.sqlite.obstacles import obstacles
from ci_runner.dialects.sqlite.rename import rename
from ci_runner.dialects.sqlite.sizes import sizes
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.sizes import TableSize


@frozen
class SqliteDialect(SqliteLanguage):
    title: str = "SQLite"
    transactional_ddl: bool = True
    locks_relations: bool = False
    rebuilds: bool = True
    talkative: str = ""

    def quote(self, name: str) -> str:
        return tokens.quote(name)

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
        """SQLite has no online forms, no grants and no owners."""
        return ddl.plan(old, new, options.version)

    def create(
        self, schema: Schema, _options: PlanOptions = EVERYTHING
    ) -> tuple[PlannedStatement, ...]:
        return ddl.create(schema)

    def rename(self, old: Identity, new: Identity) -> tuple[PlannedStatement, ...]:
        return rename(old, new)

    def before_renames(self, schema: Schema) -> tuple[PlannedStatement, ...]:
        return broken.dropped(Catalogue(schema))

    def run(self, connection: Connection, sql: str) -> Ran:
        return as_written(connection, sql)

    def relations(self, _connection: Connection) -> tuple[Held, ...]:
        """SQLite locks the file."""
        return ()

    def held(self, _connection: Connection) -> tuple[Held, ...]:
        return ()

    def scanned(self, _notices: tuple[str, ...]) -> frozenset[str]:
        return frozenset()

    def sizes(self, connection: Connection) -> Mapping[Identity, TableSize]:
        return sizes(connection)

    def version(self, connection: Connection) -> tuple[int, ...]:
        return version_of(connection, "SELECT sqlite_version()")

    def obstacles(self, sql: str, _before: Schema) -> tuple[Obstacle, ...]:
        return obstacles(sql)


DIALECT = SqliteDialect()
