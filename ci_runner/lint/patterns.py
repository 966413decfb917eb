"""Match a team's patterns against names in linear time, whatever the patterns are.

Python's own `re` backtracks: `(a+)+b` on a name of sixty letters takes years. Here all ways to
read a pattern are followed side by side (K. Thompson, Regular Expression Search Algorithm, 1968),
so that a match costs at most the size of the pattern times the length of the name. What needs
backtracking, references to groups and looking around, is refused when the configuration is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

from ci_runner.frozen import frozen

# A pattern has at most so many characters and groups, and becomes so many steps.
LONGEST, MOST_GROUPS, MOST_STEPS = 1000, 50, 4000
# What repeats nothing at all makes no steps, and must have an end as well.
_MOST_VISITS = 4 * MOST_STEPS
# PostgreSQL cuts names at 63 bytes; what is longer than this is no name that a pattern was for.
LONGEST_NAME = 1000
_FLAGS = re.compile(r"\(\?i\)")
_GROUP = re.compile(r"\((?:\?(?::|P<\w+>))?(?!\?)")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\\\]])*\]", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:[wWdDsS]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[nrtfva]|[^a-zA-Z0-9])"
)
_REPEATS = re.compile(r"(?P<sign>[*+?])|\{(?=[\d,])(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\}")
_SIGNS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}

Fits: TypeAlias = Callable[[str], object]


class Unsupported(ValueError):
    """A pattern that can't be matched in linear time, or is too large; the message says why."""


@frozen
class _One:
    """One character."""

    fits: Fits


@frozen
class _Edge:
    """The start or the end of the name."""

    end: bool


@frozen
class _Row:
    parts: tuple[_Node, ...]


@frozen
class _Either:
    ways: tuple[_Node, ...]


@frozen
class _Loop:
    """`most` None is without end."""

    part: _Node
    least: int
    most: int | None


_Node: TypeAlias = _One | _Edge | _Row | _Either | _Loop


@frozen
class _Step:
    """What a thread does: read a character that `fits`, or stand at an edge; then go on at `to`.

    With neither it goes on at once, at each of several places; nowhere is the end of the pattern.
    """

    to: tuple[int, ...]
    fits: Fits | None = None
    edge: _Edge | None = None


class Pattern:
    """A compiled pattern. Raises Unsupported, and re.error for what is no pattern at all."""

    def __init__(self, text: str, longest: int = LONGEST) -> None:
        if len(text) > longest:
            raise Unsupported(f"it has more than {longest} characters")
        if text.count("(") > MOST_GROUPS:
            raise Unsupported(f"it has more than {MOST_GROUPS} groups")
        re.compile(text)
        self._steps: list[_Step] = []
        self._visits = 0
        self._begin = self._written(_Reader(text).whole(), self._added(_Step(())))

    def fullmatch(self, name: str) -> bool:
        """Whether the pattern fits all of the name."""
        if len(name) > LONGEST_NAME:
            return False
        threads = self._reached((self._begin,), 0, len(name))
        for at, character in enumerate(name, 1):
            steps = (self._steps[each] for each in threads)
            further = (each.to[0] for each in steps if each.fits and each.fits(character))
            threads = self._reached(further, at, len(name))
        return any(not self._steps[each].to for each in threads)

    def _reached(self, begin: Iterable[int], at: int, length: int) -> dict[int, None]:
        """Where threads get from `begin` without reading."""
        found: dict[int, None] = {}
        pending = list(begin)
        while pending:
            number = pending.pop()
            step = self._steps[number]
            if number in found or (step.edge and at != (length if step.edge.end else 0)):
                continue
            found[number] = None
            if step.fits is None:
                pending += step.to
        return found

    def _added(self, step: _Step) -> int:
        if len(self._steps) >= MOST_STEPS:
            raise Unsupported("its repetitions make it too large")
        self._steps.append(step)
        return len(self._steps) - 1

    def _written(self, node: _Node, to: int) -> int:
        """Where to begin so as to read `node` and go on at `to`."""
        self._visits += 1
        if self._visits > _MOST_VISITS:
            raise Unsupported("its repetitions make it too large")
        match node:
            case _One(fits):
                return self._added(_Step((to,), fits))
            case _Edge():
                return self._added(_Step((to,), edge=node))
            case _Row(parts):
                for each in reversed(parts):
                    to = self._written(each, to)
                return to
            case _Either(ways):
                return self._added(_Step(tuple(self._written(each, to) for each in ways)))
            case _Loop():
                return self._repeated(node, to)

    def _repeated(self, loop: _Loop, to: int) -> int:
        if loop.most is None:
            again = self._added(_Step(()))
            body = self._written(loop.part, again)
            self._steps[again] = _Step((body, to))
            to = again
        else:
            after = to
            for _ in range(loop.most - loop.least):
                to = self._added(_Step((self._written(loop.part, to), after)))
        for _ in range(loop.least):
            to = self._written(loop.part, to)
        return to


