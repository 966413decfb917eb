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
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_runner import __version__
from ci_runner.devdb.packing import pack, unpack
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.store import of_this_machine
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection, connect
from ci_runner.errors import DatabaseError

_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder below it is made private by mkdtemp
_MEMORY_NEEDED = 512 * 2**20
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
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
    "log_min_messages": "fatal",
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
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode:
            raise DatabaseError("postgres --version failed", said=asked.stderr.strip())
        return json.dumps([asked.stdout.strip(), *_surroundings()])

    def installed(self) -> str:
        """The name of what these very programs make, until somebody installs others in place."""
        known = [(self.binaries / each).stat() for each in ("initdb", "postgres")]
        dated = [(each.st_size, each.st_mtime_ns) for each in known]
        parts = json.dumps(["initdb", str(self.binaries), dated, *_surroundings()])
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

    def __init__(self, programs: Programs, folder: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def admin(self) -> str:
        return self.address(_SUPERUSER)

    def address(self, role: str) -> str:
        """All of it, so that PGPORT and its like in our own environment change nothing."""
        return f"host={self.folder} port=5432 user={role} dbname=postgres"

    def start(self, begin: Begin = lambda _: None) -> None:
        """Until it answers. `begin` gets the superuser's session that it first answers on."""
        log = self.folder / "log"
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    str(self._programs.binaries / "postgres"),
                    "-D",
                    str(self.folder / "data"),
                    f"-cunix_socket_directories={self.folder}",
                    *settings,
                ],
                cwd=self.folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **_as(self._programs.account),  # type: ignore[call-overload]  # user, group ...
            )
        with _first_session(self._process, self.admin, log) as admin:
            begin(admin)

    def end(self) -> None:
        """At once: what the server has not written yet is lost."""
        self._signal(signal.SIGQUIT)

    def pack(self) -> bytes:
        """The data as packed bytes; the server is stopped for that. Raises Unportable."""
        self._signal(signal.SIGINT)  # disconnects everybody and writes what is not written
        packed = pack(self.folder / "data")
        self.start()
        return packed

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def running(
    programs: Programs, state: bytes | None = None, begin: Begin = lambda _: None
) -> Iterator[Cluster]:
    """A cluster with the data of `state`, else as initdb makes it; `begin` is as for its start.

    Raises DatabaseError, and Unportable for a state that is not what `Cluster.pack` gives.
    """
    folder = Path(tempfile.mkdtemp(prefix="schema-ci-", dir=_roomy()))
    cluster = Cluster(programs, folder)
    try:
        if programs.owner:
            os.chown(folder, *programs.owner)
        if state is None:
            _initialised(programs, folder)
        else:
            unpack(state, folder / "data", programs.owner)
        _configure(folder / "data", programs.owner)
        cluster.start(begin)
        yield cluster
    finally:
        cluster.end()
        _remove(folder)


def _initialised(programs: Programs, folder: Path) -> None:
    """A data folder without databases of ours: the one that an earlier run made, else a new one."""
    store = of_this_machine()
    name = programs.installed()
    if store and name in store.names() and isinstance(kept := store.load(name), bytes):
        try:
            unpack(kept, folder / "data", programs.owner)
        except Unportable:
            shutil.rmtree(folder / "data")
        else:
            return
    _initdb(programs, folder)
    if store:
        store.save(name, pack(folder / "data"))


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
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            **_as(programs.account),  # type: ignore[call-overload]  # user, group and extra_groups
        )
        if done.returncode == 0:
            return
        said = "\n".join(done.stderr.strip().splitlines()[-5:])
        if "invalid locale" not in said:
            break
    raise DatabaseError("initdb failed", said=said)


def _remove(folder: Path) -> None:
    """Until it is gone: children of a killed initdb may still write for a moment."""
    for _ in range(40):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


def _roomy() -> Path | None:
    """Memory where there is enough of it: it makes CREATE DATABASE ten times as fast."""
    writable = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    if writable and shutil.disk_usage(_MEMORY).free >= _MEMORY_NEEDED:
        return _MEMORY
    return None


def _as(account: pwd.struct_passwd | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Nothing of ours but the path: a token has no business in a database server."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


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
                    said=re.sub(r"[^\n]*/(?=log)", "", "\n".join(_tail(log))),
                ) from refused
        yield connection


def _tail(log: Path) -> list[str]:
    return log.read_text(errors="replace").strip().splitlines()[-5:]
