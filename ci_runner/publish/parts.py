"""Cut a long text into comments between two lines, with what is open there closed and opened again.

The text is that of `report.markdown`: code fences, `<details>` and tables, none in another of its
kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ci_runner.frozen import frozen
from ci_runner.publish.size import LEVELS, Render, measure, too_long

_FENCE = re.compile(r"(?P<ticks>`{3,})[^`]*")
_DETAILS = re.compile(r"<details(?: open)?><summary>.*</summary>")
_RULE = re.compile(r"\|(?: --- \|)+")
_BEHIND = "<sub>continued, part {}</sub>\n\n"


@frozen
class _Open:
    """The lines that opened what is open between two lines: details, fence, head of a table."""

    details: str = ""
    fence: str = ""
    table: tuple[str, str] = ("", "")

    def after(self, line: str, before: str) -> _Open:
        """What is open behind `line`, which stands behind the line `before`."""
        if self.fence:
            return replace(self, fence="") if line == self._ticks() else self
        if _FENCE.fullmatch(line):
            return replace(self, fence=line, table=("", ""))
        if line == "</details>":
            return _Open()
        if _DETAILS.fullmatch(line):
            return _Open(details=line)
        if _RULE.fullmatch(line) and before.startswith("|"):
            return replace(self, table=(before, line))
        return self if line.startswith("|") else replace(self, table=("", ""))

    def head(self) -> str:
        details = f"{self.details}\n\n" if self.details else ""
        table = "".join(f"{line}\n" for line in self.table) if self.table[0] else ""
        return details + (f"{self.fence}\n" if self.fence else table)

    def tail(self) -> str:
        fence = f"{self._ticks()}\n" if self.fence else ""
        return fence + ("\n</details>\n" if self.details else "")

    def _ticks(self) -> str:
        found = _FENCE.fullmatch(self.fence)
        return found["ticks"] if found else ""


def fit(render: Render, most: int, *, characters: int, max_bytes: int) -> tuple[str, ...]:
    """As `fullest`, but a level may take up to `most` parts before the next one is tried."""
    for level in range(LEVELS):
        text = render(level)
        size = measure(text)
        if size.characters <= characters and size.bytes <= max_bytes:
            return (text,)
        parts = split(text, characters=characters, max_bytes=max_bytes) if most > 1 else ()
        if 0 < len(parts) <= most:
            return parts
    raise too_long(characters)


def split(text: str, *, characters: int, max_bytes: int) -> tuple[str, ...]:
    """`text` in parts of at most so many characters and bytes; () where one line is too long."""
    parts = []
    for number, (head, body, tail) in enumerate(_cut(text, characters, max_bytes), 1):
        part = (_BEHIND.format(number) if number > 1 else "") + head + body + tail
        size = measure(part)
        if size.characters > characters or size.bytes > max_bytes:
            return ()
        parts.append(part)
    return tuple(parts)


def _cut(text: str, characters: int, max_bytes: int) -> Iterator[tuple[str, str, str]]:
    """What each part reopens, its lines, and what it closes."""
    begins = now = _Open()
    lines: list[str] = []
    used = (0, 0)
    before = ""
    every = text.splitlines(keepends=True)
    for line, following in zip(every, (*every[1:], ""), strict=True):
        bare = line.rstrip("\n")
        then = now.after(bare, before)
        fixed = _sizes(_BEHIND + begins.head() + then.tail())
        # A table's first line is known for one by its second: they stay together.
        heads = bare.startswith("|") and bool(_RULE.fullmatch(following.rstrip("\n")))
        size = _sizes(line + following if heads and not now.fence else line)
        full = any(
            taken + more > most - always
            for taken, more, most, always in zip(
                used, size, (characters, max_bytes), fixed, strict=True
            )
        )
        if lines and full and not (bare and then.table[1] == bare):
            yield begins.head(), "".join(lines), now.tail()
            begins, lines, used = now, [], (0, 0)
        lines.append(line)
        used = (used[0] + _sizes(line)[0], used[1] + _sizes(line)[1])
        now, before = then, bare
    yield begins.head(), "".join(lines), ""


def _sizes(text: str) -> tuple[int, int]:
    size = measure(text)
    return size.characters, size.bytes
