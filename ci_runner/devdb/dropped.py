"""A database of our own from its creation to its drop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ci_runner.errors import DatabaseError


@contextmanager
def dropped(name: str, drop: Callable[[str], None]) -> Iterator[None]:
    """Drop `name` at block end.

    When it cannot be dropped after an error, that error gets a note and stays the one raised; where
    it is that the server was lost, there is nothing to add.
    """
    try:
        yield
    except BaseException as first:
        try:
            drop(name)
        except DatabaseError as second:
            if not isinstance(first, DatabaseError):
                first.add_note(f"{second.what}: {second.said}")
        raise
    drop(name)
