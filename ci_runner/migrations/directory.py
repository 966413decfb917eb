"""A migration directory as a value, and what changed in it between two commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from ci_runner.frozen import frozen

Role = Literal["up", "down", "repeatable", "baseline"]


@frozen
class MigrationFile:
    """One file. `path` is relative to the repository with `/`; `name` relative to the directory.

    `version` is "" for repeatable ones. `transaction` is what the tool's settings for this file say
    about one around it; None when they say nothing. `reversible` is whether the file holds its own
    way back.
    """

    path: str
    name: str
    content: bytes
    version: str
    description: str
    role: Role = "up"
    transaction: bool | None = None
    reversible: bool = False


@frozen
class Directory:
    """`files` are those that a migration tool would run, in its order; `others` e.g. down files.

    `checksum` is the content of the format's checksum file, None where there is none. `unread` are
    the paths of migrations that are no SQL.
    """

    path: str
    format: str
    files: tuple[MigrationFile, ...] = ()
    others: tuple[MigrationFile, ...] = ()
    checksum: bytes | None = None
    unread: tuple[str, ...] = ()


@frozen
class DirectoryChange:
    """What a pull request did to a directory. `edited` are (before, after) pairs.

    `behind` are those of `added` that come before a merged file in the order of execution, `undone`
    all the versions that the directory has a way back from now; `unread` are the paths of new
    migrations that are no SQL, `passed_over` those of merged ones.
    """

    added: tuple[MigrationFile, ...] = ()
    edited: tuple[tuple[MigrationFile, MigrationFile], ...] = ()
    removed: tuple[MigrationFile, ...] = ()
    behind: tuple[MigrationFile, ...] = ()
    undone: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def changed(base: Directory, head: Directory) -> DirectoryChange:
    """Compare by name within the directory; a moved directory is no edit.

    A repeatable file that changed is `added`: its tool runs it again.
    """
    before = {file.name: file for file in base.files}
    after = {file.name: file for file in head.files}
    return DirectoryChange(
        added=tuple(
            file
            for file in head.files
            if file.name not in before
            or (file.role == "repeatable" and file.content != before[file.name].content)
        ),
        edited=tuple(
            (before[file.name], file)
            for file in head.files
            if file.name in before
            and file.role != "repeatable"
            and before[file.name].content != file.content
        ),
        removed=tuple(
            file for file in base.files if file.name not in after and file.role != "repeatable"
        ),
        behind=tuple(_behind(head, before)),
        undone=frozenset(
            file.version
            for file in (*head.files, *head.others)
            if file.role == "down" or file.reversible
        ),
        unread=tuple(path for path in head.unread if path not in base.unread),
        passed_over=tuple(path for path in head.unread if path in base.unread),
    )


def _behind(head: Directory, merged: Mapping[str, MigrationFile]) -> Iterator[MigrationFile]:
    versioned = [file for file in head.files if file.role != "repeatable"]
    last = max((at for at, file in enumerate(versioned) if file.name in merged), default=-1)
    return (file for file in versioned[: max(last, 0)] if file.name not in merged)
