"""Liquibase: change sets in formatted SQL, in the order of a changelog or of the files' paths.

One change set is one migration, which has a file with others: one that is added to a merged file is
new. github.com/liquibase/liquibase, liquibase-standard, release 4.29.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import PurePosixPath

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import ChangeSet
from ci_runner.migrations.directives import file_directives
from ci_runner.migrations.directory import Directory, MigrationFile, Role
from ci_runner.migrations.formats.naming import successor
from ci_runner.migrations.history import Statement
from ci_runner.migrations.statements import split

_AUTHOR = "schema-ci"
_WHOLE = "put `splitStatements:false` behind the change set's id, or an `endDelimiter`"


class Liquibase:
    """See ci_runner.migrations.formats.base.Format."""

    name = "liquibase"
    has_checksum = False
    outside = "in a change set with `runInTransaction:false`"
    no_transaction = ""

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        from ci_runner.migrations.changelog.order import read_order

        found = read_order(path, files)
        every = [_file(path, name, files[name], each) for name, each in found.change_sets]
        run = {each.file_name for each in every}
        rest = [name for name in sorted(files) if name.endswith(".sql") and name not in run]
        return Directory(
            path,
            self.name,
            tuple(each for each in every if not _is_ignored(each)),
            tuple(each for each in every if _is_ignored(each)),
            unread=tuple(found.unread),
            aside=tuple(
                MigrationFile(f"{path}/{name}", name, files[name], "", "") for name in rest
            ),
            unlisted=tuple(f"{path}/{name}" for name in rest if name not in found.named),
            closed=f"{path}/{found.closed}" if found.closed else "",
        )

    def statements(self, file: MigrationFile, text: str, syntax: Syntax) -> tuple[Statement, ...]:
        from ci_runner.migrations.changelog.parameters import filled

        found = file.change_set
        dialect = _dialect(syntax)
        if found is None or not found.is_for(dialect):
            return ()
        where = f"{file.path}:{found.line or 1}"
        body = filled(found.body, found.parameters, dialect, where)
        statements = _cut(file.path, found, body, syntax)
        return _with_head(statements, text)

    def transactional(
        self,
        file: MigrationFile,
        text: str,  # noqa: ARG002 - part of the protocol
        statements: Sequence[Statement] = (),  # noqa: ARG002 - part of the protocol
    ) -> bool:
        return file.change_set is None or file.change_set.options.transaction

    def together(self, first: str, second: str) -> bool:  # noqa: ARG002 - part of the protocol
        """Each statement is sent alone."""
        return True

    def contents(
        self, forward: Sequence[str], back: Sequence[str], *, transactional: bool
    ) -> tuple[str, str]:
        options = "" if transactional else " runInTransaction:false"
        mark, there = _delimited(forward)
        undone, undo = _delimited(back)
        options += f" endDelimiter:{mark}" if mark else ""
        options += f" rollbackEndDelimiter:{undone}" if undone else ""
        lines = "".join(f"--rollback {line}\n" for line in undo.splitlines() if line.strip())
        head = f"--liquibase formatted sql\n--changeset {_AUTHOR}:1{options}\n"
        return f"{head}{there}{lines}", ""

    def next_version(self, directory: Directory, when: datetime) -> str:
        """A time behind that of the last file, so that the paths' order is that of the times.

        Raises SqlError where no time comes behind it: paths are compared as text.
        """
        last = PurePosixPath(_last(directory)).name
        digits = last[: next((at for at, each in enumerate(last) if not each.isdigit()), len(last))]
        for version in (successor((), when), successor((digits,), when) if digits else ""):
            if version and f"{version}_" > last:
                return version
        raise SqlError(
            "no time sorts behind the last file, since paths are compared as text",
            where=f"{directory.path}/{_last(directory)}",
            next_step="name the files YYYYMMDDHHMMSS_name.sql",
        )

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        """Beside the last file."""
        place = PurePosixPath(_last(directory) or "x.sql")
        return str(place.with_name(f"{version}_{description}.sql")), ""

    def moved(self, name: str, up: str, version: str) -> str | None:  # noqa: ARG002 - part of the protocol
        """Never: a change set's place is that in its changelog, whatever its file is called."""
        return None


