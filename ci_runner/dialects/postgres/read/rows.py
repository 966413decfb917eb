"""Read catalogue rows with types: a driver hands out objects, the model wants text and numbers."""

from __future__ import annotations

import re
from typing import overload


def text(value: object) -> str:
    """A value that is never NULL in the catalogue."""
    if not isinstance(value, str):
        raise TypeError(f"expected text from the catalogue, got {type(value).__name__}")
    return value


def optional(value: object) -> str | None:
    return None if value is None else text(value)


def integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a number from the catalogue, got {type(value).__name__}")
    return value


def integers(value: object) -> tuple[int, ...]:
    """An array of numbers; NULL is the empty one."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError(f"expected an array from the catalogue, got {type(value).__name__}")
    return tuple(integer(each) for each in value)


def texts(value: object) -> tuple[str, ...]:
    """A text[]; NULL is the empty one."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError(f"expected an array from the catalogue, got {type(value).__name__}")
    return tuple(text(each) for each in value)


_CAST_ARRAY = re.compile(r"\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]")
_ELEMENT = re.compile(r"'(?:[^']|'')*'::character varying")


@overload
def settled(definition: str) -> str: ...
@overload
def settled(definition: str | None) -> str | None: ...
def settled(definition: str | None) -> str | None:
    """`definition` as the server would print it had it read its own print.

    `x IN ('a', 'b')` on a varchar column prints as an array that is cast; read again, it prints
    as an array of casts. Both mean the same, so both are shown as the second.
    """
    if definition is None or "(ARRAY[" not in definition:
        return definition
    return _CAST_ARRAY.sub(
        lambda found: "ARRAY[" + _ELEMENT.sub(lambda one: f"({one[0]})::text", found[1]) + "]",
        definition,
    )
