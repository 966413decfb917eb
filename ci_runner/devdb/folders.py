"""Folders of servers of our own: marked when made, found and emptied when their run is dead."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import parse, this_run
from ci_runner.errors import DatabaseError

PREFIX = "schema-ci-"
MEMORY = Path("/dev/shm")  # noqa: S108 - the folders below it are made private by mkdtemp
_MARKER = "schema-ci.run"
_LONGEST = 4096
_PROC = Path("/proc")
_STOP_SECONDS = 10.0


def mark(folder: Path) -> None:
    """Let a later run know whose `folder` is."""
    (folder / _MARKER).write_text(f"{this_run()}\n")


def leftover_folders() -> Iterator[Leftover]:
    """Every marked folder of ours that we may remove, those of runs that are alive included."""
    for place in dict.fromkeys((MEMORY, Path(tempfile.gettempdir()))):
        for folder in sorted(place.glob(f"{PREFIX}*")):
            marker = parse(_marker_of(folder))
            if marker is not None:
                yield Leftover(f"folder {folder}", marker, partial(_remove, folder))


def _marker_of(folder: Path) -> str:
    """What a folder says of itself; "" for one that is a link, or another user's, or says nothing.

    Anybody may make such a folder in the temporary one; only root may remove everybody's.
    """
    try:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or os.geteuid() not in {0, status.st_uid}:
            return ""
        descriptor = os.open(folder / _MARKER, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""  # gone meanwhile, or without a marker, or with a link or a secret in its place
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return opened.read(_LONGEST).decode(errors="replace").strip()


def _remove(folder: Path) -> None:
    """End what still runs in `folder`, then remove it. Raises DatabaseError."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + _STOP_SECONDS
        while running := list(_processes_in(folder)):
            for pid in running:
                _send(pid, number)
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as refused:
        raise DatabaseError(
            f"the folder {folder} could not be removed",
            said=str(refused),
            next_step=f"rm -r {folder}",
        ) from refused


def _processes_in(folder: Path) -> Iterator[int]:
    """Servers work in their data folder; on systems without /proc nobody tells."""
    for entry in _PROC.glob("[0-9]*/cwd"):
        try:
            where = entry.readlink()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue  # gone meanwhile, or somebody else's
        if folder in (where, *where.parents):
            yield int(entry.parent.name)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
