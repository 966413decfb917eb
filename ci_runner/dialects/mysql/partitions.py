"""Partitions of a table: one clause, whose lines are its head and a partition each."""

from __future__ import annotations

import re

_STRING = r"'(?:[^'\\]|\\.|'')*'"
_HIDDEN = re.compile(rf"({_STRING})|/\*!\d+ | \*/| ENGINE = \w+")
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
