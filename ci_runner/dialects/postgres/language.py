"""What PostgreSQL understands."""

from __future__ import annotations

from ci_runner.dialects.base import Syntax
from ci_runner.dialects.operations import Operation
from ci_runner.dialects.postgres.parse.statement import parse
from ci_runner.frozen import frozen


@frozen
class PostgresLanguage:
    """See ci_runner.dialects.base.Language."""

    name: str = "postgres"
    syntax: Syntax = Syntax(
        dollar_quotes=True, escape_strings=True, nested_comments=True, atomic_bodies=True
    )
    default_schema: str = "public"

    def parse(self, sql: str) -> tuple[Operation, ...]:
        return parse(sql)


LANGUAGE = PostgresLanguage()
