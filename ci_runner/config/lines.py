"""Where in a TOML text a key stands: tomllib tells values, errors want lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Strings and comments are one token each, so that brackets and signs inside them do not count.
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[A-Za-z0-9_-]+"
    r"|\n|[\[\]{}=.,]",
    re.DOTALL,
)


@dataclass
class _Place:
    """The table that the scanner is in, and how many tables each array has so far."""

    prefix: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def enter(self, parts: tuple[str, ...], line: int, *, array: bool) -> None:
        name = ".".join(parts)
        if array:
            self.counts[name] = self.counts.get(name, -1) + 1
        self.prefix = tuple(
            f"{part}[{self.counts[path]}]" if path in self.counts else part
            for part, path in ((part, ".".join(parts[: i + 1])) for i, part in enumerate(parts))
        )
        self.lines[".".join(self.prefix)] = line

    def assign(self, parts: tuple[str, ...], line: int) -> None:
        """Note a key and the tables that a dotted key implies."""
        for depth in range(1, len(parts) + 1):
            self.lines.setdefault(".".join((*self.prefix, *parts[:depth])), line)


def key_lines(text: str) -> dict[str, int]:
    """Line by dotted key; the n-th `[[table]]` is `table[n]`, from 0. Tables have lines too.

    `text` is TOML that tomllib accepts. Keys of inline tables stand on the line of their owner.
    """
    place = _Place()
    line, end, start, depth = 1, 0, 1, 0
    sentence: list[str] = []
    for token in _TOKEN.finditer(text):
        line += text.count("\n", end, token.start())
        end, word = token.start(), token[0]
        if word == "\n" and not depth:
            _note(place, sentence, start)
            sentence = []
        elif "=" in sentence:
            depth += (word in {"[", "{"}) - (word in {"]", "}"})
        elif word[0] not in "\n#":
            start = start if sentence else line
            sentence.append(word)
    _note(place, sentence, start)
    return place.lines


def _note(place: _Place, sentence: list[str], line: int) -> None:
    parts = tuple(_plain(word) for word in sentence if word not in set("[]=."))
    if sentence[:1] == ["["]:
        place.enter(parts, line, array=sentence[:2] == ["[", "["])
    elif "=" in sentence:
        place.assign(parts, line)


def _plain(word: str) -> str:
    """A key without its quotes. One with escapes misses, and the caller points at its table."""
    return word[1:-1] if word[0] in "\"'" else word
