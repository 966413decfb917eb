"""What the formats share: versions that sort as numbers, and versions that follow a style."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from ci_runner.errors import SqlError
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.history import Statement

STAMP = "%Y%m%d%H%M%S"
_DIGITS = re.compile(r"(\d+)")
# From 2001 to 2033; beyond it lie days as YYYYMMDDnn.
_UNIX_SECONDS = re.compile(r"1\d{9}")
# postgresql.org: the pages of these commands. REFRESH ... CONCURRENTLY may run in a transaction.
_OUTSIDE = re.compile(
    r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\b|DROP\s+INDEX\s+CONCURRENTLY\b"
    r"|REINDEX\b[^;']*\bCONCURRENTLY\b|REINDEX\s+(?:DATABASE|SYSTEM)\b|VACUUM\b"
    r"|ALTER\s+TABLE\b[^;'(]*\bDETACH\s+PARTITION\b[^;'(]*\bCONCURRENTLY\b"
    r"|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE)\b|ALTER\s+SYSTEM\b",
    re.IGNORECASE,
)


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


def successor(versions: Sequence[str], when: datetime) -> str:
    """The next version in the style of those before: a time, or a number of equal width."""
    if not versions or len(versions[-1]) == len("YYYYMMDDHHMMSS"):
        return timestamp_after(versions[-1] if versions else "", when)
    last = versions[-1]
    following = int(last) + 1
    if _UNIX_SECONDS.fullmatch(last):
        following = max(following, timegm(when.utctimetuple()))
    return str(following).zfill(len(last))


def behind_last(directory: Directory, when: datetime) -> str:
    """The next version where names are compared as text. `when` is UTC.

    Raises SqlError when the last name leaves no room: nothing sorts behind `9_a.sql`.
    """
    now = successor((), when)
    if not directory.files:
        return now
    last = directory.files[-1]
    for version in (now, successor((last.version,), when)):
        if f"{version}_" > last.name:
            return version
    raise SqlError(
        "no number sorts behind the last file, since names are compared as text",
        where=last.path,
        next_step="name the files YYYYMMDDHHMMSS_name.sql",
    )


def refuse_duplicates(
    files: Iterable[MigrationFile], number: Callable[[MigrationFile], object]
) -> None:
    """Raise SqlError when two files have one version; `number` is what the tool compares."""
    same: dict[object, list[MigrationFile]] = {}
    for file in files:
        same.setdefault(number(file), []).append(file)
    for group in same.values():
        if len(group) > 1:
            raise SqlError(
                f"version {group[0].version} is used by {len(group)} files",
                where="\n".join(file.path for file in group),
                next_step="give each file a version of its own",
            )


def runs_outside(statement: Statement) -> bool:
    """Whether PostgreSQL refuses this statement in a transaction."""
    return outside_transactions(statement.text)


def outside_transactions(sql: str) -> bool:
    """The same of a statement's text."""
    return _OUTSIDE.match(sql) is not None


def misnamed(path: str, expected: str) -> SqlError:
    return SqlError(
        "the file name has no version",
        where=path,
        next_step=f"name it {expected}, or move it out of the directory",
    )
