"""Partitions of a table: one clause, whose lines are its head and a partition each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ci_runner.frozen import frozen

_STRING = r"'(?:[^'\\]|\\.|'')*'"
_HIDDEN = re.compile(rf"({_STRING})|/\*!\d+ | \*/| ENGINE = \w+")
_LISTED = re.compile(r"PARTITION BY (?:RANGE|LIST)\b")
_NAME = re.compile(r"PARTITION (`(?:[^`]|``)*`|\S+)")
_BOUND = re.compile(r" VALUES LESS THAN (MAXVALUE|\(.*?\))(?= [A-Z(]|$)")
_INNER = re.compile(r"\n +(?=\(?SUBPARTITION )")


def shown(printed: str) -> str:
    """The clause out of what SHOW CREATE TABLE prints behind the options; "" for none.

    Each partition says the engine of its table, and MySQL hides the clause from older servers.
    """
    plain = _HIDDEN.sub(lambda found: found[1] or "", printed).strip()
    head, _, listed = _INNER.sub(" ", plain).partition("\n(")
    lines = listed.removesuffix(")").split(",\n ") if listed else []
    return "\n".join([" ".join(head.split("\n")), *lines]) if head else ""


def partition_sql(clause: str) -> str:
    """As CREATE and ALTER TABLE take it."""
    head, *listed = clause.split("\n")
    inner = ",\n  ".join(listed)
    return f"{head}\n ({inner})" if listed else head


def added(old: str, new: str) -> tuple[str, ...]:
    """The partitions that are only to be added at the end; none where that is not all."""
    head, *before = old.split("\n")
    other, *after = new.split("\n")
    if head != other or not before or after[: len(before)] != before:
        return ()
    return tuple(after[len(before) :])


@frozen
class Reorganized:
    """Neighbours that become others, while the rest of the partitions is left alone."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    def clause(self) -> str:
        return f"REORGANIZE PARTITION {self._names()} INTO ({', '.join(self.after)})"

    def said(self) -> str:
        """`partitions a, b`, which are the old ones."""
        noun = "partition" if len(self.before) == 1 else "partitions"
        return f"{noun} {self._names().replace('`', '')}"

    def _names(self) -> str:
        return ", ".join(_name(each) for each in self.before)


def reorganized(old: str, new: str) -> Reorganized | None:
    """What differs between two clauses of one RANGE or LIST, None where the whole table has to be
    written again: ranges that are made anew have to end where those end that they come from.
    """
    head, *before = old.split("\n")
    other, *after = new.split("\n")
    if head != other or not _LISTED.match(head) or not before or not after:
        return None
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    for rest in (end, end - 1):
        if rest < 0:
            break
        mine, theirs = before[start : len(before) - rest], after[start : len(after) - rest]
        # Something has to take the rows, up to the same bound.
        if mine and theirs and _bound(mine[-1]) == _bound(theirs[-1]):
            return Reorganized(tuple(mine), tuple(theirs))
    return None


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many partitions at the front are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _name(partition: str) -> str:
    found = _NAME.match(partition)
    return found[1] if found else ""


def _bound(partition: str) -> str:
    """Of a range; "" for a list, whose values may change."""
    found = _BOUND.search(partition)
    return found[1] if found else ""
