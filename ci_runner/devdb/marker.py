"""Who made a database or a folder, in one line: so that what a dead run left can be told apart."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from ci_runner.frozen import frozen

LEAD = "schema-ci dev database"
# The label of containers and networks whose value is a marker.
LABEL = "schema-ci.run"
# GitHub ends a job after six hours; no run that we know of lives longer.
LIFETIME = timedelta(hours=6)
_PROC = Path("/proc")
_PAIR = re.compile(r"(\S+)=(\S+)")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class Life(StrEnum):
    """What can be known of a run from here: another machine's may be either."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@frozen
class Marker:
    """One run of ours.

    `machine` tells one boot and one process namespace of a host from all others; `pid_start` is
    when the process began, in clock ticks since boot, because numbers of processes come again; 0
    where the system does not tell. Times are UTC, in whole seconds.
    """

    run: str
    host: str
    machine: str
    pid: int
    pid_start: int
    started: datetime
    expires: datetime

    def __str__(self) -> str:
        """One line without quotes: it becomes a comment in SQL and a label."""
        return (
            f"{LEAD} run={self.run} host={self.host} machine={self.machine} pid={self.pid}"
            f" pid-start={self.pid_start} started={self.started:{_TIME}}"
            f" expires={self.expires:{_TIME}}"
        )

    def life(self) -> Life:
        """Whether its process is there, as far as this machine can tell."""
        if self.machine != _machine():
            return Life.UNKNOWN
        if not _exists(self.pid):
            return Life.DEAD
        return Life.ALIVE if self.pid_start == _began(self.pid) else Life.DEAD


def parse(line: str) -> Marker | None:
    """The marker that `line` is; None for anything else, a marker with a part missing included."""
    if not line.startswith(f"{LEAD} "):
        return None
    parts = dict(_PAIR.findall(line))
    try:
        return Marker(
            run=parts["run"],
            host=parts["host"],
            machine=parts["machine"],
            pid=int(parts["pid"]),
            pid_start=int(parts["pid-start"]),
            started=_time(parts["started"]),
            expires=_time(parts["expires"]),
        )
    except (KeyError, ValueError):
        return None


def this_run() -> Marker:
    """The marker of this process: the same each time, another one after a fork."""
    return _marker(os.getpid())


@cache
def _marker(pid: int) -> Marker:
    now = datetime.now(UTC).replace(microsecond=0)
    host = _UNSAFE.sub("-", socket.gethostname()) or "-"
    return Marker(secrets.token_hex(8), host, _machine(), pid, _began(pid), now, now + LIFETIME)


def _time(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


@cache
def _machine() -> str:
    """Host, boot and process namespace: two containers of one host count as two machines."""
    boot, namespace = _PROC / "sys/kernel/random/boot_id", _PROC / "self/ns/pid"
    told = [
        socket.gethostname(),
        boot.read_text().strip() if boot.exists() else "",
        str(namespace.readlink()) if namespace.is_symlink() else "",
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _exists(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _began(pid: int) -> int:
    """proc(5): field 22 of stat; the name before it may hold blanks and parentheses."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(stat.rpartition(")")[2].split()[19])
