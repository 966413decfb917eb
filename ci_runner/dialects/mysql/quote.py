"""Names and texts as MySQL reads them under every sql_mode but NO_BACKSLASH_ESCAPES."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

_PIECE = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`(?:[^`]|``)*`", re.DOTALL)

_STRING = r"'(?:[^'\\]|\\.|'')*'"
_NAME = r"(?P<name>`(?:[^`]|``)*`)"
_READ = re.compile(rf"{_STRING}|\b(?:from|join)[( ]+{_NAME}(?!\.)", re.DOTALL | re.IGNORECASE)
_CALLED = re.compile(rf"{_STRING}|{_NAME}\(", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# dev.mysql.com, String Literals: Special Character Escape Sequences.
_CONTROL = {"0": "\0", "n": "\n", "r": "\r", "Z": "\x1a"}


def quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def unquote(name: str) -> str:
    return name[1:-1].replace("``", "`")


def names(several: tuple[str, ...]) -> str:
    return ", ".join(quote(each) for each in several)


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def unescaped_literal(literal: str) -> str:
    """The text that a string in single quotes stands for."""
    return _ESCAPE.sub(_meant, literal[1:-1])


def _meant(found: re.Match[str]) -> str:
    return "'" if found[0] == "''" else _CONTROL.get(found[1], found[1])


def unescaped(expression: str) -> str:
    r"""An expression of MySQL's catalogue, which escapes it once more: `_utf8mb4\'a\'`.

    It also takes each byte of UTF-8 for a character, as 9.7 does; what is none is left as it is.
    """
    plain = _ESCAPED.sub(lambda found: _CONTROL.get(found[1], found[1]), expression)
    with suppress(UnicodeError):
        return plain.encode("latin-1").decode()
    return plain


def unqualified(sql: str, database: str) -> str:
    """Without the name of the database before what lives in it; strings are left alone."""
    own = quote(database)
    kept: list[str] = []
    position = 0
    for found in _PIECE.finditer(sql):
        if found.start() < position:
            continue
        kept.append(sql[position : found.start()])
        position = found.end()
        if found[0] == own and sql.startswith(".", position) and not _behind_dot(sql, found):
            position += 1
        else:
            kept.append(found[0])
    return "".join([*kept, sql[position:]])


def _behind_dot(sql: str, found: re.Match[str]) -> bool:
    return found.start() > 0 and sql[found.start() - 1] == "."


def relations(query: str) -> frozenset[str]:
    """The tables and views that a query reads, which the server wrote, and names of CTEs."""
    return frozenset(unquote(found["name"]) for found in _READ.finditer(query) if found["name"])


def mentions(expression: str, columns: Iterable[str]) -> bool:
    """Whether it names one of the columns, which are in small letters."""
    folded = expression.lower()
    return any(quote(each) in folded for each in columns)


def functions(query: str) -> frozenset[str]:
    """The stored functions that a query calls, which the server wrote, and maybe a CTE."""
    return frozenset(unquote(found["name"]) for found in _CALLED.finditer(query) if found["name"])
