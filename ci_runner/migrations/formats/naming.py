"""What the formats share: versions that sort as numbers, and versions that follow a style."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile

STAMP = "%Y%m%d%H%M%S"
_DIGITS = re.compile(r"(\d+)")


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which `0.2` comes before `0.10`."""
    parts = _DIGITS.split(name)
    return tuple(
        (0, int(part), "") if position % 2 else (1, 0, part)
        for position, part in enumerate(parts)
        if part
    )


def timestamp_after(last: str, when: datetime) -> str:
    """`when` as YYYYMMDDHHMMSS, or the second behind `last` when that is not earlier."""
    stamp = when.strftime(STAMP)
    if stamp > last:
        return stamp
    try:
        return (datetime.strptime(last[:14], STAMP) + timedelta(seconds=1)).strftime(STAMP)  # noqa: DTZ007 - both sides are UTC
    except ValueError:
        return str(int(last) + 1)


def successor(versions: list[str], when: datetime) -> str:
    """The next version in the style of those before: a timestamp, or a number of equal width."""
    if not versions or len(versions[-1]) == 14:
        return timestamp_after(versions[-1] if versions else "", when)
    last = versions[-1]
    return str(int(last) + 1).zfill(len(last))


def refuse_duplicates(files: Iterable[MigrationFile]) -> None:
    """Raise SqlError when two files have one version."""
    listed = list(files)
    for version, count in Counter(file.version for file in listed).items():
        if count > 1:
            names = ", ".join(file.name for file in listed if file.version == version)
            raise SqlError(
                f"version {version} is used by {count} files",
                where=names,
                next_step="give each file a version of its own",
            )


def misnamed(path: str, expected: str) -> SqlError:
    return SqlError(
        "the file name has no version",
        where=path,
        next_step=f"name it {expected}, or move it out of the directory",
    )
