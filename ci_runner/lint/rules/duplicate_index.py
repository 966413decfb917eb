"""An index that another one makes needless."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from heapq import merge
from operator import itemgetter

from ci_runner.lint.designs import in_the_end, of_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity, Index, PrimaryKey, Unique

_Other = Index | PrimaryKey | Unique
_Placed = tuple[int, _Other]
_OTHERS = (Index, PrimaryKey, Unique)
_KEYS = re.compile(r"USING \w+ (\(.*)", re.DOTALL)
_BARE = re.compile(r"\A`([^`]+)`\Z")
_PLAIN = re.compile(r"(\"[^\"]+\"|`[^`]+`|\w+)$")


def _check(review: Review) -> Iterator[Hit]:
    """A unique index is there for more than finding rows."""
    order = _order(review)
    others = _others(review, order)
    for each in review.arriving(Index):
        new = each.new
        if not (isinstance(new, Index) and each.created and each.old is None) or new.unique:
            continue
        for other in _alike(others, each.table, new):
            twin = (
                _keys(other) == _keys(new) and order.get(other.identity, -1) > order[new.identity]
            )
            if other.identity != new.identity and not twin and _covers(other, new):
                same = (
                    "has the same columns"
                    if len(_keys(other)) == len(new.keys)
                    else "begins with them"
                )
                yield Hit(
                    f"{of_table(review, each.table)}: {other.name} {same}; {new.name} is needless",
                    each.step,
                )
                break


def _order(review: Review) -> dict[Identity, int]:
    """The new ones in order: of two that are alike, the second is needless."""
    fresh = (each.new for each in review.arriving(*_OTHERS))
    return {each.identity: position for position, each in enumerate(fresh)}


def _others(review: Review, order: dict[Identity, int]) -> dict[Hashable, list[_Placed]]:
    """With their places, older ones first, by all that an index must share that they may cover.

    That is the table, the keys that they begin with and, but for keys of constraints, method and
    predicate: whoever looked at each of a table for each of its indexes would never end.
    """
    end = in_the_end(review)
    there = [each for each in (end or review.base).objects if isinstance(each, _Other)]
    fresh = [each.new for each in review.arriving(*_OTHERS) if isinstance(each.new, _Other)]
    every = {each.identity: each for each in (*there, *(() if end else fresh))}
    found: dict[Hashable, list[_Placed]] = {}
    ordered = sorted(every.values(), key=lambda one: order.get(one.identity, -1))
    for place, each in enumerate(ordered):
        table, keys = Identity("table", each.schema, each.table), _keys(each)
        way = (each.method, each.predicate) if isinstance(each, Index) else None
        for count in range(1, len(keys) + 1):
            found.setdefault((table, keys[:count], way), []).append((place, each))
    return found


def _alike(others: dict[Hashable, list[_Placed]], table: Identity, new: Index) -> Iterator[_Other]:
    """Those that begin with the keys of `new`, older ones first."""
    ways = (None, (new.method, new.predicate))
    found = (others.get((table, _keys(new), way), ()) for way in ways)
    return (each for _, each in merge(*found, key=itemgetter(0)))


def _keys(other: _Other) -> tuple[str, ...]:
    """Names without the quotes that MySQL's catalogue has around those of indexes alone."""
    if not isinstance(other, Index):
        return other.columns
    return tuple([_BARE.sub(r"\1", each) if "`" in each else each for each in other.keys])


def _covers(other: _Other, new: Index) -> bool:
    """Whether `other` finds whatever `new` finds."""
    keys = _keys(other)
    if new.include or keys[: len(new.keys)] != _keys(new):
        return False
    if not new.valid or not all(map(_PLAIN.match, new.keys)):
        return False
    if isinstance(other, Index) and (other.method, other.predicate) != (new.method, new.predicate):
        return False
    if not isinstance(other, Index) and (new.method not in {"btree", ""} or new.predicate):
        return False
    return _usual_order(new) and (not isinstance(other, Index) or _usual_order(other))


def _usual_order(index: Index) -> bool:
    """No DESC, operator class or collation of its own behind a column."""
    found = _KEYS.search(index.definition)
    if found is None:
        return True
    columns = found[1].partition(")")[0].strip("( ")
    return all(_PLAIN.match(part.strip()) for part in columns.split(","))


RULE = Rule(
    id="duplicate-index",
    title="Index that another one makes needless",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="Both are written on every change of a row, and only one of them is ever read.",
    instead="Keep the longer one, or the one behind the constraint.",
    check=_check,
    aliases=("PGM508", "GN025", "TABLE_NO_DUPLICATE_INDEX", "duplicate_index"),
    group="performance",
)
