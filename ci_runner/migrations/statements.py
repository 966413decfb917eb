"""Split SQL text into statements that know their file and line.

One pass over the few characters that matter: quotes, comments, dollar signs and terminators.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import NoReturn

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.frozen import frozen
from ci_runner.migrations.directives import delimiter, directive, file_directives
from ci_runner.migrations.history import Directive, Statement
from ci_runner.migrations.intake import MOST_STATEMENTS
from ci_runner.migrations.ordinary import LINE_COMMENT, ordinary
from ci_runner.schema.drafts import quickly

_GAP = r"(?:\s|--[^\n]*(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*\*/)+"
_ROUTINE = re.compile(
    rf"CREATE{_GAP}(?:OR{_GAP}REPLACE{_GAP})?(?:FUNCTION|PROCEDURE)\b", re.IGNORECASE
)
_TRIGGER = re.compile(rf"CREATE{_GAP}(?:TEMP(?:ORARY)?{_GAP})?TRIGGER\b", re.IGNORECASE)
_PROGRAM = re.compile(  # MySQL's, whose CREATE may have DEFINER = user@host
    rf"(?:/\*M?!\d*\s*)?(?:BEGIN{_GAP}NOT{_GAP}ATOMIC\b|(?:CREATE|ALTER)\b[^;(]*?"
    r"\b(?:TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE)\b)",
    re.IGNORECASE,
)
_ATOMIC = re.compile(rf"{_GAP}ATOMIC\b", re.IGNORECASE)
_COPY = re.compile(r"COPY\b[^;]*\bFROM\s+STDIN\b", re.IGNORECASE)
_BLANKS = re.compile(r"\s*")
_BEHIND = re.compile(r"[ \t]*(?P<comment>(?:--|#)[^\n]*|/\*(?:(?!\*/)[^\n])*\*/)[ \t\r]*(?:\n|\Z)")


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


@frozen
class _Comment:
    start: int
    end: int


_STANDARD = (
    r"(?P<line>--[^\n]*)",
    r"(?P<block>/\*)",
    r"(?P<text>(?P<escape>\b[eE])?')",
    r"(?P<command>\\)",
    r"(?P<word>\b(?:BEGIN|CASE|END)\b)",
)
# `--` needs a space behind it, and END IF closes what no word below opens. A word behind a dot or @
# is a name. dev.mysql.com/doc/refman: Comments, Compound Statement Syntax.
_MYSQL = (
    r"(?P<delimiter>^[ \t]*DELIMITER[ \t]+(?P<new>\S+)[^\n]*(?:\n|\Z))",
    r"(?P<line>(?:--(?=\s|\Z)|\#)[^\n]*)",
    r"(?P<code>/\*M?!\d*)",
    r"(?P<block>/\*)",
    r"(?P<text>(?P<escape>)['\"])",
    r"(?P<inner>\bEND\s+(?:IF|LOOP|WHILE|REPEAT|FOR)\b)",
    r"(?P<word>(?<![.@\w])(?:BEGIN|CASE|END\s+CASE|END)\b)",
)


@cache
def _scanner(syntax: Syntax, mark: str) -> re.Pattern[str]:
    """Everything that may hide or be a terminator; the group's name says what it is."""
    terminator = r"\r?\n".join(re.escape(part) for part in mark.split("\n"))
    parts = [
        rf"(?P<mark>(?-i:{terminator}))",
        r"(?P<open>\()",
        r"(?P<shut>\))",
        *(_MYSQL if syntax.mysql else _STANDARD),
        *(
            rf"(?P<name{place}>{re.escape(each)})"
            for place, each in enumerate(syntax.identifier_quotes)
        ),
    ]
    if syntax.dollar_quotes:
        parts.append(r"(?P<dollar>(?<![\w$])\$(?:[^\W\d]\w*)?\$)")
    return re.compile("|".join(parts), re.IGNORECASE | re.MULTILINE)


_CLOSERS = {
    "'": re.compile(r"[^']*(?:''[^']*)*'"),
    '"': re.compile(r'[^"]*(?:""[^"]*)*"'),
    "`": re.compile(r"[^`]*(?:``[^`]*)*`"),
    "[": re.compile(r"[^\]]*\]"),
}
_ESCAPED = {
    "'": re.compile(r"[^'\\]*(?:(?:\\.|'')[^'\\]*)*'", re.DOTALL),
    '"': re.compile(r'[^"\\]*(?:(?:\\.|"")[^"\\]*)*"', re.DOTALL),
}
_NESTED = re.compile(r"/\*|\*/")
# Each is kept as a value until its statement ends.
_MOST_COMMENTS = 100_000


