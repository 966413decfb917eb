"""What formats share whose files hold the way forward and, below it, the way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats.naming import misnamed

_NOTHING = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z))*")


def files_in(
    path: str,
    files: Mapping[str, bytes],
    name: re.Pattern[str],
    expected: str,
    parts: Callable[[str], tuple[str, str]],
) -> list[MigrationFile]:
    """The SQL files that lie in the directory itself, in the order of their names.

    `name` has the groups `version` and `description`; `parts` cuts a text into both its ways.
    """
    found = []
    for each in sorted(files):
        if "/" in each or not each.endswith(".sql"):
            continue
        named = name.fullmatch(each)
        if named is None:
            raise misnamed(f"{path}/{each}", expected)
        _, back = parts(files[each].decode("utf-8", errors="replace"))
        found.append(
            MigrationFile(
                f"{path}/{each}",
                each,
                files[each],
                named["version"],
                named["description"] or "",
                reversible=not is_empty(back),
            )
        )
    return found


def is_empty(text: str) -> bool:
    """Whether `text` holds nothing but blanks and comments of one line."""
    return _NOTHING.fullmatch(text) is not None


def misshapen(what: str, file: MigrationFile, line: int, next_step: str) -> SqlError:
    return SqlError(what, where=f"{file.path}:{line}", next_step=next_step)
