"""End a statement in a file: by a semicolon, or by a mark of its own where it holds semicolons."""

from __future__ import annotations

import re

from ci_runner.dialects.base import Syntax
from ci_runner.migrations.statements import split

# As our plans write them: the body follows the head.
_PROGRAM = re.compile(
    r"CREATE (?:DEFINER = `(?:[^`]|``)*`@`(?:[^`]|``)*` )?(?:AGGREGATE )?"
    r"(?:PROCEDURE|FUNCTION|TRIGGER|EVENT) `"
)
_MODE = re.compile(
    r"(?P<before>SET sql_mode = '[^']*';\n)(?P<create>.*);\n(?P<behind>SET sql_mode = DEFAULT)",
    re.DOTALL,
)
_MYSQL = Syntax(identifier_quotes=("`",), mysql=True)


def terminated(sql: str) -> str:
    """`sql` as the lines of a file. A body of MySQL's that is an IF or a LOOP, without BEGIN around
    it, gets DELIMITER lines: the mysql client would send its first half.
    """
    moded = _MODE.fullmatch(sql)
    if moded and _is_loose(moded["create"]):
        return f"{moded['before']}{_delimited(moded['create'])}{moded['behind']};\n"
    return _delimited(sql) if _is_loose(sql) else f"{sql};\n"


def _is_loose(sql: str) -> bool:
    return _PROGRAM.match(sql) is not None and ";" in sql and len(split(f"{sql};", "", _MYSQL)) > 1


def _delimited(sql: str) -> str:
    mark = "//"
    while mark in f"{sql}/":
        mark = f"{mark}$"
    return f"DELIMITER {mark}\n{sql}{mark}\nDELIMITER ;\n"
