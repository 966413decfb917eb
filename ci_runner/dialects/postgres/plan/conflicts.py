"""The query that finds the rows which an exclusion constraint, or a key of periods, refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import PrimaryKey, Unique
from ci_runner.schema.tables import Exclusion

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|.""", re.DOTALL)


def pairs(new: Exclusion) -> str:
    """SELECT that counts pairs of rows in conflict, as the server prints the constraint."""
    _, _, listed = new.definition.partition(" (")
    elements, rest = _until_closed(listed)
    wheres = _split(rest, " WHERE ")
    where = f" WHERE {_split(wheres[1], ' ')[0]}" if len(wheres) > 1 else ""
    rows = f"{qualified(new.schema, new.table)}{where}"
    return _counted(rows, [_element(each) for each in _split(elements, ",")])


def overlaps(key: PrimaryKey | Unique) -> str:
    """The same for a key whose last column is WITHOUT OVERLAPS."""
    *same, period = map(quote, key.columns)
    elements = [*((each, "=") for each in same), (period, "&&")]
    return _counted(qualified(key.schema, key.table), elements)


def _counted(rows: str, elements: list[tuple[str, str]]) -> str:
    keys = "".join(f", {key} AS k{place}" for place, (key, _) in enumerate(elements))
    agree = " AND ".join(
        f"a.k{place} {operator} b.k{place}" for place, (_, operator) in enumerate(elements)
    )
    return (
        f"WITH k AS (SELECT tableoid AS relation, ctid AS place{keys} FROM {rows})"
        " SELECT count(*) FROM k a JOIN k b"
        f" ON (a.relation, a.place) < (b.relation, b.place) AND {agree}"
    )


def _element(text: str) -> tuple[str, str]:
    """A column or an expression without its operator class, and the operator."""
    head, operator = _split(text, " WITH ")
    return _split(head.strip(), " ")[0], operator


def _until_closed(text: str) -> tuple[str, str]:
    """What stands before the parenthesis that was open at the start, and behind it."""
    end = next(place for place, depth in _walked(text) if depth < 0)
    return text[:end], text[end + 1 :]


def _split(text: str, separator: str) -> list[str]:
    """By a separator outside of strings, quotes and parentheses."""
    parts, start = [], 0
    for place, depth in _walked(text):
        if depth == 0 and place >= start and text.startswith(separator, place):
            parts.append(text[start:place])
            start = place + len(separator)
    return [*parts, text[start:]]


def _walked(text: str) -> Iterator[tuple[int, int]]:
    """(place, depth) of each token; a closing parenthesis stands at the depth outside."""
    depth = 0
    for found in _TOKEN.finditer(text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        yield found.start(), depth
