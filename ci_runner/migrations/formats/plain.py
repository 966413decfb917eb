"""Plain SQL files in natural order of their paths: `2_b.sql` before `10_a.sql`, folders alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from ci_runner.frozen import frozen
from ci_runner.migrations.directives import NO_TRANSACTION, transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile, Role
from ci_runner.migrations.formats.naming import natural, runs_outside, successor
from ci_runner.migrations.formats.one_way import OneWay
from ci_runner.migrations.history import Statement

_NUMBERED = re.compile(r"(?P<number>\d+)(?P<joint>[_-]*)")
_TIMED = re.compile(r"(?P<before>.+?_)(?P<number>\d{14})_")
# How sqlx says of a file that no transaction is around it.
_OUTSIDE = re.compile(r"\A-- no-transaction\b")
_DOWN = re.compile(r"(?:.*[/.])?down\.sql")


class Plain(OneWay):
    """See ci_runner.migrations.formats.base.Format."""

    name = "plain"
    has_checksum = False
    no_transaction = NO_TRANSACTION

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        names = sorted(
            (name for name in files if name.endswith(".sql")),
            key=lambda name: [natural(part) for part in name.split("/")],
        )
        found = tuple(_file(path, name, files[name]) for name in names)
        return Directory(
            path,
            self.name,
            tuple(file for file in found if file.role == "up"),
            tuple(file for file in found if file.role == "down"),
        )

    def transactional(
        self,
        file: MigrationFile,  # noqa: ARG002 - part of the protocol
        text: str,
        statements: Sequence[Statement] = (),
    ) -> bool:
        """Which tool runs it is not known: a statement that must run outside one does so, alone."""
        alone = len(statements) == 1 and runs_outside(statements[0])
        return transaction_mode(text) != "none" and not alone and not _OUTSIDE.match(text)

    def together(self, first: str, second: str) -> bool:  # noqa: ARG002 - part of the protocol
        """Whoever runs a file without a transaction commits after each statement, as psql does."""
        return True

    def next_version(self, directory: Directory, when: datetime) -> str:
        place = _place(directory)
        return successor((place.number,) if place.number else (), when)

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        """Where it stays the last in order, in the manner of the last file there is."""
        place = _place(directory)
        return f"{place.before}{version}{place.joint}{description}{place.behind}", ""

    def moved(self, name: str, up: str, version: str) -> str | None:
        """All files of a numbered folder are one migration."""
        found, own = _split(name), _split(up)
        if found is None or own is None or found[:2] != own[:2]:
            return None
        return f"{found[0]}{version}{found[2]}"


@frozen
class _Place:
    """A file name around its version and description."""

    before: str = ""
    number: str = ""
    joint: str = "_"
    behind: str = ".sql"


def _place(directory: Directory) -> _Place:
    """The last file's number, else that of its innermost numbered folder.

    A name without any gets a time behind it: `schema_20260203040506_x.sql` follows `schema.sql`.
    """
    if not directory.files:
        return _Place()
    *folders, name = directory.files[-1].name.split("/")
    folder = "".join(f"{each}/" for each in folders)
    if found := _NUMBERED.match(name):
        return _Place(folder, found["number"], found["joint"] or "_")
    for depth in range(len(folders), 0, -1):
        if found := _NUMBERED.match(folders[depth - 1]):
            above = "".join(f"{each}/" for each in folders[: depth - 1])
            below = "".join(f"/{each}" for each in (*folders[depth:], name))
            return _Place(above, found["number"], found["joint"] or "_", below)
    if found := _TIMED.match(name):
        return _Place(folder + found["before"], found["number"])
    return _Place(f"{folder}{name.removesuffix('.sql')}_")


def _split(name: str) -> tuple[str, str, str] | None:
    """What stands before the number of a file or of its innermost numbered folder, it, the rest."""
    *folders, last = name.split("/")
    if found := _TIMED.match(last):
        before = "".join(f"{each}/" for each in folders) + found["before"]
        return before, found["number"], last[found.end("number") :]
    parts = (*folders, last)
    for depth in range(len(parts), 0, -1):
        if found := _NUMBERED.match(parts[depth - 1]):
            before = "".join(f"{each}/" for each in parts[: depth - 1])
            behind = name[len(before) + found.end("number") :]
            return before, found["number"], behind
    return None


def _file(path: str, name: str, content: bytes) -> MigrationFile:
    stem = PurePosixPath(name).stem
    role: Role = "down" if _DOWN.fullmatch(name) else "up"
    return MigrationFile(f"{path}/{name}", name, content, name, stem, role)
