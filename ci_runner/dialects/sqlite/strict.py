"""What the columns of a strict table hold: sqlite.org/stricttables.html."""

from __future__ import annotations

from ci_runner.dialects.sqlite.tokens import tokenize

ANY = "ANY"
# By type: the kinds of literals, and what typeof() may say of values; both besides NULL.
_HELD = {
    "INT": ("number", ("integer",)),
    "INTEGER": ("number", ("integer",)),
    "REAL": ("number", ("real", "integer")),
    "TEXT": ("string", ("text",)),
    "BLOB": ("blob", ("blob",)),
}


def takes(type_: str, default: str) -> bool:
    """Whether a default, one that is a literal, is of the column's type as it stands."""
    return type_ == ANY or tokenize(default)[-1].kind == _HELD[type_][0]


def others(type_: str, column: str) -> str:
    """A condition for values that have to be turned into the type; `column` is quoted."""
    held = ", ".join(f"'{each}'" for each in (*_HELD[type_][1], "null"))
    return f"typeof({column}) NOT IN ({held})"
