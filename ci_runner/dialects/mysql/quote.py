"""Names and texts as MySQL reads them under every sql_mode but NO_BACKSLASH_ESCAPES."""

from __future__ import annotations

import re
from contextlib import suppress

_PIECE = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`(?:[^`]|``)*`", re.DOTALL)

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# dev.mysql.com, String Literals: Special Character Escape Sequences.
_CONTROL = {"0": "\0", "n": "\n", "r": "\r", "Z": "\x1a"}


def quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def names(several: tuple[str, ...]) -> str:
    return ", ".join(quote(each) for each in several)


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


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


def relations(sql: str) -> frozenset[str]:
    """Every name that is quoted in `sql`, which the server wrote."""
    return frozenset(
        found[0][1:-1].replace("``", "`") for found in _PIECE.finditer(sql) if found[0][0] == "`"
    )
