"""A PostgreSQL server of our own from binaries on this machine, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ci_runner.devdb.binaries import choose, installations, server_account
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.folders import MEMORY, PREFIX, mark
from ci_runner.devdb.machine import written
from ci_runner.devdb.watchdog import USUAL, Limits, Watchdog, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

ROLE = "schema_ci"
_MEMORY_NEEDED = 512 * 2**20
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0

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
}
# A backend needs a tenth of it; without an end one statement could take the machine's memory.
_ADDRESS_SPACE = 2 * 2**30
_LOG_TAIL = 4096
_LAST_WORDS_SECONDS = 1.0


def find_binaries() -> Path | None:
    """The folder that holds `postgres` and `initdb`: on PATH, or Debian's newest."""
    return next((each.programs for each in installations() if each.package is None), None)


@contextmanager
def local_postgres(
    *, superuser: bool = False, binaries: Path | None = None, limits: Limits = USUAL
) -> Iterator[PostgresServer]:
    """A server on a unix socket only. Migrations run as a role without superuser rights.

    `superuser` lets them run as the superuser instead; `binaries` is a folder of programs, that of
    `find_binaries` when None; SQL that goes over `limits` is stopped. As root the server is started
    as an unprivileged user, because PostgreSQL refuses uid 0. Raises DatabaseError.
    """
    binaries = binaries or choose("").programs
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_roomy()))
    try:
        mark(folder)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _initdb(binaries, folder, account)
        with (
            _running(binaries, folder, account, limits) as process,
            _watched(process, folder, limits) as watchdog,
        ):
            conninfo = _address(folder, "postgres")
            with connect(conninfo) as admin:
                if not superuser:
                    admin.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
                version = admin.version
            role = "postgres" if superuser else ROLE
            yield PostgresServer(
                f"PostgreSQL {version}, local server",
                conninfo,
                _address(folder, role),
                role,
                guard=watchdog,
                ending=watchdog.ending,
            )
    finally:
        _remove(folder)


def _address(folder: Path, role: str) -> str:
    """All of it, so that PGPORT and its like in our own environment change nothing."""
    return f"host={folder} port=5432 user={role} dbname=postgres"


def _remove(folder: Path) -> None:
    """Until it is gone: children of a killed initdb may still write for a moment."""
    for _ in range(40):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


def _roomy() -> Path | None:
    """Memory where there is enough of it: it makes CREATE DATABASE ten times as fast."""
    writable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if writable and shutil.disk_usage(MEMORY).free >= _MEMORY_NEEDED:
        return MEMORY
    return None


def _as(account: pwd.struct_passwd | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _initdb(binaries: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    """In C.UTF-8; in C where the machine does not have that."""
    said = ""
    for locale in ("C.UTF-8", "C"):
        done = subprocess.run(
            [
                str(binaries / "initdb"),
                f"--pgdata={folder / 'data'}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                f"--locale={locale}",
                "--no-sync",
                "--no-instructions",
            ],
            cwd=folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            **_as(account),  # type: ignore[call-overload]  # user, group and extra_groups
        )
        if done.returncode == 0:
            return
        said = "\n".join(done.stderr.strip().splitlines()[-5:])
        if "invalid locale" not in said:
            break
    raise DatabaseError("initdb failed", said=said)


def _environment() -> dict[str, str]:
    """Nothing of ours but the path: a token has no business in a database server."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextmanager
def _running(
    binaries: Path, folder: Path, account: pwd.struct_passwd | None, limits: Limits
) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / "log"
    settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                _limited(limits),
                str(binaries / "postgres"),
                "-D",
                str(folder / "data"),
                f"-cunix_socket_directories={folder}",
                *settings,
            ],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **_as(account),  # type: ignore[call-overload]  # user, group and extra_groups
        )
    try:
        _wait(server, folder, log)
        yield server
    finally:
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _limited(limits: Limits) -> str:
    """A script that becomes the program in $0, its processes limited where the system can.

    The shell does it, because code between fork and exec is not safe beside threads. There is no
    limit on processes: it would count those of every server that the account runs.
    """
    blocks = limits.megabytes * 2**20 // 512  # the unit that POSIX gives `ulimit -f`
    return f'ulimit -c 0; ulimit -f {blocks}; ulimit -v {_ADDRESS_SPACE >> 10}; exec "$0" "$@"'


@contextmanager
def _watched(server: subprocess.Popen[bytes], folder: Path, limits: Limits) -> Iterator[Watchdog]:
    log = folder / "log"
    silent = log.stat().st_size

    def end(_: Sequence[int]) -> str:
        """The server ends its processes itself, and after five seconds by SIGKILL."""
        server.send_signal(signal.SIGQUIT)
        return ""

    def obituary() -> str:
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while log.stat().st_size == silent and time.monotonic() < deadline:
            time.sleep(0.02)
        return _cause(_tail(log)) if log.stat().st_size > silent else ""

    with watching(limits, end, written=lambda: written(folder), obituary=obituary) as watchdog:
        yield watchdog


def _cause(lines: list[str]) -> str:
    said = [_without_folder(line) for line in lines]
    if any("terminated by signal 9" in line for line in said):
        said.append("signal 9 is how the kernel ends a process when memory runs out")
    return "\n".join(said)


def _wait(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    """Until the first connection succeeds; readiness is an answer, not a line in a log."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with connect(_address(folder, "postgres")) as connection:
                connection.query("SELECT 1")
        except (DatabaseError, StatementFailed) as refused:
            if server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
                continue
            raise DatabaseError(
                "the local PostgreSQL server did not start",
                said="\n".join(_without_folder(line) for line in _tail(log)),
            ) from refused
        return


def _without_folder(line: str) -> str:
    return re.sub(r".*/(?=log)", "", line)


def _tail(log: Path) -> list[str]:
    """The last lines of a log that SQL may have made long."""
    with log.open("rb") as lines:
        lines.seek(max(log.stat().st_size - _LOG_TAIL, 0))
        return lines.read().decode(errors="replace").strip().splitlines()[-5:]
