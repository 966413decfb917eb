"""A migration directory as a value, and what changed in it between two commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from ci_runner.frozen import frozen
from ci_runner.migrations.changelog.change_set import ChangeSet

Role = Literal["up", "down", "repeatable", "baseline"]


@frozen
class MigrationFile:
    """One file. `path` is relative to the repository with `/`; `name` relative to the directory.

    `version` is "" for repeatable ones. `transaction` is what the tool's settings for this file say
    about one around it; None when they say nothing. `reversible` is whether the file holds its own
    way back. Of a file that holds several migrations this is one, its `change_set`, which `name`
    names besides the file; `content` is that of the whole file.
    """

    path: str
    name: str
    content: bytes
    version: str
    description: str
    role: Role = "up"
    transaction: bool | None = None
    reversible: bool = False
    change_set: ChangeSet | None = None

    @property
    def file_name(self) -> str:
        """The file's own name, relative to the directory."""
        return self.name if self.change_set is None else self.name.partition("::")[0]

    @property
    def work(self) -> bytes:
        """All that decides what is run of it."""
        return self.content if self.change_set is None else self.change_set.work.encode()

    def is_as(self, before: MigrationFile) -> bool:
        """Whether its tool takes it for the same migration, of which `before` is the older text."""
        if self.change_set is None or before.change_set is None:
            return self.content == before.content
        return self.change_set.sum == before.change_set.sum


@frozen
class Unread:
    """A migration that is no SQL. `path` is that of its file, which may hold several."""

    path: str
    name: str = ""


@frozen
class Directory:
    """`files` are those that a migration tool would run, in its order; `others` e.g. down files.

    `checksum` is the content of the format's checksum file, None where there is none. `unread` are
    migrations that are no SQL; `aside` is SQL that is no migration by itself, `unlisted` the paths
    of that which the tool is never told of. `closed` is the path of what lists
    every file by name, so that a new one is no part of it; "" for none.
    """

    path: str
    format: str
    files: tuple[MigrationFile, ...] = ()
    others: tuple[MigrationFile, ...] = ()
    checksum: bytes | None = None
    unread: tuple[Unread, ...] = ()
    aside: tuple[MigrationFile, ...] = ()
    unlisted: tuple[str, ...] = ()
    closed: str = ""


@frozen
class DirectoryChange:
    """What a pull request did to a directory. `edited` are (before, after) pairs.

    `behind` are those of `added` that come before a merged file in the order of execution, `undone`
    all the versions that the directory has a way back from now; `unread` are new migrations that
    are no SQL, `passed_over` merged ones. `unlisted` are the paths of new files that the tool is
    not told of, `touched` files that changed though no migration in them did.
    """

    added: tuple[MigrationFile, ...] = ()
    edited: tuple[tuple[MigrationFile, MigrationFile], ...] = ()
    removed: tuple[MigrationFile, ...] = ()
    behind: tuple[MigrationFile, ...] = ()
    undone: frozenset[str] = frozenset()
    unread: tuple[Unread, ...] = ()
    passed_over: tuple[Unread, ...] = ()
    unlisted: tuple[str, ...] = ()
    touched: tuple[MigrationFile, ...] = ()


def changed(base: Directory, head: Directory) -> DirectoryChange:
    """Compare by name within the directory; a moved directory is no edit.

    A repeatable file that changed is `added`: its tool runs it again.
    """
    before = {file.name: file for file in base.files}
    after = {file.name: file for file in head.files}
    added = tuple(
        file
        for file in head.files
        if file.name not in before
        or (file.role == "repeatable" and not file.is_as(before[file.name]))
    )
    edited = tuple(
        (before[file.name], file)
        for file in head.files
        if file.name in before
        and file.role != "repeatable"
        and not file.is_as(before[file.name])
        and not (file.change_set and file.change_set.tolerates)
    )
    removed = tuple(
        file for file in base.files if file.name not in after and file.role != "repeatable"
    )
    told = {file.path for file in (*added, *removed, *(file for _, file in edited))}
    return DirectoryChange(
        added=added,
        edited=edited,
        removed=removed,
        behind=tuple(_behind(head, before)),
        undone=frozenset(
            file.version
            for file in (*head.files, *head.others)
            if file.role == "down" or file.reversible
        ),
        unread=tuple(each for each in head.unread if each not in base.unread),
        passed_over=tuple(each for each in head.unread if each in base.unread),
        unlisted=tuple(path for path in head.unlisted if path not in base.unlisted),
        touched=tuple(_touched(base, head, told)),
    )


def _touched(base: Directory, head: Directory, told: Collection[str]) -> Iterator[MigrationFile]:
    """One of each file that differs and is not told of, where files are not migrations."""
    before = {file.path: file.content for file in (*base.files, *base.others, *base.aside)}
    seen = set(told)
    several = [file for file in (*head.files, *head.others) if file.change_set is not None]
    for file in (*several, *head.aside):
        if file.path not in seen and before.get(file.path) != file.content:
            yield file
        seen.add(file.path)


def _behind(head: Directory, merged: Mapping[str, MigrationFile]) -> Iterator[MigrationFile]:
    versioned = [file for file in head.files if file.role != "repeatable"]
    last = max((at for at, file in enumerate(versioned) if file.name in merged), default=-1)
    return (file for file in versioned[: max(last, 0)] if file.name not in merged)
