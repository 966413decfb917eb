"""What SHOW CREATE prints, and the body of a stored program in it.

The catalogue's own copy of a body has its strings read and printed again, on MariaDB without the
escapes of backslashes and the names of character sets, on MySQL without any escape: it may mean
another thing, or nothing. Where a body holds a string, only SHOW CREATE tells what was written.
"""

from __future__ import annotations

import re

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.quote import quote
from ci_runner.dialects.mysql.rows import text
from ci_runner.dialects.mysql.tokens import tokenize
from ci_runner.dialects.token_lists import closing

_COLUMN = {"TABLE": 1, "VIEW": 1, "TRIGGER": 2, "FUNCTION": 2, "PROCEDURE": 2, "EVENT": 3}
# The server prints a line for each characteristic that is not the usual one.
_BEFORE_BODY = re.compile(
    r"""(?:[ ]RETURNS[ ][^\n]*)?\n
    (?:[ ]{4}(?:NO[ ]SQL|READS[ ]SQL[ ]DATA|MODIFIES[ ]SQL[ ]DATA|CONTAINS[ ]SQL|DETERMINISTIC
      |SQL[ ]SECURITY[ ]INVOKER|COMMENT[ ]'(?:[^'\\]|\\.|'')*')\n)*""",
    re.VERBOSE | re.DOTALL,
)


def created(connection: Connection, kind: str, name: str) -> str:
    """One query for one object; "" where the account may not see it. `kind` in upper case."""
    (row,) = connection.query(f"SHOW CREATE {kind} {quote(name)}")
    return text(row[_COLUMN[kind]])


def body(connection: Connection, kind: str, name: str, told: str) -> str:
    """The body as it was written, where `told`, the catalogue's, leaves a doubt; "" if unknown."""
    if not {"'", '"'} & set(told):
        return told
    return body_of(kind, created(connection, kind, name))


def body_of(kind: str, statement: str) -> str:
    """What follows the head of a statement that the server printed; "" where that is no such."""
    tokens = tokenize(statement)
    words = [token.word for token in tokens]
    try:
        if kind == "EVENT":
            return statement[tokens[words.index("DO")].end :].strip()
        if kind == "TRIGGER":
            at = words.index("ROW", words.index("EACH"))
            if words[at + 1] in {"FOLLOWS", "PRECEDES"}:
                at += 2
            return statement[tokens[at].end :].strip()
        end = tokens[closing(tokens, words.index("("))].end
    except (ValueError, IndexError):
        return ""
    head = _BEFORE_BODY.match(statement, end)
    return statement[head.end() :].strip() if head else ""
