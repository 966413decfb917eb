"""Show a statement in public without the data in it: people's names stand in INSERTs.

Definitions are what a reviewer needs and are shown as written. Every other statement keeps its
shape and loses its literals and comments.
"""

from __future__ import annotations

import re

from ci_runner.migrations.literals import GONE, texts, without_literals

__all__ = ["GONE", "error_without_data", "without_data"]
_DEFINES = frozenset(
    """ALTER ANALYZE BEGIN CLUSTER COMMENT COMMIT CREATE DROP END GRANT LOCK PRAGMA REFRESH REINDEX
    RELEASE RENAME RESET REVOKE ROLLBACK SAVEPOINT SET START TRUNCATE VACUUM""".split()
)
_LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_FIRST = re.compile(r"[A-Za-z]+")
_ROW = re.compile(r"=\(.*\)(?=[^()]*$)|(?<=row contains )\(.*\)", re.DOTALL | re.MULTILINE)


def without_data(sql: str) -> str:
    """`sql` as a comment may show it: unchanged if it defines something, else without literals."""
    return sql if _is_definition(sql) else without_literals(sql)


def error_without_data(error: str, sql: str) -> str:
    """The server's words on `sql` without row values and without the literals of `sql`."""
    shown = _ROW.sub(lambda found: "=(…)" if found[0][0] == "=" else "(…)", error)
    if _is_definition(sql):
        return shown
    for literal in sorted(texts(sql), key=lambda each: (-len(each), each)):
        if literal:
            shown = shown.replace(literal.replace("''", "'"), "…")
    return shown


def _is_definition(sql: str) -> bool:
    start = _LEADING.match(sql)
    word = _FIRST.match(sql, start.end() if start else 0)
    return word is not None and word[0].upper() in _DEFINES
