"""Write conditions so that the server reads back what it has printed.

The parser makes one AND of `(a AND b) AND c`, so that an AND which comes first in another one was
not written like that: it is what BETWEEN, NOT IN or a comparison of rows was turned into. The
server prints the result, and only the original gives it again: makeAndExpr in gram.y, and
transformAExprBetween, transformAExprIn and make_row_comparison_op in the parser. So it is with OR.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|(?P<paren>[()])""", re.DOTALL
)
_FIRST = re.compile(r"\(\(\(")
_JOINED = re.compile(r"\s+(AND|OR)\s+")
_COMPARES = re.compile(r" (>=|<=|<>|=|<|>) (?!ANY \(|ALL \()")
_SIMPLE = re.compile(r"[\w.]+|'(?:[^']|'')*'::[a-z]+")


class _Comparison(NamedTuple):
    left: str
    operator: str
    right: str


def is_read_back(sql: str) -> bool:
    """Whether the server prints it again once it has read it."""
    return read_back(sql) == sql


def read_back(sql: str) -> str:
    """`sql`, which the server has printed, as it was written; strings and bodies stay as they are.

    Of what it was not written as anything known, nothing is changed.
    """
    if _FIRST.search(sql) is None:
        return sql
    while (found := _rewritten(sql)) is not None:
        sql = found
    return sql


def _rewritten(sql: str) -> str | None:
    """With the first group rewritten that needs it; None where none does."""
    closing = _closing(sql)
    for place, end in closing.items():
        if place + 1 not in closing:
            continue
        group = place + 1
        joined = _JOINED.match(sql, closing[group] + 1)
        if joined is None or closing[group] >= end:
            continue
        terms = _terms(sql, group, closing, joined[1])
        written = _written(terms, joined[1]) if terms else None
        if written is not None:
            return f"{sql[: group + 1]}{written}{sql[closing[group] :]}"
    return None


def _closing(sql: str) -> Mapping[int, int]:
    """Where each parenthesis outside of quotes is closed, in the order of their opening."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for token in _TOKEN.finditer(sql):
        if token["paren"] == "(":
            opened.append(token.start())
        elif token["paren"] == ")" and opened:
            found[opened.pop()] = token.start()
    return dict(sorted(found.items()))


def _terms(sql: str, group: int, closing: Mapping[int, int], by: str) -> list[str]:
    """What a group joins `by` AND or OR, each in parentheses; none where it is no such group."""
    terms: list[str] = []
    place = group + 1
    while place in closing:
        terms.append(sql[place + 1 : closing[place]])
        place = closing[place] + 1
        if place == closing[group]:
            return terms if len(terms) > 1 else []
        joined = _JOINED.match(sql, place)
        if joined is None or joined[1] != by:
            return []
        place = joined.end()
    return []


def _written(terms: list[str], by: str) -> str | None:
    compared = [_compared(term) for term in terms]
    known = [each for each in compared if each is not None]
    if len(known) < len(terms):
        return None
    operators = tuple(each.operator for each in known)
    is_one = len({each.left for each in known}) == 1
    left, rights = _enclosed(known[0].left), [each.right for each in known]
    negated = "NOT " if by == "AND" else ""
    if is_one and operators == ((">=", "<=") if by == "AND" else ("<", ">")):
        bounds = " AND ".join(map(_enclosed, rights))
        return f"{left} {'NOT ' if by == 'OR' else ''}BETWEEN {bounds}"
    if is_one and set(operators) == {"<>" if by == "AND" else "="}:
        return f"{left} {negated}IN ({', '.join(rights)})"
    if set(operators) == {"=" if by == "AND" else "<>"}:
        lefts = ", ".join(each.left for each in known)
        return f"ROW({lefts}) {operators[0]} ROW({', '.join(rights)})"
    return None


def _compared(term: str) -> _Comparison | None:
    """A comparison that is the whole term."""
    inside = [(start, end) for start, end in _closing(term).items()]
    quoted = [each.span() for each in _TOKEN.finditer(term) if each["paren"] is None]
    for found in _COMPARES.finditer(term):
        if not any(start < found.start() < end for start, end in (*inside, *quoted)):
            return _Comparison(term[: found.start()], found[1], term[found.end() :])
    return None


def _enclosed(expression: str) -> str:
    is_closed = _closing(expression).get(0) == len(expression) - 1
    return expression if is_closed or _SIMPLE.fullmatch(expression) else f"({expression})"
