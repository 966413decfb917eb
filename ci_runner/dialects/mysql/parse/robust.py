"""Which words keep a statement from being run twice, of those that MySQL and MariaDB both have."""

from __future__ import annotations

from ci_runner.dialects.mysql.parse.tokens import tokenize, verb

_MADE = frozenset({"TABLE", "DATABASE", "SCHEMA", "EVENT"})
_DROPPED = frozenset("TABLE TABLES DATABASE SCHEMA VIEW PROCEDURE FUNCTION TRIGGER EVENT".split())
_HEAD = 8
_LONG = 1_000


def lacking(sql: str) -> str:
    """`IF NOT EXISTS` and the like where the statement has a place for it; "" otherwise."""
    wanted, head = _wanted(sql)
    return "" if {"EXISTS", "REPLACE"} & set(head) else wanted


def may_be_repeated(sql: str) -> bool:
    """Whether it says so by such words."""
    wanted, head = _wanted(sql)
    return bool(wanted and {"EXISTS", "REPLACE"} & set(head))


def _wanted(sql: str) -> tuple[str, list[str]]:
    """The words that it has a place for, and the words at its head."""
    first = verb(sql)
    if first not in {"CREATE", "DROP"}:
        return "", []
    head = [token.word for token in tokenize(sql[:_LONG])][1 : _HEAD + 1]
    if "TEMPORARY" in head:
        return "", head
    if first == "DROP":
        return "IF EXISTS" if _DROPPED & set(head[:2]) else "", head
    if "VIEW" in head and not {"PROCEDURE", "FUNCTION", "TRIGGER"} & set(head):
        return "OR REPLACE", head
    return "IF NOT EXISTS" if _MADE & set(head) else "", head
