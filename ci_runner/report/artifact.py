"""Find the reports in folders and zip archives that another job, and so a stranger, has filled.

Nothing is unpacked and no link is followed: only report.json is read, and no more of it than a
report may have.
"""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from ci_runner.errors import UsageError

NAME = "report.json"
LARGEST = 16 * 1024 * 1024
_LARGEST_ARCHIVE = 256 * 1024 * 1024
_MOST_ENTRIES = 10_000
_MOST_REPORTS = 1_000
_LARGEST_SUM = 128 * 1024 * 1024
# What zipfile raises of archives that are broken, encrypted, or packed in a way that it lacks.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(RuntimeError, NotImplementedError, ValueError, EOFError, OSError),
)
_STORE = "store the folder that `schema-ci run` has written, as it is"
# Without these a link would be followed, and a named pipe waited for.
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_report(place: Path) -> bytes:
    """The content of report.json in a folder or .zip. Raises UsageError where there is none."""
    if (found := _in(place)) is None:
        where = place / NAME
        _refuse("there is no report", where, "run `schema-ci run`, and keep its output folder")
    return found


def read_reports(places: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    """Every report in `places` with where it is, in the order given and then by name.

    A place that holds none itself may hold folders and archives that do, as CI lays several
    artifacts side by side. Raises UsageError for one without any.
    """
    count, total = 0, 0
    for place in places:
        here = [place] if (place / NAME).is_file() or not place.is_dir() else _below(place)
        found = [(each, content) for each in here if (content := _in(each)) is not None]
        if not found:
            _refuse("there is no report", place, "download what the jobs have stored, then merge")
        count += len(found)
        total += sum(len(content) for _, content in found)
        if count > _MOST_REPORTS or total > _LARGEST_SUM:
            most = f"{_MOST_REPORTS} reports or {_LARGEST_SUM} bytes of them"
            _refuse(f"there are more than {most}", place, "merge fewer at once")
        yield from found


def _below(place: Path) -> list[Path]:
    return sorted(
        each
        for each in place.iterdir()
        if not each.is_symlink() and (each.is_dir() or each.suffix == ".zip")
    )


def _in(place: Path) -> bytes | None:
    """None where there is no report."""
    if place.is_dir():
        return _read_file(place / NAME)
    if place.suffix == ".zip" and place.is_file():
        return _read_archive(place)
    return None


def _read_file(place: Path) -> bytes | None:
    try:
        descriptor = os.open(place, _OPEN)
    except FileNotFoundError:
        return None
    except OSError as refused:
        raise UsageError(
            "the report can't be read",
            where=str(place),
            said=refused.strerror or "",
            next_step="it must be a plain file, and no link",
        ) from refused
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            _refuse("the report is no plain file", place, "store what `schema-ci run` has written")
        return _bounded(file.read(LARGEST + 1), place)


def _read_archive(place: Path) -> bytes | None:
    """Sizes that an archive claims are not believed: reading stops where a report may not go on."""
    if place.stat().st_size > _LARGEST_ARCHIVE:
        _refuse(f"the archive has more than {_LARGEST_ARCHIVE} bytes", place, _STORE)
    try:
        with zipfile.ZipFile(place) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES:
                _refuse(f"the archive has more than {_MOST_ENTRIES} entries", place, _STORE)
            named = _named(entries)
            if not named:
                return None
            if len(named) > 1 or not _is_plain(named[0]):
                _refuse(f"the archive holds no single plain {NAME}", place, _STORE)
            with archive.open(named[0]) as file:
                return _bounded(file.read(LARGEST + 1), place)
    except _BROKEN as broken:
        raise UsageError(
            "the archive can't be read", where=str(place), said=str(broken), next_step=_STORE
        ) from broken


def _named(entries: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Those at the top; else those in a folder of the top, as GitLab packs an artifact."""
    places = [entry.filename.split("/") for entry in entries]
    top = [entry for entry, place in zip(entries, places, strict=True) if place == [NAME]]
    return top or [
        entry
        for entry, place in zip(entries, places, strict=True)
        if len(place) == 2 and place[1] == NAME and place[0] not in {"", ".", ".."}
    ]


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    """Unix keeps the kind of file in the upper half; 0 where another system packed it."""
    mode = entry.external_attr >> 16
    return not entry.is_dir() and (stat.S_IFMT(mode) in {0, stat.S_IFREG})


def _bounded(content: bytes, place: Path) -> bytes:
    if len(content) > LARGEST:
        _refuse(f"the report has more than {LARGEST} bytes", place, "review fewer projects at once")
    return content


def _refuse(what: str, where: Path, next_step: str) -> NoReturn:
    raise UsageError(what, where=str(where), next_step=next_step)
