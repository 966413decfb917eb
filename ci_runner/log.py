"""The log on stderr: progress for people, plain lines for CI, nothing that a machine would obey."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import IntEnum
from typing import TextIO

# ECMA-48 control sequences, operating system commands (with BEL or ST), and other escapes.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?"
)
_SUSPECT = re.compile(r"[^\x20-\x7e\n\t]")
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_COMMAND = re.compile(r"(?m)^(\s*):(?=:)")
_SECTION = re.compile(r"section_(start|end)(?=:)")
_ZERO_WIDTH_SPACE = "\u200b"


def visible(text: str) -> str:
    r"""`text` with control, bidirectional and invisible characters shown as `\u{..}`.

    Newline and tab stay: the caller knows whether its place can take them.
    """
    return _SUSPECT.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    category = unicodedata.category(character)
    hidden = (
        category[0] in "CZ"
        or character in _BLANKS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )
    return f"\\u{{{ord(character):x}}}" if hidden else character


def neutral(text: str) -> str:
    """`text` as it may be printed in a CI log: no escape sequences, no workflow commands."""
    return disarmed(visible(_ESCAPES.sub("", text.replace("\r\n", "\n")).replace("\r", "\n")))


def inert(text: str) -> str:
    """`text` whole, with every character shown that a log obeys: a section needs two of them."""
    return visible(text.replace("\r", r"\u{d}"))


def disarmed(shown: str) -> str:
    """`shown` without workflow commands, for lines that were put together of neutral parts.

    GitHub obeys `::name::` at the start of a line and `##[name]`, GitLab `section_start:`.
    """
    told = _COMMAND.sub(rf"\1:{_ZERO_WIDTH_SPACE}", shown)
    told = told.replace("##[", f"#{_ZERO_WIDTH_SPACE}#[")
    return _SECTION.sub(rf"section_\1{_ZERO_WIDTH_SPACE}", told)


class Level(IntEnum):
    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


class Log:
    """Writes to `stream`; `redact` takes the secrets out of every line.

    Warnings are always written, `info` from normal on, `detail` only when verbose.
    Progress is one line that updates itself on a terminal, and one line per new step elsewhere.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        level: Level = Level.NORMAL,
        color: bool = False,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._stream = stream
        self._level = level
        self._color = color
        self._redact = redact
        self._updates = stream.isatty()
        self._current = ""
        self._open = False

    def info(self, text: str) -> None:
        if self._level >= Level.NORMAL:
            self._line(text)

    def detail(self, text: str) -> None:
        if self._level >= Level.VERBOSE:
            self._line(text, "2")

    def warn(self, text: str) -> None:
        self._line(f"warning: {text}", "33")

    def error(self, text: str) -> None:
        self._line(f"error: {text}", "31")

    def step(self, text: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done, and how far it is when `total` is known."""
        if self._level < Level.NORMAL:
            return
        if self._updates:
            count = f" {done}/{total}" if total else ""
            line = self._safe(f"{text}{count}").replace("\n", " ")[:200]
            self._stream.write(f"\r\x1b[2K{line}")
            self._stream.flush()
            self._open = True
        elif text != self._current:
            self._line(f"{text} ({total})" if total else text)
        self._current = text

    def clear(self) -> None:
        """Remove the progress line, so that a result can be printed."""
        if self._open:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
        self._open = False
        self._current = ""

    def _safe(self, text: str) -> str:
        return neutral(self._redact(text))

    def _line(self, text: str, color: str = "") -> None:
        if self._open:
            self._stream.write("\r\x1b[2K")
            self._open = False
        safe = self._safe(text)
        if self._color and color:
            safe = f"\x1b[{color}m{safe}\x1b[0m"
        self._stream.write(f"{safe}\n")
        self._stream.flush()
