"""A MariaDB server of our own from binaries on this machine, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_runner.devdb.folders import PREFIX, mark
from ci_runner.devdb.machine import account, as_account, environment, remove, roomy, tail, written
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.replay import Script
from ci_runner.devdb.watchdog import USUAL, Limits, Watchdog, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import connect
from ci_runner.errors import DatabaseError

_PLACES = ("/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/local/mysql/bin", "/usr/local/sbin")
_VERSION = re.compile(r"Ver (\d+(?:\.\d+)+)")
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0

# What of a production server shapes a schema stays as the server ships it; durability is worth
# nothing in a database that lives for one run. Character set and collation are what MariaDB's
# packages and images configure.
_SETTINGS = {
    "skip-networking": "ON",
    "local-infile": "OFF",
    "symbolic-links": "OFF",
    "event-scheduler": "OFF",
    "performance-schema": "OFF",
    "skip-log-bin": "ON",
    "skip-slave-start": "ON",
    "skip-name-resolve": "ON",
    "character-set-server": "utf8mb4",
    "collation-server": "utf8mb4_general_ci",
    "default-time-zone": "+00:00",
    "max-connections": "60",
    "key-buffer-size": "1M",
    "aria-pagecache-buffer-size": "8M",
    "innodb-buffer-pool-size": "64M",
    "innodb-log-file-size": "8M",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-flush-method": "nosync",
    "innodb-doublewrite": "OFF",
    "innodb-stats-persistent": "OFF",
}


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs that a server of our own is made with."""

    server: Path
    install: Path


def find_binaries() -> Binaries | None:
    """`mariadbd` and `mariadb-install-db`, on PATH or where distributions put them."""
    places = os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))
    server = shutil.which("mariadbd", path=places)
    install = shutil.which("mariadb-install-db", path=places)
    return Binaries(Path(server), Path(install)) if server and install else None


@contextmanager
def local_mariadb(
    *,
    superuser: bool = False,
    version: str = "",
    binaries: Binaries | None = None,
    setup: tuple[Script, ...] = (),
    limits: Limits = USUAL,
) -> Iterator[MysqlServer]:
    """A server on a unix socket only. Migrations run as the owner of one database.

    `superuser` lets them run as root instead; `version` is the one that it must be, such as 10.11,
    "" any; `binaries` are those of `find_binaries` when None. As root the server is started as an
    unprivileged user. SQL that goes over `limits` is stopped. Raises DatabaseError.
    """
    binaries = binaries or find_binaries()
    if binaries is None:
        raise DatabaseError(
            "no MariaDB server binaries were found",
            where=f"PATH, {', '.join(_PLACES)}",
            next_step="apt-get install mariadb-server, or use docker://mariadb/11",
        )
    _refuse_other(binaries, version)
    whom = account(("mysql", "nobody"), "MariaDB")
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=roomy()))
    try:
        mark(folder)
        _lay_out(folder, whom)
        _install(binaries, folder, whom)
        with (
            _running(binaries, folder, whom) as (process, admin),
            _watched(process, folder, limits) as watchdog,
        ):
            with connect(admin) as session:
                title = session.title
            yield MysqlServer(
                f"{title}, local server",
                admin,
                makes_accounts=True,
                superuser=superuser,
                setup=setup,
                guard=watchdog,
                ending=watchdog.ending,
            )
    finally:
        remove(folder)


def _refuse_other(binaries: Binaries, wanted: str) -> None:
    """Raise DatabaseError where the programs are not of the version that the URL asks for."""
    if not wanted:
        return
    said = subprocess.run(
        [str(binaries.server), "--no-defaults", "--version"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = _VERSION.search(said)
    if found is None or not f"{found[1]}.".startswith(f"{wanted}."):
        raise DatabaseError(
            f"no MariaDB {wanted} was found on this machine",
            where=str(binaries.server),
            said=said.strip(),
            next_step="write local://mariadb for the one that is there, or use docker://mariadb/11",
        )


def _lay_out(folder: Path, whom: pwd.struct_passwd | None) -> None:
    """`files` is the only place that SQL could read or write files in, and nobody may write it."""
    for name in ("data", "tmp", "files"):
        (folder / name).mkdir()
    (folder / "files").chmod(0o500)
    if whom:
        for place in (folder, *(each for each in folder.iterdir() if each.is_dir())):
            os.chown(place, whom.pw_uid, whom.pw_gid)


def _install(binaries: Binaries, folder: Path, whom: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        [
            str(binaries.install),
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--tmpdir={folder / 'tmp'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            *_innodb(),
        ],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        **as_account(whom),
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise DatabaseError("mariadb-install-db failed", said="\n".join(said[-5:]))


def _innodb() -> list[str]:
    return [f"--{name}={value}" for name, value in _SETTINGS.items() if name.startswith("innodb")]


@contextmanager
def _running(
    binaries: Binaries, folder: Path, whom: pwd.struct_passwd | None
) -> Iterator[tuple[subprocess.Popen[bytes], Address]]:
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                str(binaries.server),
                "--no-defaults",
                f"--datadir={folder / 'data'}",
                f"--tmpdir={folder / 'tmp'}",
                f"--socket={folder / 'socket'}",
                f"--pid-file={folder / 'pid'}",
                f"--secure-file-priv={folder / 'files'}",
                *(f"--{name}={value}" for name, value in _SETTINGS.items()),
            ],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **as_account(whom),
        )
    try:
        yield server, _wait(server, folder, log)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait(_STOP_SECONDS)


@contextmanager
def _watched(server: subprocess.Popen[bytes], folder: Path, limits: Limits) -> Iterator[Watchdog]:
    def end(_: Sequence[int]) -> str:
        server.kill()
        return ""

    def obituary() -> str:
        return "" if server.poll() is None else tail(folder / "log", 5)

    with watching(limits, end, written=lambda: written(folder), obituary=obituary) as watchdog:
        yield watchdog


def _wait(server: subprocess.Popen[bytes], folder: Path, log: Path) -> Address:
    """Root with a password of our own, from the first connection that succeeds."""
    deadline = time.monotonic() + _START_SECONDS
    root = Address("root", socket=str(folder / "socket"))
    password = secrets.token_urlsafe(18)
    while True:
        try:
            with connect(root) as connection:
                connection.execute(f"ALTER USER root@localhost IDENTIFIED BY '{password}'")
        except (DatabaseError, StatementFailed) as refused:
            if server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
                continue
            raise DatabaseError(
                "the local MariaDB server did not start", said=tail(log, 8)
            ) from refused
        return root.account("root", password)
