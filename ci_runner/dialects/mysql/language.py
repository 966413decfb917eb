"""What MySQL and MariaDB understand."""

from __future__ import annotations

from ci_runner.dialects.base import Syntax
from ci_runner.dialects.mysql.parse.statement import parse
from ci_runner.dialects.operations import Operation
from ci_runner.frozen import frozen


@frozen
class MysqlLanguage:
    """See ci_runner.dialects.base.Language."""

    name: str = "mysql"
    syntax: Syntax = Syntax(identifier_quotes=("`",), mysql=True)
    default_schema: str = ""

    def parse(self, sql: str) -> tuple[Operation, ...]:
        return parse(sql)


LANGUAGE = MysqlLanguage()
