"""Split SQL text into statements that know their file and line.

One pass over the few characters that matter: quotes, comments, dollar signs and terminators.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations.directives import delimiter, directive, file_directives
from ci_runner.migrations.history import Directive, Statement

_ROUTINE = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b", re.IGNORECASE)
_TRIGGER = re.compile(r"CREATE\s+(?:TEMP\s+|TEMPORARY\s+)?TRIGGER\b", re.IGNORECASE)
_ATOMIC = re.compile(r"\s+ATOMIC\b", re.IGNORECASE)
_COPY = re.compile(r"COPY\b[^;]*\bFROM\s+STDIN\b", re.IGNORECASE)


def decode(content: bytes, path: str) -> str:
    """UTF-8 text without its byte order mark. Raises SqlError that names the line."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = content.count(b"\n", 0, bad.start) + 1
        raise SqlError(
            "the file is not UTF-8",
            where=f"{path}:{line}",
            said=f"byte 0x{content[bad.start]:02x} at offset {bad.start}",
            next_step="save it as UTF-8",
        ) from bad


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    start: int


@cache
def _scanner(syntax: Syntax, mark: str) -> re.Pattern[str]:
    """Everything that may hide or be a terminator; the group's name says what it is."""
    parts = [
        rf"(?P<mark>{re.escape(mark)})",
        r"(?P<line>--[^\n]*)",
        r"(?P<block>/\*)",
        r"(?P<text>(?P<escape>\b[eE])?')",
        r"(?P<command>^\\)",
        r"(?P<word>\b(?:BEGIN|CASE|END)\b)",
        *(
            rf"(?P<name{place}>{re.escape(each)})"
            for place, each in enumerate(syntax.identifier_quotes)
        ),
    ]
    if syntax.dollar_quotes:
        parts.append(r"(?P<dollar>(?<![\w$])\$(?:[^\W\d]\w*)?\$)")
    return re.compile("|".join(parts), re.IGNORECASE | re.MULTILINE)


_STRING = re.compile(r"[^']*(?:''[^']*)*(?:'|\Z)")
_ESCAPED = re.compile(r"(?:[^'\\]|\\.|'')*(?:'|\Z)", re.DOTALL)
_CLOSERS = {'"': re.compile(r'(?:[^"]|"")*(?:"|\Z)'), "`": re.compile(r"(?:[^`]|``)*(?:`|\Z)")}
_BRACKET = re.compile(r"[^\]]*(?:\]|\Z)")
_NESTED = re.compile(r"/\*|\*/")


def split(text: str, path: str, syntax: Syntax) -> tuple[Statement, ...]:
    """The statements of one file, comments between them left out.

    Raises SqlError for what only psql understands: backslash commands and COPY data.
    """
    return tuple(_Splitter(text, path, syntax).statements())


class _Splitter:
    def __init__(self, text: str, path: str, syntax: Syntax) -> None:
        self.text = text
        self.path = path
        self.syntax = syntax
        self.mark = delimiter(text) or ";"
        self.scan = _scanner(syntax, self.mark).search
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.comments: list[_Comment] = []
        self.file_lines = {each.line for each in file_directives(text)}

    def line(self, offset: int) -> int:
        return bisect_right(self.breaks, offset - 1) + 1

    def statements(self) -> Iterator[Statement]:
        position, first = 0, True
        while position < len(self.text):
            end, after = self._end(position)
            start = self._first_word(position, end)
            if start < end:
                self._refuse_copy(start, end)
                yield self._statement(start, end, after, first=first)
                first = False
                self.comments = [each for each in self.comments if each.start >= after]
            position = after

    def _statement(self, start: int, end: int, after: int, *, first: bool) -> Statement:
        body = self.text[start:end].rstrip()
        line_end = self.text.find("\n", after)
        behind = self.text[after : line_end if line_end >= 0 else len(self.text)].strip()
        directives = [
            found
            for each in self.comments
            if (found := directive(each.text, self.line(each.start), "statement"))
            and not (first and found.line in self.file_lines)
        ]
        trailing = directive(behind, self.line(after), "statement")
        return Statement(
            body,
            self.path,
            self.line(start),
            self.line(start + len(body) - 1),
            (*directives, *_one(trailing)),
        )

    def _refuse_copy(self, start: int, end: int) -> None:
        if _COPY.match(self.text, start, end):
            raise SqlError(
                "COPY ... FROM stdin cannot be run through a driver",
                where=f"{self.path}:{self.line(start)}",
                next_step="write INSERT statements; a dump wants pg_dump --inserts",
            )

    def _first_word(self, start: int, end: int) -> int:
        """The offset of the first character that is neither blank nor comment."""
        ends = {each.start: each.start + len(each.text) for each in self.comments}
        while start < end:
            if start in ends:
                start = ends[start]
            elif self.text[start].isspace():
                start += 1
            else:
                break
        return min(start, end)

    def _end(self, position: int) -> tuple[int, int]:
        """Where the statement that begins at `position` ends, and where the next one begins."""
        start, depth, bodied = position, 0, False
        while found := self.scan(self.text, position):
            position = found.end()
            match found.lastgroup:
                case "mark":
                    if depth == 0:
                        return found.start(), position
                case "line":
                    self.comments.append(_Comment(found[0], found.start()))
                case "block":
                    position = self._block_end(found.start())
                    self.comments.append(
                        _Comment(self.text[found.start() : position], found.start())
                    )
                case "word":
                    if not bodied:
                        bodied = self._opens_body(start, found)
                        depth = int(bodied)
                    else:
                        depth += -1 if found[0].upper() == "END" else 1
                        depth = max(depth, 0)
                case "command":
                    self._refuse_command(found.start())
                case _:
                    position = self._closed(found)
        return len(self.text), len(self.text)

    def _opens_body(self, start: int, found: re.Match[str]) -> bool:
        """Whether this BEGIN opens a body whose semicolons are not ours to split at."""
        if found[0].upper() != "BEGIN":
            return False
        head = self._first_word(start, found.start())
        if self.syntax.trigger_bodies and _TRIGGER.match(self.text, head):
            return True
        return (
            self.syntax.atomic_bodies
            and _ATOMIC.match(self.text, found.end()) is not None
            and _ROUTINE.match(self.text, head) is not None
        )

    def _block_end(self, start: int) -> int:
        if not self.syntax.nested_comments:
            end = self.text.find("*/", start + 2)
            return len(self.text) if end < 0 else end + 2
        depth, position = 1, start + 2
        while depth:
            found = _NESTED.search(self.text, position)
            if found is None:
                return len(self.text)
            depth += 1 if found[0] == "/*" else -1
            position = found.end()
        return position

    def _closed(self, found: re.Match[str]) -> int:
        """The offset behind a quoted thing; an unclosed one reaches to the end of the text."""
        if found.lastgroup == "dollar":
            end = self.text.find(found[0], found.end())
            return len(self.text) if end < 0 else end + len(found[0])
        if found[0].endswith("'"):
            escaped = self.syntax.escape_strings and found["escape"]
            closer = _ESCAPED if escaped else _STRING
        else:
            closer = _BRACKET if found[0] == "[" else _CLOSERS[found[0]]
        closed = closer.match(self.text, found.end())
        return closed.end() if closed else len(self.text)

    def _refuse_command(self, start: int) -> None:
        command = self.text[start:].split(None, 1)[0][:20]
        raise SqlError(
            f"psql command {command} cannot be run",
            where=f"{self.path}:{self.line(start)}",
            next_step="remove it: migrations run through a driver, never through psql",
        )


def _one(found: Directive | None) -> tuple[Directive, ...]:
    return () if found is None else (found,)
