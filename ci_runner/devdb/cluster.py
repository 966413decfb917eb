"""A PostgreSQL cluster of our own in a temporary folder: made or unpacked, started, removed.

What `initdb` makes is kept, packed and signed, for the next run on this machine; configuration is
written anew each time and kept nowhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ci_runner import __version__
from ci_runner.devdb.folders import PREFIX, mark
from ci_runner.devdb.forms import POSTGRES
from ci_runner.devdb.machine import as_account, environment, remove, roomy, written
from ci_runner.devdb.packing import pack, unpack
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.store import of_this_machine
from ci_runner.devdb.watchdog import USUAL, Limits, Watchdog, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection, connect
from ci_runner.errors import DatabaseError

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
# A backend needs a tenth of it; without an end one statement could take the machine's memory.
_ADDRESS_SPACE = 2 * 2**30
_LOG_TAIL = 4096
_LOG_LINES = 8  # a shutdown has six
_LAST_WORDS_SECONDS = 1.0
_FULL = "No space left on device"  # ENOSPC, as the C library says it
Begin = Callable[[PostgresConnection], None]
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


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with `postgres` and `initdb`, and the user they run as: ourselves when None."""

    binaries: Path
    account: pwd.struct_passwd | None = None

    @property
    def owner(self) -> tuple[int, int] | None:
        """User and group id of all that the server has to read."""
        return (self.account.pw_uid, self.account.pw_gid) if self.account else None

    def identity(self) -> str:
        """All that a data folder depends on but the SQL that ran in it."""
        asked = subprocess.run(
            [str(self.binaries / "postgres"), "--version"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode:
            raise DatabaseError("postgres --version failed", said=asked.stderr.strip())
        return json.dumps([asked.stdout.strip(), *_surroundings()])

    def installed(self) -> str:
        """The name of what these very programs make; a copy of them elsewhere makes the same."""
        known = [(self.binaries / each).stat() for each in ("initdb", "postgres")]
        dated = [(each.st_size, each.st_mtime_ns) for each in known]
        parts = json.dumps(["initdb", dated, *_surroundings()])
        return hashlib.sha256(parts.encode()).hexdigest()


def _surroundings() -> list[object]:
    """What a data folder depends on besides the programs."""
    ours = ["postgres", __version__, _LOCALES, _INITDB, _SETTINGS]
    return [*ours, platform.machine(), _libc()]


def _libc() -> str:
    """Its version, "" where it does not tell: the order of text, and so of indexes, is its own."""
    if "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return ""
    return os.confstr("CS_GNU_LIBC_VERSION") or ""


class Cluster:
    """A running server on a unix socket in `folder`, which only its own user may enter."""

    def __init__(self, programs: Programs, folder: Path, limits: Limits = USUAL) -> None:
        self.watchdog: Watchdog
        self.folder = folder
        self._programs = programs
        self._limits = limits
        self._log = folder / "log"
        self._silent = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def admin(self) -> str:
        return self.address(_SUPERUSER)

    def address(self, role: str) -> str:
        """All of it, so that PGPORT and its like in our own environment change nothing."""
        return f"host={self.folder} port=5432 user={role} dbname=postgres"

    def start(self, begin: Begin = lambda _: None) -> None:
        """Until it answers. `begin` gets the superuser's session that it first answers on."""
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    "/bin/sh",
                    "-c",
                    _limited(self._limits),
                    str(self._programs.binaries / "postgres"),
                    "-D",
                    str(self.folder / "data"),
                    f"-cunix_socket_directories={self.folder}",
                    *settings,
                ],
                cwd=self.folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **as_account(self._programs.account),
            )
        with _first_session(self._process, self.admin, self._log) as admin:
            begin(admin)
        self._silent = self._log.stat().st_size

    @contextmanager
    def watched(self) -> Iterator[None]:
        """`watchdog` keeps the limits until the block ends, over restarts as well."""
        measured = partial(written, self.folder)
        with watching(
            self._limits, self._end_of_it, written=measured, obituary=self._obituary
        ) as self.watchdog:
            yield

    def _end_of_it(self, _: Sequence[int]) -> str:
        """The server ends its processes itself, and after five seconds by SIGKILL."""
        if server := self._process:
            server.send_signal(signal.SIGQUIT)
        return ""

    def _obituary(self) -> str:
        log, silent = self._log, self._silent
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while log.stat().st_size == silent and time.monotonic() < deadline:
            time.sleep(0.02)
        return _cause(_tail(log)) if log.stat().st_size > silent else ""

    def end(self) -> None:
        """At once: what the server has not written yet is lost."""
        self._signal(signal.SIGQUIT)

    def pack(self) -> bytes:
        """The data as packed bytes; the server is stopped for that. Raises Unportable."""
        # It disconnects everybody and writes what is not written.
        ended = self._signal(signal.SIGINT)
        try:
            if ended != 0:
                raise Unportable("the server did not end as it was told to")
            return pack(self.folder / "data", POSTGRES)
        finally:
            self.start()

    def _signal(self, number: signal.Signals) -> int | None:
        """What the server ended with; None where none runs."""
        if self._process is None:
            return None
        self._process.send_signal(number)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        ended = self._process.returncode
        self._process = None
        return ended


