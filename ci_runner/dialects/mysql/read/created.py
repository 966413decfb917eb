"""What SHOW CREATE prints of many objects, and the body of a stored program in it.

The catalogue's own copy of a body has its strings read and printed again, on MariaDB without the
escapes of backslashes and the names of character sets, on MySQL without any escape: it may mean
another thing, or nothing. Where a body holds a string, only SHOW CREATE tells what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.mysql.parse.tokens import tokenize
from ci_runner.dialects.mysql.quote import quote
from ci_runner.dialects.mysql.read.rows import text
from ci_runner.dialects.token_lists import closing

_INVALID = "1356"  # ER_VIEW_INVALID
# What is beyond U+FFFF is a question mark there.
_DOUBTFUL = frozenset("'\"`?")
_COLUMN = {"TABLE": 1, "VIEW": 1, "TRIGGER": 2, "FUNCTION": 2, "PROCEDURE": 2, "EVENT": 3}
# The server prints a line for each characteristic that is not the usual one.
_BEFORE_BODY = re.compile(
    r"""(?:[ ]RETURNS[ ][^\n]*)?\n
    (?:[ ]{4}(?:NO[ ]SQL|READS[ ]SQL[ ]DATA|MODIFIES[ ]SQL[ ]DATA|CONTAINS[ ]SQL|DETERMINISTIC
      |SQL[ ]SECURITY[ ]INVOKER|COMMENT[ ]'(?:[^'\\]|\\.|'')*')\n)*""",
    re.VERBOSE | re.DOTALL,
)


def created(connection: Connection, kind: str, names: Iterable[str]) -> dict[str, str]:
    """What SHOW CREATE prints of each, in one exchange; `kind` in upper case.

    "" where the account may not see it, and for a view that calls a function which is gone. Bytes
    that are no UTF-8 come as lone surrogates.
    """
    listed = tuple(names)
    try:
        answers = connection.query_all([f"SHOW CREATE {kind} {quote(name)}" for name in listed])
    except StatementFailed as refused:
        if refused.failure.code != _INVALID:
            raise
        if len(listed) == 1:
            return dict.fromkeys(listed, "")
        return {name: created(connection, kind, (name,))[name] for name in listed}
    return {name: text(row[_COLUMN[kind]]) for name, (row,) in zip(listed, answers, strict=True)}


def bodies(connection: Connection, kind: str, told: Mapping[str, str]) -> dict[str, str]:
    """Bodies as they were written, by name; "" where one is unknown. `told` are the catalogue's."""
    doubted = [name for name, body in told.items() if _DOUBTFUL & set(body)]
    written = created(connection, kind, doubted)
    return {**told, **{name: body_of(kind, written[name]) for name in doubted}}


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
