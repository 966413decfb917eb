"""goose: `VERSION_name.sql` in numeric order, `-- +goose Up` above `-- +goose Down`.

goose ends a statement at each line that ends in a semicolon, wherever this stands, but for what is
between `StatementBegin` and `StatementEnd`. github.com/pressly/goose, internal/sqlparser/parser.go.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ci_runner.dialects.base import Syntax
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory, MigrationFile, Unread
from ci_runner.migrations.formats.both_ways import files_in, misshapen
from ci_runner.migrations.formats.naming import refuse_duplicates, successor
from ci_runner.migrations.formats.one_file import OneFile
from ci_runner.migrations.history import Statement
from ci_runner.migrations.statements import split

_NAME = re.compile(r"(?P<version>\d+)_(?P<description>.+)\.sql")
_CODE = re.compile(r"\d+_[^/]+(?<!_test)\.go")
_SAYS = re.compile(r"--[ \t]*\+goose[ \t]+(?P<what>[A-Za-z]+(?: [A-Za-z]+)?)\s*")
_DOWN = re.compile(r"^--[ \t]*\+goose[ \t]+Down[ \t\r]*$", re.MULTILINE | re.IGNORECASE)
_NONE = "-- +goose NO TRANSACTION\n"
_UP_FIRST = "put `-- +goose Up` above the first statement"


def _number(file: MigrationFile) -> int:
    return int(file.version)


class Goose(OneFile):
    """See ci_runner.migrations.formats.base.Format."""

    name = "goose"
    pattern = _NAME
    has_checksum = False
    outside = "with the line `-- +goose NO TRANSACTION`"
    no_transaction = _NONE

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        found = files_in(path, files, _NAME, "VERSION_name.sql", _ways)
        found.sort(key=_number)
        refuse_duplicates(found, _number)
        code = (Unread(f"{path}/{name}") for name in sorted(files) if _CODE.fullmatch(name))
        return Directory(
            path,
            self.name,
            tuple(found),
            checksum=files.get(checksum.NAME),
            unread=tuple(code),
        )

    def statements(self, file: MigrationFile, text: str, syntax: Syntax) -> tuple[Statement, ...]:
        forward, _ = _ways(text)
        ends = tuple(_ends(file, forward))
        found = split(forward, file.path, syntax)
        for each in found:
            at = bisect_left(ends, each.line)
            if at == len(ends):
                what = "goose runs no such file: its last statement lacks a semicolon"
                raise misshapen(what, file, each.line, "put one at the end of its last line")
            if ends[at] < each.end_line:
                raise misshapen(
                    "goose ends the statement in this line, for it ends in a semicolon",
                    file,
                    ends[at],
                    "put `-- +goose StatementBegin` above and `-- +goose StatementEnd` below it",
                )
        return found

    def transactional(
        self,
        file: MigrationFile,  # noqa: ARG002 - part of the protocol
        text: str,
        statements: Sequence[Statement] = (),  # noqa: ARG002 - part of the protocol
    ) -> bool:
        return not any(_said(line) == "no transaction" for line in text.split("\n"))

    def together(self, first: str, second: str) -> bool:  # noqa: ARG002 - part of the protocol
        """Each statement is sent alone."""
        return True

    def contents(
        self, forward: Sequence[str], back: Sequence[str], *, transactional: bool
    ) -> tuple[str, str]:
        up, down = ("".join(map(_kept_whole, each)) for each in (forward, back))
        head = "" if transactional else _NONE
        return f"{head}-- +goose Up\n{up}\n-- +goose Down\n{down}", ""

    def next_version(self, directory: Directory, when: datetime) -> str:
        return successor([file.version for file in directory.files], when)


def _ways(text: str) -> tuple[str, str]:
    """What stands above `-- +goose Down`, and what below it."""
    down = _DOWN.search(text)
    return (text[: down.start()], text[down.end() :]) if down else (text, "")


def _said(line: str) -> str:
    """What a line says to goose, in small letters; "" where it says nothing."""
    found = _SAYS.fullmatch(line)
    return found["what"].lower() if found else ""


@dataclass(slots=True)
class _Place:
    """Where reading is: above `Up` or behind it, and in which line a kept statement began."""

    up: bool = False
    began: int = 0


def _ends(file: MigrationFile, forward: str) -> Iterator[int]:
    """The lines, from 1, behind which goose sends what it has read since the one before.

    Raises SqlError for what goose would refuse.
    """
    place = _Place()
    for number, line in enumerate(forward.split("\n"), 1):
        if said := _said(line):
            if _turned(place, said, file, number):
                yield number
        elif not place.up and line.strip() and not line.startswith("--"):
            raise misshapen("goose runs no such file: it begins otherwise", file, number, _UP_FIRST)
        elif not place.began and _ends_in_semicolon(line):
            yield number
    if not place.up:
        raise misshapen("goose runs no such file: it has no `Up`", file, 1, _UP_FIRST)
    if place.began:
        what = "goose runs no such file: `StatementBegin` has no `StatementEnd`"
        raise misshapen(what, file, place.began, "put it below the statement")


def _turned(place: _Place, said: str, file: MigrationFile, number: int) -> bool:
    """Go on in `place` as an annotation says, which may end a statement."""
    match said:
        case "up":
            if place.up:
                raise misshapen(
                    "goose runs no such file: it has `Up` twice", file, number, "keep one"
                )
            place.up = True
        case "statementbegin":
            if not place.up or place.began:
                what = "goose runs no such file: `StatementBegin` stands where none can"
                raise misshapen(what, file, number, "end the one before, and begin below `Up`")
            place.began = number
        case "statementend":
            if not place.began:
                what = "goose runs no such file: `StatementEnd` ends nothing"
                raise misshapen(what, file, number, "put `-- +goose StatementBegin` above")
            place.began = 0
            return True
        case _:
            pass
    return False


def _ends_in_semicolon(line: str) -> bool:
    """Whether its last word before a comment does."""
    last = ""
    for word in line.split():
        if word.startswith("--"):
            break
        last = word
    return last.endswith(";")


def _kept_whole(block: str) -> str:
    """`block`, one statement below comments, as goose does not cut it."""
    *lines, _ = block.rstrip("\n").split("\n")
    if not any(map(_ends_in_semicolon, lines)):
        return block
    return f"-- +goose StatementBegin\n{block}-- +goose StatementEnd\n"
