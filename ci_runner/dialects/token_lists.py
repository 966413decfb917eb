"""Parentheses and commas in the tokens of any engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Word(Protocol):
    @property
    def word(self) -> str:
        """The token as it is compared; signs are themselves."""


W = TypeVar("W", bound=Word)


def closing(tokens: Sequence[Word], start: int) -> int:
    """The position of the parenthesis that closes the one at `start`; the last one where none."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[position].word, 0)
        if depth == 0:
            return position
    return len(tokens) - 1


def split(tokens: Sequence[W]) -> list[Sequence[W]]:
    """The parts between the commas that stand outside any parentheses."""
    parts: list[Sequence[W]] = []
    depth = start = 0
    for position, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if token.word == "," and depth == 0:
            parts.append(tokens[start:position])
            start = position + 1
    return [*parts, tokens[start:]]


def outside(tokens: Sequence[W]) -> list[W]:
    """The tokens that no parentheses hold, without the parentheses."""
    found: list[W] = []
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if depth == 0 and token.word != ")":
            found.append(token)
    return found
