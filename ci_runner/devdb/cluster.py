"""A PostgreSQL cluster of our own: its configuration is written anew each time and kept nowhere."""

from __future__ import annotations

import json
import os
import platform
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ci_runner import __version__
from ci_runner.devdb.forms import POSTGRES
from ci_runner.devdb.machine import (
    KILLED,
    as_account,
    environment,
    fingerprint,
    ids,
    limited,
    room_for,
    said,
    tail,
)
from ci_runner.devdb.own_server import LOG_LINES, OwnServer, new_folder
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from ci_runner.dialects.postgres.session import PostgresConnection

_LAST_WORDS_SECONDS = 1.0
Begin: TypeAlias = "Callable[[PostgresConnection], None]"
_LOCALES = ("C.UTF-8", "C")
_SUPERUSER = "postgres"

# Durability is worth nothing in a database that lives for one run.
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "max_locks_per_transaction": "1024",
    "wal_level": "minimal",
    "wal_recycle": "off",
    "wal_init_zero": "off",
    "max_wal_size": "256MB",
    "max_wal_senders": "0",
    # A subscription that a migration enables connects to no publisher from here.
    "max_logical_replication_workers": "0",
    "jit": "off",
    # No error of a statement, but how a process died; and behind that nothing but the end.
    "restart_after_crash": "off",
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "TimeZone": "UTC",
    "default_text_search_config": "pg_catalog.english",
}
# Small segments: those of 16 MB are most of what an empty cluster would have to copy.
_INITDB = ("--auth=trust", "--encoding=UTF8", "--wal-segsize=1", "--no-sync", "--no-instructions")
_OWN_FILES = {
    "postgresql.conf": "",
    "pg_hba.conf": "local all all trust\n",
    "pg_ident.conf": "",
}


@frozen
class Programs:
    """A folder with `postgres` and `initdb`, and the user they run as: ourselves when None."""

    binaries: Path
    account: pwd.struct_passwd | None = None

    @property
    def owner(self) -> tuple[int, int] | None:
        """See ci_runner.devdb.own_server.Installation."""
        return ids(self.account)

    def identity(self) -> str:
        """All that a data folder depends on but the SQL that ran in it."""
        return json.dumps([said(str(self.binaries / "postgres"), "--version"), *_surroundings()])

    def installed(self) -> str:
        """See ci_runner.devdb.own_server.Installation."""
        programs = (self.binaries / each for each in ("initdb", "postgres"))
        return fingerprint("initdb", programs, *_surroundings())

    def install(self, folder: Path) -> None:
        """See ci_runner.devdb.own_server.Installation. In C where the machine lacks C.UTF-8."""
        failed = ""
        for locale in _LOCALES:
            done = subprocess.run(
                [
                    str(self.binaries / "initdb"),
                    f"--pgdata={folder / 'data'}",
                    f"--username={_SUPERUSER}",
                    f"--locale={locale}",
                    *_INITDB,
                ],
                cwd=folder,
                env=environment(),
                capture_output=True,
                text=True,
                check=False,
                **as_account(self.account),
            )
            if done.returncode == 0:
                return
            failed = "\n".join(done.stderr.strip().splitlines()[-5:])
            if "invalid locale" not in failed:
                break
        raise DatabaseError("initdb failed", said=failed, next_step=room_for(folder, failed))


def _surroundings() -> list[object]:
    """What a data folder depends on besides the programs."""
    ours = ["postgres", __version__, _LOCALES, _INITDB, _SETTINGS]
    return [*ours, platform.machine(), _libc()]


def _libc() -> str:
    """Its version, "" where it does not tell: the order of text, and so of indexes, is its own."""
    if "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return ""
    return os.confstr("CS_GNU_LIBC_VERSION") or ""


class Cluster(OwnServer["PostgresConnection"]):
    """See OwnServer; sessions of `admin` are the superuser's."""

    name = "PostgreSQL"
    form = POSTGRES
    told = signal.SIGINT
    at_once = signal.SIGQUIT

    def __init__(self, programs: Programs, folder: Path, limits: Limits = USUAL) -> None:
        super().__init__(programs, folder, limits)
        self._binaries = programs.binaries
        self._silent = 0

    @property
    def admin(self) -> str:
        return self.address(_SUPERUSER)

    def address(self, role: str) -> str:
        """All of it, so that PGPORT and its like in our own environment change nothing."""
        return f"host={self.folder} port=5432 user={role} dbname=postgres"

    def lay_out(self, owner: tuple[int, int] | None) -> None:
        if owner:
            os.chown(self.folder, *owner)

    def configure(self, owner: tuple[int, int] | None) -> None:
        data = self.folder / "data"
        (data / "postgresql.auto.conf").unlink(missing_ok=True)
        for name, text in _OWN_FILES.items():
            place = data / name
            place.unlink(missing_ok=True)
            place.write_text(text, encoding="utf-8")
            if owner:
                os.chown(place, *owner)

    def command(self) -> list[str]:
        words = [
            str(self._binaries / "postgres"),
            "-D",
            str(self.folder / "data"),
            f"-cunix_socket_directories={self.folder}",
            *(f"-c{name}={value}" for name, value in _SETTINGS.items()),
        ]
        return limited(words, self.limits.megabytes * 2**20)

    @contextmanager
    def session(self) -> Iterator[PostgresConnection]:
        with connect(self.admin) as connection:
            connection.query("SELECT 1")
            yield connection

    def start(self, begin: Begin = lambda _: None) -> None:
        super().start(begin)
        self._silent = self.log.stat().st_size

    def end_of_it(self, sessions: Sequence[int]) -> str:  # noqa: ARG002 - part of the protocol
        """The server ends its processes itself, and after five seconds by SIGKILL."""
        if server := self.process:
            server.send_signal(signal.SIGQUIT)
        return ""

    def obituary(self) -> str:
        log, silent = self.log, self._silent
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while log.stat().st_size == silent and time.monotonic() < deadline:
            time.sleep(0.02)
        return _cause(tail(log, LOG_LINES)) if log.stat().st_size > silent else ""


@contextmanager
def running(
    programs: Programs,
    state: bytes | None = None,
    begin: Begin = lambda _: None,
    *,
    limits: Limits = USUAL,
) -> Iterator[Cluster]:
    """A cluster with the data of `state`: see OwnServer.running."""
    cluster = Cluster(programs, new_folder(), limits)
    with cluster.running(state, begin):
        yield cluster


def _cause(lines: str) -> str:
    if "terminated by signal 9" in lines:
        return f"{lines}\n{KILLED}"
    return lines