_statement = quickly(Statement)


def split(
    text: str, path: str, syntax: Syntax, most: int = MOST_STATEMENTS, *, first: int = 1
) -> tuple[Statement, ...]:
    """The statements of one file, or of a part that begins in its line `first`, without comments.

    Raises SqlError for what is never closed, for what only psql understands (backslash commands
    and COPY data), and for more than `most` statements or comments than memory should hold.
    """
    splitter = _Splitter(text, path, syntax, first)
    every = splitter.statements()
    found = list(islice(every, most))
    if surplus := next(every, None):
        raise SqlError(
            f"the file has more than {most} statements",
            where=f"{path}:{surplus.line}",
            next_step="write rows with INSERT statements of many rows, or in a file of their own",
        )
    head = (replace(each, line=each.line + first - 1) for each in file_directives(text))
    whole = tuple(dict.fromkeys((*head, *splitter.whole)))
    if found and whole:
        found[0] = replace(found[0], directives=(*whole, *found[0].directives))
        secrets = tuple(each for each in whole if each.verb == "sensitive")
        found[1:] = [
            replace(each, directives=(*secrets, *each.directives)) if secrets else each
            for each in found[1:]
        ]
    return tuple(found)


class _Splitter:
    """One pass over one text; `comments` are those met since the last statement.

    `whole` are directives that speak for the file from wherever they stand.
    """

    def __init__(self, text: str, path: str, syntax: Syntax, first: int) -> None:
        self.text = text
        self.path = path
        self.syntax = syntax
        self.first = first
        mark = delimiter(text) or ";"
        self.scan = _scanner(syntax, mark).search
        self.ordinary = ordinary(syntax) if mark == ";" else None
        self.breaks = array("I", (found.start() for found in re.finditer("\n", text)))
        self.comments: list[_Comment] = []
        self.routine = (-1, False)
        self.whole: list[Directive] = []

    def line(self, offset: int) -> int:
        return bisect_right(self.breaks, offset - 1) + self.first

    def column(self, offset: int) -> int:
        return offset - self.text.rfind("\n", 0, offset)

    def statements(self) -> Iterator[Statement]:
        position = 0
        while position < len(self.text):
            start, end, after = self._bounds(position)
            if start < end:
                self._refuse_copy(start, end)
                behind = None
                if "\n" not in self.text[end:after]:
                    behind = _BEHIND.match(self.text, after)
                if behind:
                    self.comments.append(_Comment(*behind.span("comment")))
                    after = behind.end("comment")
                yield self._statement(start, end)
            if self.comments:
                self.whole += self._file_wide()
                self.comments.clear()
            position = after

    def _statement(self, start: int, end: int) -> Statement:
        body = self.text[start:end].rstrip()
        line = self.line(start)
        return _statement(
            body,
            self.path,
            line,
            line + body.count("\n"),
            tuple(self._directives(start)) if self.comments else (),
            self.column(start),
        )

    def _directives(self, start: int) -> Iterator[Directive]:
        for each in self._attached(start):
            found = directive(self.text[each.start : each.end], self.line(each.start), "statement")
            if found and found.scope == "statement":
                yield found

    def _file_wide(self) -> Iterator[Directive]:
        for each in self.comments:
            text = self.text[each.start : each.end]
            found = directive(text, self.line(each.start), "statement") if "-file" in text else None
            if found and found.scope == "file":
                yield found

    def _attached(self, start: int) -> list[_Comment]:
        """The comments in and behind the statement, and those above it up to an empty line."""
        attached: list[_Comment] = []
        below = start
        for each in reversed(self.comments):
            if each.start < start:
                if self.text.count("\n", each.end, below) > 1:
                    break
                below = each.start
            attached.append(each)
        return attached[::-1]

    def _refuse_copy(self, start: int, end: int) -> None:
        if _COPY.match(self.text, start, end):
            raise SqlError(
                "COPY ... FROM stdin cannot be run through a driver",
                where=f"{self.path}:{self.line(start)}",
                next_step="write INSERT statements; a dump wants pg_dump --inserts",
            )

    def _first_word(self, start: int, end: int) -> int:
        """The offset of the first character that is neither blank nor comment."""
        for each in self.comments:
            start = self._behind_blanks(start, end)
            if start != each.start:
                break
            start = each.end
        return self._behind_blanks(start, end)

    def _behind_blanks(self, start: int, end: int) -> int:
        blanks = _BLANKS.match(self.text, start, end)
        return blanks.end() if blanks else start

    def _bounds(self, position: int) -> tuple[int, int, int]:
        """Where the statement behind `position` begins and ends, and where to look for the next.

        As in psql, a terminator between parentheses is none: CREATE RULE ... DO (a; b).
        """
        whole = self.ordinary.match(self.text, position) if self.ordinary else None
        if whole is None or (whole["routine"] and "atomic" in whole[0].lower()):
            end, after = self._end_by_words(position)
            return self._first_word(position, end), end, after
        start, after = whole.end("lead"), whole.end()
        if self.text.find("--", position, start) >= 0:
            for each in LINE_COMMENT.finditer(self.text, position, start):
                self._comment(*each.span())
        return start, after - 1, after

    def _end_by_words(self, start: int) -> tuple[int, int]:
        position, parentheses, bodies = start, 0, 0
        while found := self.scan(self.text, position):
            position = found.end()
            match found.lastgroup:
                case "mark":
                    if not parentheses and not bodies:
                        return found.start(), position
                case "open":
                    parentheses += 1
                case "shut":
                    parentheses = max(parentheses - 1, 0)
                case "line":
                    self._comment(found.start(), position)
                case "block":
                    position = self._block_end(found.start())
                    self._comment(found.start(), position)
                case "delimiter":
                    if self._first_word(start, found.start()) == found.start():
                        self.scan = _scanner(self.syntax, found["new"]).search
                        return found.start(), position
                    position = found.start("new")
                case "word":
                    bodies = self._bodies(bodies, start, found)
                case "command":
                    self._refuse_command(found.start())
                case _:
                    position = self._closed(found)
        return len(self.text), len(self.text)

    def _bodies(self, depth: int, start: int, found: re.Match[str]) -> int:
        """How many BEGIN and CASE are open behind this word, within the body of a routine."""
        if depth:
            return depth + (-1 if found[0].upper().startswith("END") else 1)
        return int(self._opens_body(start, found))

    def _opens_body(self, start: int, found: re.Match[str]) -> bool:
        """Whether this BEGIN opens a body whose semicolons are not ours to split at."""
        if found[0].upper() != "BEGIN":
            return False
        if not (self.syntax.trigger_bodies or self.syntax.mysql) and not (
            self.syntax.atomic_bodies and _ATOMIC.match(self.text, found.end())
        ):
            return False
        if self.routine[0] != start:  # read once: a statement may say BEGIN as often as it likes
            head = self._first_word(start, found.start())
            pattern = _TRIGGER if self.syntax.trigger_bodies else _ROUTINE
            pattern = _PROGRAM if self.syntax.mysql else pattern
            self.routine = (start, pattern.match(self.text, head) is not None)
        return self.routine[1]

    def _comment(self, start: int, end: int) -> None:
        if len(self.comments) == _MOST_COMMENTS:
            raise SqlError(
                f"the statement has more than {_MOST_COMMENTS} comments",
                where=f"{self.path}:{self.line(start)}",
                next_step="remove them",
            )
        self.comments.append(_Comment(start, end))

    def _block_end(self, start: int) -> int:
        if not self.syntax.nested_comments:
            end = self.text.find("*/", start + 2)
            return end + 2 if end >= 0 else self._refuse_unclosed("comment", start)
        depth, position = 1, start + 2
        while depth:
            found = _NESTED.search(self.text, position)
            if found is None:
                return self._refuse_unclosed("comment", start)
            depth += 1 if found[0] == "/*" else -1
            position = found.end()
        return position

    def _closed(self, found: re.Match[str]) -> int:
        """The offset behind a quoted thing, or behind what opens and closes nothing."""
        if found.lastgroup in {"code", "inner"}:
            return found.end()
        if found.lastgroup == "dollar":
            end = self.text.find(found[0], found.end())
            return (
                end + len(found[0]) if end >= 0 else self._refuse_unclosed(found[0], found.start())
            )
        quote = found[0][-1]
        escaped = found["escape"] if self.syntax.escape_strings else None
        backslashes = self.syntax.mysql and found.lastgroup == "text"
        closer = _ESCAPED[quote] if escaped or backslashes else _CLOSERS[quote]
        closed = closer.match(self.text, found.end())
        return closed.end() if closed else self._refuse_unclosed(found[0], found.start())

    def _refuse_unclosed(self, opening: str, start: int) -> NoReturn:
        raise SqlError(
            f"the {opening} is never closed",
            where=f"{self.path}:{self.line(start)}",
            next_step="close it, or double a quote that is meant as a character",
        )

    def _refuse_command(self, start: int) -> NoReturn:
        command = self.text[start : start + 20].split(None, 1)[0]
        raise SqlError(
            f"psql command {command} cannot be run",
            where=f"{self.path}:{self.line(start)}",
            next_step="remove it: migrations run through a driver, never through psql",
        )