def _file(path: str, name: str, content: bytes, found: ChangeSet) -> MigrationFile:
    repeated = found.options.on_change or found.options.always
    role: Role = "repeatable" if repeated else "up"
    own = f"{name}::{found.id}::{found.author}"
    return MigrationFile(
        f"{path}/{name}",
        own,
        content,
        "" if repeated else own,
        found.id,
        role,
        reversible=found.reversible,
        change_set=found,
    )


def _is_ignored(file: MigrationFile) -> bool:
    return file.change_set is not None and file.change_set.options.ignored


def _last(directory: Directory) -> str:
    return directory.files[-1].file_name if directory.files else ""


def _dialect(syntax: Syntax) -> str:
    return "mysql" if syntax.mysql else "sqlite" if syntax.trigger_bodies else "postgres"


def _cut(path: str, found: ChangeSet, body: str, syntax: Syntax) -> tuple[Statement, ...]:
    """The statements of `body` as Liquibase sends them. Raises SqlError where it cuts amiss."""
    from ci_runner.migrations.changelog.cut import cuts

    first, options = found.line + 1, found.options
    if not options.split:
        whole = split(body, path, syntax, first=first)
        _refuse_several(path, whole, syntax)
        return whole
    ends = tuple(cuts(body, options.delimiter))
    if not options.delimiter and all(body[start] == ";" for start, _ in ends):
        return _agreed(path, first, body, [start for start, _ in ends], syntax)
    edges = [0, *(end for _, end in ends)]
    closed = [*(start for start, _ in ends), len(body)]
    statements: list[Statement] = []
    for start, end in zip(edges, closed, strict=True):
        line = body.count("\n", 0, start)
        indent = " " * (start - body.rfind("\n", 0, start) - 1)
        piece = split(indent + body[start:end], path, syntax, first=first + line)
        _refuse_several(path, piece, syntax)
        statements += piece
    return tuple(statements)


def _agreed(
    path: str, first: int, body: str, ends: Sequence[int], syntax: Syntax
) -> tuple[Statement, ...]:
    """The statements as SQL has them, where Liquibase ends them at the same semicolons."""
    found = split(body, path, syntax, first=first)
    lines = list(accumulate((len(line) + 1 for line in body.split("\n")), initial=0))
    begins = [lines[each.line - first] + each.column - 1 for each in found]
    for each, start in zip(found, begins, strict=True):
        at = bisect_left(ends, start)
        if at < len(ends) and ends[at] < start + len(each.text):
            line = first + body.count("\n", 0, ends[at])
            raise SqlError(
                "Liquibase ends the statement in this line, at its semicolon",
                where=f"{path}:{line}",
                next_step=_WHOLE,
            )
    for (each, start), (following, behind) in pairwise(zip(found, begins, strict=True)):
        if bisect_left(ends, start) == bisect_left(ends, behind):
            _refuse_several(path, (each, following), syntax)
    return found


def _refuse_several(path: str, statements: Sequence[Statement], syntax: Syntax) -> None:
    """Raise SqlError where what Liquibase sends as one string is more than its driver runs."""
    if len(statements) < 2 or _dialect(syntax) == "postgres":
        return
    does = "MySQL's driver refuses it" if syntax.mysql else "SQLite's driver runs only the first"
    raise SqlError(
        f"Liquibase sends this with the statement above it as one string: {does}",
        where=f"{path}:{statements[1].line}",
        next_step="put each in a change set of its own, or let Liquibase split them",
    )


def _with_head(statements: tuple[Statement, ...], text: str) -> tuple[Statement, ...]:
    """With what the head of the file says for all of it."""
    head = file_directives(text)
    if not statements or not head:
        return statements
    first, *rest = statements
    secrets = tuple(each for each in head if each.verb == "sensitive")
    begun = replace(first, directives=tuple(dict.fromkeys((*head, *first.directives))))
    kept = [replace(each, directives=(*secrets, *each.directives)) for each in rest]
    return (begun, *(kept if secrets else rest))


def _delimited(blocks: Sequence[str]) -> tuple[str, str]:
    """What ends the blocks, each one statement, and they with it; "" where semicolons do."""
    from ci_runner.migrations.changelog.cut import cuts

    text = "".join(blocks)
    if all([end for _, end in cuts(each, "")] == [len(each.rstrip("\n"))] for each in blocks):
        return "", text
    mark = "//"
    while mark in text:
        mark += "$"
    return mark, "".join(f"{each.rstrip().removesuffix(';')}\n{mark}\n" for each in blocks)
