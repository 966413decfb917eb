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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ci_runner.devdb.binaries import choose, installations, server_account
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.folders import MEMORY, PREFIX, mark
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
    "log_min_messages": "fatal",
    "logging_collector": "off",
    "TimeZone": "UTC",
}


def find_binaries() -> Path | None:
    """The folder that holds `postgres` and `initdb`: on PATH, or Debian's newest."""
    return next((each.programs for each in installations() if each.package is None), None)


@contextmanager
def local_postgres(
    *, superuser: bool = False, binaries: Path | None = None
) -> Iterator[PostgresServer]:
    """A server on a unix socket only. Migrations run as a role without superuser rights.

    `superuser` lets them run as the superuser instead; `binaries` is a folder of programs, that of
    `find_binaries` when None. As root the server is started as an unprivileged user, because
    PostgreSQL refuses uid 0. Raises DatabaseError.
    """
    binaries = binaries or choose("").programs
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_roomy()))
    try:
        mark(folder)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _initdb(binaries, folder, account)
        with _running(binaries, folder, account):
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
def _running(binaries: Path, folder: Path, account: pwd.struct_passwd | None) -> Iterator[None]:
    log = folder / "log"
    settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
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
        yield
    finally:
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


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
                said=re.sub(r"[^\n]*/(?=log)", "", "\n".join(_tail(log))),
            ) from refused
        return


def _tail(log: Path) -> list[str]:
    return log.read_text(errors="replace").strip().splitlines()[-5:]
