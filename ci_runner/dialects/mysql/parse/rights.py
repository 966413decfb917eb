"""Whose rights a statement changes, read from its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb

_VERBS = frozenset({"CREATE", "ALTER", "DROP", "RENAME"})
_SURE = frozenset({"GRANT", "REVOKE", "SET"})
_ACCOUNTS = frozenset({"USER", "ROLE"})
# dev.mysql.com, Privileges Provided by MySQL: those by which one gets all others.
_STRONG = ("ALL", "SUPER", "FILE", "PROXY", "SHUTDOWN", "RELOAD", "SYSTEM_USER", "CONNECTION_ADMIN")


def alarm(sql: str) -> str:
    """What gives too much away in any team; "" for all else."""
    first, tokens, words = _read(sql)
    if first == "SET" and set(words[1:2]) & {"GLOBAL", "PERSIST", "PERSIST_ONLY"}:
        return "changes the settings of the whole server"
    if "IDENTIFIED" in words and _has_password(tokens, words):
        return "writes a password into the migration"
    return _given_away(words) if first == "GRANT" else ""


def _given_away(words: Sequence[str]) -> str:
    said = " ".join(words)
    if "WITH GRANT OPTION" in said:
        return "lets the account give its rights to others"
    if "TO PUBLIC" in said:
        return "grants to PUBLIC: to every account, those to come included"
    strong = (
        [each for each in _STRONG if each in words[: words.index("ON")]] if "ON" in words else []
    )
    everywhere = "ON * . *" in said
    return f"gives {', '.join(strong)} on the whole server" if strong and everywhere else ""


def change(sql: str) -> str:
    """What somebody who looks after rights wants to know; "" for all else."""
    first, _, words = _read(sql)
    match first:
        case "GRANT" | "REVOKE":
            return f"{'gives' if first == 'GRANT' else 'takes away'} rights"
        case "CREATE" | "ALTER" | "DROP" | "RENAME":
            head = words[1:5]
            kind = next((each for each in head if each in _ACCOUNTS), "")
            named = kind and not {"TABLE", "VIEW", "INDEX"} & set(head)
            return "changes an account, which other databases of the server share" if named else ""
        case "SET":
            return "goes on as another role" if words[1:2] == ["ROLE"] else ""
        case _:
            return ""


def _read(sql: str) -> tuple[str, tuple[Token, ...], list[str]]:
    first = verb(sql)
    may = first in _SURE or (first in _VERBS and any(each in sql.upper() for each in _ACCOUNTS))
    tokens = tokenize(sql) if may else ()
    return first, tokens, [token.word for token in tokens]


def _has_password(tokens: Sequence[Token], words: Sequence[str]) -> bool:
    """A hash is one too; an authentication plugin alone is none."""
    behind = tokens[words.index("IDENTIFIED") + 1 :]
    return any(
        token.kind == "string" and token.value and before.word in {"BY", "AS", "PASSWORD", "("}
        for before, token in pairwise(behind)
    )
