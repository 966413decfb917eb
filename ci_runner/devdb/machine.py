"""What running a server of our own on this machine takes: an account, a folder, a quiet process."""

from __future__ import annotations

import os
import pwd
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

from ci_runner.devdb.folders import MEMORY
from ci_runner.errors import DatabaseError

_MEMORY_NEEDED = 512 * 2**20


def account(names: Sequence[str], server: str) -> pwd.struct_passwd | None:
    """Whom to run `server` as: nobody but ourselves, unless we are root.

    As root, the first of `names` that this machine knows. Raises DatabaseError.
    """
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseError(
        f"{server} does not run as root and there is no user to run it as",
        next_step=f"add a user `{names[0]}`, or use a dev URL that begins with docker://",
    )


class _Started(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Iterable[int]


def as_account(whom: pwd.struct_passwd | None) -> _Started:
    """Arguments of subprocess that start a process as `whom`."""
    if whom is None:
        return {}
    return {"user": whom.pw_uid, "group": whom.pw_gid, "extra_groups": []}


def roomy() -> Path | None:
    """Memory where there is enough of it: it makes DDL ten times as fast. Else the usual place."""
    writable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if writable and shutil.disk_usage(MEMORY).free >= _MEMORY_NEEDED:
        return MEMORY
    return None


def environment() -> dict[str, str]:
    """Nothing of ours but the path: a token has no business in a database server."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def remove(folder: Path) -> None:
    """Until it is gone: children of a killed process may still write for a moment."""
    for _ in range(40):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


def tail(log: Path, lines: int = 5) -> str:
    return "\n".join(log.read_text(errors="replace").strip().splitlines()[-lines:])


def written(folder: Path) -> int:
    """Bytes on disk below `folder`. Files and folders may go while we look."""
    total, ahead = 0, [str(folder)]
    while ahead:
        try:
            with os.scandir(ahead.pop()) as entries:
                for each in entries:
                    if each.is_dir(follow_symlinks=False):
                        ahead.append(each.path)
                    else:
                        total += each.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            continue
    return total