@contextmanager
def running(
    programs: Programs,
    state: bytes | None = None,
    begin: Begin = lambda _: None,
    *,
    limits: Limits = USUAL,
) -> Iterator[Cluster]:
    """A cluster with the data of `state`, else as initdb makes it; `begin` is as for its start.

    SQL under the guard of its watchdog that goes over `limits` is stopped.

    Raises DatabaseError, and Unportable for a state that is not what `Cluster.pack` gives.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=roomy()))
    cluster = Cluster(programs, folder, limits)
    try:
        mark(folder)
        if programs.owner:
            os.chown(folder, *programs.owner)
        if state is None:
            _initialised(programs, folder)
        else:
            unpack(state, folder / "data", POSTGRES, programs.owner)
        _configure(folder / "data", programs.owner)
        cluster.start(begin)
        with cluster.watched():
            yield cluster
    finally:
        cluster.end()
        remove(folder)


def _initialised(programs: Programs, folder: Path) -> None:
    """A data folder without databases of ours: the one that an earlier run made, else a new one."""
    store = of_this_machine()
    name = programs.installed()
    if store and name in store.names() and isinstance(kept := store.load(name), bytes):
        try:
            unpack(kept, folder / "data", POSTGRES, programs.owner)
        except Unportable:
            shutil.rmtree(folder / "data")
        else:
            return
    _initdb(programs, folder)
    if store:
        store.save(name, pack(folder / "data", POSTGRES))


def is_initialised(programs: Programs) -> bool:
    """Whether an earlier run on this machine has made a cluster with these programs."""
    store = of_this_machine()
    return store is not None and programs.installed() in store.names()


def _configure(data: Path, owner: tuple[int, int] | None) -> None:
    """Ours alone: what initdb or a snapshot brought along does not count."""
    (data / "postgresql.auto.conf").unlink(missing_ok=True)
    for name, text in _OWN_FILES.items():
        place = data / name
        place.unlink(missing_ok=True)
        place.write_text(text, encoding="utf-8")
        if owner:
            os.chown(place, *owner)


def _initdb(programs: Programs, folder: Path) -> None:
    """In C.UTF-8; in C where the machine does not have that."""
    said = ""
    for locale in _LOCALES:
        done = subprocess.run(
            [
                str(programs.binaries / "initdb"),
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
            **as_account(programs.account),
        )
        if done.returncode == 0:
            return
        said = "\n".join(done.stderr.strip().splitlines()[-5:])
        if "invalid locale" not in said:
            break
    full = f"make room in {folder.parent}, or set TMPDIR to where there is some"
    raise DatabaseError("initdb failed", said=said, next_step=full if _FULL in said else "")


@contextmanager
def _first_session(
    server: subprocess.Popen[bytes], admin: str, log: Path
) -> Iterator[PostgresConnection]:
    """The first that succeeds; readiness is an answer, not a line in a log."""
    deadline = time.monotonic() + _START_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                connection = stack.enter_context(connect(admin))
                connection.query("SELECT 1")
                break
            except (DatabaseError, StatementFailed) as refused:
                if server.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.002)
                    continue
                raise DatabaseError(
                    "the local PostgreSQL server did not start",
                    said="\n".join(_tail(log)),
                ) from refused
        yield connection


def _limited(limits: Limits) -> str:
    """A script that becomes the program in $0, its processes limited where the system can.

    The shell does it, because code between fork and exec is not safe beside threads. There is no
    limit on processes: it would count those of every server that the account runs.
    """
    blocks = limits.megabytes * 2**20 // 512  # the unit that POSIX gives `ulimit -f`
    return f'ulimit -c 0; ulimit -f {blocks}; ulimit -v {_ADDRESS_SPACE >> 10}; exec "$0" "$@"'


def _cause(lines: list[str]) -> str:
    said = list(lines)
    if any("terminated by signal 9" in line for line in said):
        said.append("signal 9 is how the kernel ends a process when memory runs out")
    return "\n".join(said)


def _tail(log: Path) -> list[str]:
    """The last lines of a log that SQL may have made long; files by their names in our folder."""
    with log.open("rb") as lines:
        lines.seek(max(log.stat().st_size - _LOG_TAIL, 0))
        told = lines.read().decode(errors="replace").replace(f"{log.parent}/", "")
    return told.strip().splitlines()[-_LOG_LINES:]
