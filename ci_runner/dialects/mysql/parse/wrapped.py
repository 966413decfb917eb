"""Columns that a condition of MySQL puts inside of a call or calculation, read from its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.parse.clauses import target
from ci_runner.dialects.mysql.parse.conditions import ENDS
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb, written
from ci_runner.dialects.operations import Target
from ci_runner.dialects.token_lists import closing
from ci_runner.dialects.wrapped import Wrapped

_VERBS = frozenset({"SELECT", "WITH", "UPDATE", "DELETE", "INSERT", "REPLACE", "CREATE"})
_SOURCES = frozenset({"FROM", "JOIN", "UPDATE", "STRAIGHT_JOIN"})
_NO_ALIAS = frozenset(
    "WHERE ON SET JOIN LEFT RIGHT INNER CROSS NATURAL USING ORDER GROUP LIMIT UNION AS FOR USE"
    " FORCE IGNORE HAVING WINDOW STRAIGHT_JOIN SELECT".split()
)
# Words before a parenthesis that call nothing.
_NO_CALL = frozenset(
    "AND OR NOT IN EXISTS ANY ALL SOME VALUES XOR LIKE BETWEEN WHERE ON THEN ELSE WHEN INTERVAL"
    " REGEXP RLIKE DIV MOD IS SELECT".split()
)
_SIGNS = frozenset({"+", "-", "*", "/", "%"})
_HEAD = 20_000
_CONDITION = re.compile(r"\b(?:WHERE|ON)\b", re.IGNORECASE)
_Scope = dict[str, Target | None]


def wrapped(sql: str) -> Iterator[Wrapped]:
    """Every such column of one statement, subqueries included; rows written out are left alone."""
    head = sql[:_HEAD]
    if verb(head) in _VERBS and _CONDITION.search(head):
        yield from _query(tokenize(head), ())


def _query(tokens: Sequence[Token], outer: tuple[_Scope, ...]) -> Iterator[Wrapped]:
    """One query, or what stands between the parentheses of one."""
    scopes = (_sources(tokens), *outer)
    inside = False
    at = 0
    while at < len(tokens):
        word = tokens[at].word
        inside = word in {"WHERE", "ON"} or (inside and word not in ENDS)
        if word == "(" and at + 1 < len(tokens) and tokens[at + 1].word in {"SELECT", "WITH"}:
            end = closing(tokens, at)
            yield from _query(tokens[at + 1 : end], scopes)
            at = end
        elif inside:
            yield from _calculated(tokens, at, scopes)
        at += 1


def _sources(tokens: Sequence[Token]) -> _Scope:
    """What the query reads by name: None for what has columns that the text does not show."""
    found: _Scope = {}
    depth = at = 0
    listing = False
    while at < len(tokens):
        word = tokens[at].word
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and (word in _SOURCES or (listing and word == ",")):
            listing = True
            at = _source(tokens, at + 1, found)
            continue
        if depth == 0 and word in {*_NO_ALIAS, *ENDS}:
            listing = False
        if word == "WITH" and at + 1 < len(tokens):
            found[tokens[at + 1].name.lower()] = None
        elif word == "AS" and at and not listing:
            found[tokens[at - 1].name.lower()] = None
        at += 1
    return found


def _source(tokens: Sequence[Token], at: int, found: _Scope) -> int:
    """One table, or query in its place, with its alias; the position behind it."""
    table: Target | None = None
    if at < len(tokens) and tokens[at].word == "(":
        at = closing(tokens, at) + 1
    elif at < len(tokens):
        table, at = target(tokens, at)
    at += at < len(tokens) and tokens[at].word == "AS"
    named = at < len(tokens) and tokens[at].name and tokens[at].word not in _NO_ALIAS
    name = tokens[at].name if named else (table.name if table else "")
    found.setdefault(name.lower(), table)
    return at + bool(named)


def _calculated(tokens: Sequence[Token], at: int, scopes: tuple[_Scope, ...]) -> Iterator[Wrapped]:
    """Columns in the arguments of the call that begins here, or beside a sign."""
    token, behind = tokens[at], tokens[at + 1].word if at + 1 < len(tokens) else ""
    if token.kind == "word" and behind == "(" and token.word not in _NO_CALL:
        end = closing(tokens, at + 1)
        for place in range(at + 2, end):
            yield from _column(tokens, place, tokens[at : end + 1], scopes)
    elif token.word in _SIGNS and 0 < at < len(tokens) - 1:
        before = at - 1 - (tokens[at - 1].word == ")")
        yield from _column(tokens, before, tokens[before : at + 2], scopes)
        after = at + 3 if tokens[at + 2 : at + 3] and tokens[at + 2].word == "." else at + 1
        if after < len(tokens):
            yield from _column(tokens, after, tokens[at - 1 : after + 1], scopes)


def _column(
    tokens: Sequence[Token], at: int, around: Sequence[Token], scopes: tuple[_Scope, ...]
) -> Iterator[Wrapped]:
    token = tokens[at]
    follows = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if not token.name or token.text[0] == "@" or follows in {"(", "."}:
        return
    sources: tuple[tuple[Target, ...], ...]
    if at > 1 and tokens[at - 1].word == ".":
        owner = tokens[at - 2].name.lower()
        scope = next((each for each in scopes if owner in each), {})
        table = scope.get(owner)
        sources = ((table,),) if table else ()
    else:
        sources = _nearest(scopes)
    if sources:
        yield Wrapped(token.name, written(around), sources)


def _nearest(scopes: tuple[_Scope, ...]) -> tuple[tuple[Target, ...], ...]:
    """The tables of each scope, up to one that reads what the text does not show."""
    found: list[tuple[Target, ...]] = []
    for scope in scopes:
        tables = [table for table in scope.values() if table is not None]
        # A name of WITH is a table of no catalogue.
        found.append(tuple(each for each in tables if _is_real(each, scopes)))
        if len(tables) < len(scope):
            break
    return tuple(each for each in found if each)


def _is_real(table: Target, scopes: tuple[_Scope, ...]) -> bool:
    key = table.name.lower()
    return all(scope.get(key, table) is not None for scope in scopes)
