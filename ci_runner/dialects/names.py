"""The names that statements give, whatever the engine."""

from __future__ import annotations

from typing import NamedTuple


class Given(NamedTuple):
    """A name that a statement gives. `table` is what it lives on, "" for what stands by itself.

    `columns` are those of an index or constraint, `references` and `referenced` the other side of a
    foreign key; `type` the last word of a column's type, `counts` whether the server numbers its
    rows. `old` is what a rename takes it from. A tuple, because a large file gives many.
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
