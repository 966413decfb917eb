"""Put DELIMITER lines around a stored program of MySQL that holds semicolons outside of BEGIN."""

from __future__ import annotations

import re

from ci_runner.dialects.base import Syntax
from ci_runner.migrations.statements import split

_REMARKS = re.compile(r"(?:--[^\n]*\n)*")
# As our plans write them: the body follows the head.
_PROGRAM = re.compile(
    r"CREATE (?:DEFINER = `(?:[^`]|``)*`@`(?:[^`]|``)*` )?(?:AGGREGATE )?"
    r"(?:PROCEDURE|FUNCTION|TRIGGER|EVENT) `"
)
_MODE = re.compile(
    r"(?P<before>SET sql_mode = '[^']*';\n)(?P<create>.*;\n)(?P<behind>SET sql_mode = DEFAULT;\n)",
    re.DOTALL,
)
_MYSQL = Syntax(identifier_quotes=("`",), mysql=True)


def delimited(block: str) -> str:
    """`block` is a statement of a plan with `;` and a line end, below comments; or the three that
    make a program under an sql_mode of its own.

    A body that is an IF or a LOOP is what the mysql client would send the first half of.
    """
    start = _REMARKS.match(block)
    at = start.end() if start else 0
    moded = _MODE.fullmatch(block, at)
    if moded:
        return f"{block[:at]}{moded['before']}{_marked(moded['create'])}{moded['behind']}"
    return block[:at] + _marked(block[at:])


def _marked(statement: str) -> str:
    if _PROGRAM.match(statement) is None or len(split(statement, "", _MYSQL)) == 1:
        return statement
    sql = statement.removesuffix(";\n")
    mark = "//"
    while mark in f"{sql}/":
        mark = f"{mark}$"
    return f"DELIMITER {mark}\n{sql}{mark}\nDELIMITER ;\n"
