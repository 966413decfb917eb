"""Give unmerged migrations versions behind the merged ones; names change, nothing else does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ci_runner.errors import SqlError
from ci_runner.frozen import frozen
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.formats.base import Format
from ci_runner.migrations.ours import maker

Files = Mapping[str, bytes]


@frozen
class Moves:
    """Old names by new ones, in order, and the directory with all files before and after.

    `before` is None where two files had one version, so that there was no order.
    """

    names: Mapping[str, str]
    before: Directory | None
    after: Directory


def rebased(
    path: str, style: str, merged: Files, mine: Files, when: datetime, *, only_generated: bool
) -> Moves:
    """Move those of `mine` that do not come behind all of `merged`, and what follows them.

    Files are by name in the directory `path`. Their order stays. Raises SqlError where that can't
    be: a name without a version, or files that stay and have a version that is taken.
    """
    format_ = FORMATS[style]
    moving = tuple(_displaced(path, format_, merged, mine, only_generated=only_generated))
    going: dict[str, str] = {}
    grown = format_.read(path, {**merged, **_staying(format_, mine, moving)})
    for file in moving:
        if file.name in going:
            continue
        version = format_.next_version(grown, when)
        moved = {name: format_.moved(name, file.name, version) for name in mine}
        if moved[file.name] is None:
            raise _unversioned(file.path)
        going |= {name: new for name, new in moved.items() if new is not None}
        grown = format_.read(path, {**merged, **_renamed(format_, mine, moving, going)})
    _refuse_disorder(grown, [going[file.name] for file in moving])
    names = {new: old for old, new in going.items() if new != old}
    return Moves(names, _before(path, format_, {**merged, **mine}), grown)


def is_behind(path: str, style: str, merged: Directory, file: MigrationFile) -> bool:
    """Whether `file` comes behind all files of `merged`, and shares its version with none."""
    versioned = [each for each in merged.files if each.role != "repeatable"]
    if not versioned or versioned[-1].name == file.name:
        return True
    try:
        both = {each.file_name: each.content for each in (versioned[-1], file)}
        return FORMATS[style].read(path, both).files[-1].file_name == file.file_name
    except SqlError:  # two files of one version: neither comes first
        return False


def _displaced(
    path: str, format_: Format, merged: Files, mine: Files, *, only_generated: bool
) -> Iterator[MigrationFile]:
    """From the first that stands too early all the rest, or they would change places."""
    behind = format_.read(path, merged)
    started = False
    for file in format_.read(path, mine).files:
        if file.role != "up" or (only_generated and maker(file.content) == "somebody"):
            continue
        started = started or not is_behind(path, format_.name, behind, file)
        if started:
            yield file


def _staying(format_: Format, mine: Files, moving: tuple[MigrationFile, ...]) -> Files:
    """What no migration that moves has a part in."""

    def goes(name: str) -> bool:
        return any(format_.moved(name, file.name, file.version) is not None for file in moving)

    return {name: text for name, text in mine.items() if not goes(name)}


def _renamed(
    format_: Format, mine: Files, moving: tuple[MigrationFile, ...], going: Mapping[str, str]
) -> Files:
    """What stays, and what has got its new name already."""
    moved = {new: mine[old] for old, new in going.items()}
    return {**_staying(format_, mine, moving), **moved}


def _before(path: str, format_: Format, files: Files) -> Directory | None:
    try:
        return format_.read(path, files)
    except SqlError:
        return None


def _refuse_disorder(directory: Directory, names: list[str]) -> None:
    versioned = [file for file in directory.files if file.role != "repeatable"]
    if names and [file.name for file in versioned[-len(names) :]] != names:
        raise SqlError(
            "no version puts the files behind the merged ones: a folder's name decides their order",
            where="\n".join(f"{directory.path}/{name}" for name in names),
            next_step="move them into the folder of the newest merged file",
        )


def _unversioned(path: str) -> SqlError:
    return SqlError(
        "the file's name holds no version that could be another",
        where=path,
        next_step="rename it so that it comes behind the merged files",
    )
