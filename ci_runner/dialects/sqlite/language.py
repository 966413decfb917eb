"""What SQLite understands."""

from __future__ import annotations

from ci_runner.dialects.base import Syntax
from ci_runner.dialects.operations import Operation
from ci_runner.dialects.sqlite.parse import parse
from ci_runner.frozen import frozen


@frozen
class SqliteLanguage:
    """See ci_runner.dialects.base.Language."""

    name: str = "sqlite"
    syntax: Syntax = Syntax(identifier_quotes=('"', "`", "["), trigger_bodies=True)
    default_schema: str = ""

    def parse(self, sql: str) -> tuple[Operation, ...]:
        return parse(sql)


LANGUAGE = SqliteLanguage()
