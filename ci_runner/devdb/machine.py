"""What running a server of our own on this machine takes: an account, a folder, a quiet process."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from ci_runner.devdb.folders import MEMORY
from ci_runner.errors import DatabaseError

_MEMORY_NEEDED = 512 * 2**20
_LOG_TAIL = 4096
KILLED = "signal 9 is how the kernel ends a process when memory runs out"
# A tenth of it is enough for DDL; without an end one value, or one table in memory, could take the
# machine's.
_ADDRESS_SPACE = 2 * 2**30


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


def limited(command: Sequence[str], file_bytes: int = 0) -> list[str]:
    """`command`, its processes limited where the system can; 0 is no limit for a single file.

    The shell does it, because code between fork and exec is not safe beside threads. There is no
    limit on processes: it would count those of every server that the account runs. Each heap of a
    thread's own would reserve address space.
    """
    blocks = f"ulimit -f {file_bytes // 512}; " if file_bytes else ""  # POSIX's unit for it
    space = f"ulimit -v {_ADDRESS_SPACE >> 10}; export MALLOC_ARENA_MAX=2"
    return ["/bin/sh", "-c", f'ulimit -c 0; {blocks}{space}; exec "$0" "$@"', *command]


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
    """The last lines of a log that SQL may have made long; files by their names in its folder."""
    with log.open("rb") as opened:
        opened.seek(max(log.stat().st_size - _LOG_TAIL, 0))
        told = opened.read().decode(errors="replace").replace(f"{log.parent}/", "")
    return "\n".join(told.strip().splitlines()[-lines:])


def room_for(folder: Path, said: str) -> str:
    """What to do where `folder` could not be filled, "" where what was said is of something else.

    ENOSPC as the C library says it, and InnoDB.
    """
    full = "No space left on device" in said or "out of disk space" in said
    return f"make room in {folder.parent}, or set TMPDIR to where there is some" if full else ""


def ids(whom: pwd.struct_passwd | None) -> tuple[int, int] | None:
    """User and group id of `whom`; None for ourselves."""
    return (whom.pw_uid, whom.pw_gid) if whom else None


def said(*command: str) -> str:
    """What a program answers. Raises DatabaseError where it fails."""
    asked = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if asked.returncode:
        what = f"{Path(command[0]).name} {command[-1]} failed"
        raise DatabaseError(what, said=asked.stderr.strip())
    return asked.stdout.strip()


def fingerprint(what: str, programs: Iterable[Path], *rest: object) -> str:
    """A name for what these very programs make: they are told by their sizes and times."""
    known = [each.stat() for each in programs]
    dated = [(each.st_size, each.st_mtime_ns) for each in known]
    return hashlib.sha256(json.dumps([what, dated, *rest]).encode()).hexdigest()


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


def unlinked(process: int, folder: Path) -> int:
    """Bytes of files below `folder` that have no name any more and that `process` has open.

    Temporary files are such. 0 on systems without /proc.
    """
    total = 0
    with suppress(FileNotFoundError), os.scandir(f"/proc/{process}/fd") as entries:
        for each in entries:
            with suppress(FileNotFoundError):
                name = os.readlink(each.path)  # noqa: PTH115 - a path would normalise what it says
                if name.startswith(f"{folder}/") and name.endswith(" (deleted)"):
                    total += os.stat(each.path).st_blocks * 512  # noqa: PTH116 - as above
    return total
