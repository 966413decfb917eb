"""The names that statements give, whatever the engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """A name that a statement gives. `table` is what it lives on, "" for what stands by itself.

    `columns` are those of an index or constraint, `references` and `referenced` the other side of a
    foreign key; `type` the last word of a column's type, `counts` whether the server numbers its
    rows. `old` is what a rename takes it from.
    """

    kind: str
    name: str
    table: str = ""
    columns: tuple[str, ...] = ()
    references: str = ""
    referenced: tuple[str, ...] = ()
    type: str = ""
    old: str = ""
    counts: bool = False