class _Reader:
    """Reads what `re` accepts, left to right."""

    def __init__(self, text: str) -> None:
        flags = _FLAGS.match(text)
        self._text, self._at = text, flags.end() if flags else 0
        self._flags = re.IGNORECASE if flags else re.NOFLAG

    def whole(self) -> _Node:
        node = self._either()
        if self._at < len(self._text):
            raise Unsupported(f"`{self._text[self._at :]}` is not understood")
        return node

    def _either(self) -> _Node:
        ways = [self._row()]
        while self._next("|"):
            ways.append(self._row())
        return ways[0] if len(ways) == 1 else _Either(tuple(ways))

    def _row(self) -> _Node:
        parts: list[_Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._counted(self._one()))
        return _Row(tuple(parts))

    def _one(self) -> _Node:
        found = self._text[self._at]
        match found:
            case "(":
                self._take(_GROUP, "only plain and named groups are")
                node = self._either()
                self._next(")")
                return node
            case "[":
                return self._fitting(self._take(_CLASS, "this set is not"))
            case "\\" if self._text.startswith(("\\A", "\\Z"), self._at):
                self._at += 2
                return _Edge(end=self._text[self._at - 1] == "Z")
            case "\\":
                return self._fitting(self._take(_ESCAPE, "references and word edges are not"))
            case "^" | "$":
                self._at += 1
                return _Edge(end=found == "$")
            case _:
                self._at += 1
                return self._fitting("." if found == "." else re.escape(found))

    def _fitting(self, one: str) -> _One:
        return _One(re.compile(one, self._flags).fullmatch)

    def _counted(self, node: _Node) -> _Node:
        found = _REPEATS.match(self._text, self._at)
        if found is None:
            return node
        self._at = found.end()
        if self._next("+"):
            raise Unsupported("possessive repetitions are not supported")
        self._next("?")
        if found["sign"]:
            least, most = _SIGNS[found["sign"]]
        else:
            least = int(found["least"] or 0)
            most = int(found["most"]) if found["most"] else None if found["comma"] else least
        if max(least, most or 0) > MOST_STEPS:
            raise Unsupported("its repetitions make it too large")
        return _Loop(node, least, most)

    def _next(self, character: str) -> bool:
        found = self._text.startswith(character, self._at)
        self._at += found
        return found

    def _take(self, kind: re.Pattern[str], what: str) -> str:
        found = kind.match(self._text, self._at)
        if found is None:
            raise Unsupported(f"{what} supported: `{self._text[self._at :]}`")
        self._at = found.end()
        return found[0]


@lru_cache(maxsize=1024)
def fits(pattern: str, name: str) -> bool:
    """Whether a pattern that was checked, with names in it, fits all of a name."""
    try:
        return Pattern(pattern, longest=LONGEST + 4 * LONGEST_NAME).fullmatch(name)
    except Unsupported:
        return False  # names so long that the pattern with them is too large
