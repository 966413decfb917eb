"""Find in a statement what MySQL's error message names: it gives no offset."""

from __future__ import annotations

import re

_SYNTAX = re.compile(r"near '(?P<near>.*)' at line (?P<line>\d+)\Z", re.DOTALL)
# Unknown column, duplicate column, duplicate key, no such key column, nothing to drop, no table, no
# such collation; MySQL's own: no parent, checks and constraints that are not there, or are.
_NAMING = frozenset(
    {1050, 1051, 1054, 1060, 1061, 1072, 1091, 1146, 1176, 1273, 1305, 1824, 3821, 3822, 3940}
)
# Not the apostrophe of "Can't DROP".
_QUOTED = re.compile(r"(?<!\w)(?:`([^`]+)`|'([^']+)')")
_SYNTAX_ERROR = 1064


def offset(code: int, message: str, sql: str) -> int | None:
    """Characters from the start of `sql` to what is blamed; None where that is not certain."""
    if code == _SYNTAX_ERROR:
        return _near(message, sql)
    quoted = _QUOTED.search(message)
    if code not in _NAMING or quoted is None:
        return None
    name = re.escape((quoted[1] or quoted[2]).rpartition(".")[2])
    places = [found.start() for found in re.finditer(rf"(?<!\w){name}(?!\w)", sql, re.IGNORECASE)]
    return places[0] if len(places) == 1 else None


def _near(message: str, sql: str) -> int | None:
    """The server quotes up to 80 characters of the rest, and counts lines of the statement."""
    said = _SYNTAX.search(message)
    if said is None:
        return None
    starts = [0, *(found.end() for found in re.finditer("\n", sql))]
    line = min(int(said["line"]), len(starts))
    near = said["near"]
    if not near:
        return len(sql.rstrip())
    found = sql.find(near, starts[line - 1])
    if found < 0:
        found = sql.find(near)
    return found if found >= 0 else starts[line - 1]
