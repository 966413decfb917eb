"""A MariaDB server of our own in a temporary folder: made or unpacked, started, removed.

What `mariadb-install-db` makes is kept, packed and signed, for the next run on this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import pwd
import re
import secrets
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
from ci_runner.devdb.forms import MARIADB
from ci_runner.devdb.machine import as_account, environment, remove, roomy, tail, written
from ci_runner.devdb.packing import pack, unpack
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.store import of_this_machine
from ci_runner.devdb.watchdog import USUAL, Limits, Watchdog, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_VERSION = re.compile(r"Ver (\d+(?:\.\d+)+)")
Begin = Callable[[MysqlConnection], None]

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
_INNODB = [f"--{name}={value}" for name, value in _SETTINGS.items() if name.startswith("innodb")]
# The server runs it before it lets anybody in. Accounts of root for TCP, which nobody listens to,
# are named after the machine that they were made on.
_ACCOUNTS = """\
DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';
DELETE FROM mysql.proxies_priv WHERE User = 'root' AND Host <> 'localhost';
FLUSH PRIVILEGES;
ALTER USER root@localhost IDENTIFIED BY '{password}';
"""


@dataclass(frozen=True, slots=True)
class Programs:
    """What a server is made with, and the user that it runs as: ourselves when None."""

    server: Path
    install: Path
    account: pwd.struct_passwd | None = None

    @property
    def owner(self) -> tuple[int, int] | None:
        """User and group id of all that the server has to read."""
        return (self.account.pw_uid, self.account.pw_gid) if self.account else None

    def said(self) -> str:
        """What the server says of itself. Raises DatabaseError."""
        asked = subprocess.run(
            [str(self.server), "--no-defaults", "--version"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode:
            raise DatabaseError("mariadbd --version failed", said=asked.stderr.strip())
        return asked.stdout.strip()

    def version(self) -> str:
        """Such as `10.11.14`; "" for programs that do not tell."""
        found = _VERSION.search(self.said())
        return found[1] if found else ""

    def identity(self) -> str:
        """All that a data folder depends on but the SQL that ran in it."""
        return json.dumps([self.said().partition(" ")[2], *_surroundings()])

    def installed(self) -> str:
        """The name of what these very programs make."""
        known = [each.stat() for each in (self.server, self.install)]
        dated = [(each.st_size, each.st_mtime_ns) for each in known]
        parts = json.dumps(["install", dated, *_surroundings()])
        return hashlib.sha256(parts.encode()).hexdigest()


def _surroundings() -> list[object]:
    """What a data folder depends on besides the programs."""
    return ["mariadb", __version__, _SETTINGS, platform.machine()]


class Instance:
    """A running server on a unix socket in `folder`, which only its own user may enter."""

    def __init__(self, programs: Programs, folder: Path, limits: Limits = USUAL) -> None:
        self.watchdog: Watchdog
        self.folder = folder
        self.admin = Address("root", secrets.token_urlsafe(18), socket=str(folder / "socket"))
        self._programs = programs
        self._limits = limits
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, begin: Begin = lambda _: None) -> None:
        """Until it answers. `begin` gets root's session that it first answers on."""
        folder = self.folder
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    str(self._programs.server),
                    "--no-defaults",
                    f"--datadir={folder / 'data'}",
                    f"--tmpdir={folder / 'tmp'}",
                    f"--socket={folder / 'socket'}",
                    f"--pid-file={folder / 'pid'}",
                    f"--secure-file-priv={folder / 'files'}",
                    f"--init-file={folder / 'accounts.sql'}",
                    *(f"--{name}={value}" for name, value in _SETTINGS.items()),
                ],
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **as_account(self._programs.account),
            )
        with _first_session(self._process, self.admin, self._log) as admin:
            begin(admin)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """`watchdog` keeps the limits until the block ends, over restarts as well."""
        with watching(
            self._limits,
            self._end_of_it,
            written=partial(written, self.folder),
            obituary=self._obituary,
        ) as self.watchdog:
            yield

    def _end_of_it(self, _: Sequence[int]) -> str:
        if server := self._process:
            server.kill()
        return ""

    def _obituary(self) -> str:
        lives = self._process is None or self._process.poll() is None
        return "" if lives else tail(self._log, 5)

    def end(self) -> None:
        """At once: what the server has not written yet is lost."""
        self._signal(signal.SIGKILL)

    def pack(self) -> bytes:
        """The data as packed bytes; the server is stopped for that. Raises Unportable."""
        # It disconnects everybody and writes what is not written.
        ended = self._signal(signal.SIGTERM)
        try:
            if ended != 0:
                raise Unportable("the server did not end as it was told to")
            return pack(self.folder / "data", MARIADB)
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
) -> Iterator[Instance]:
    """A server with the data of `state`, else as it is installed; `begin` is as for its start.

    SQL under the guard of its watchdog that goes over `limits` is stopped.

    Raises DatabaseError, and Unportable for a state that is not what `Instance.pack` gives.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=roomy()))
    instance = Instance(programs, folder, limits)
    try:
        mark(folder)
        _lay_out(folder, programs.owner, instance.admin.password)
        if state is None:
            _installed(programs, folder)
        else:
            unpack(state, folder / "data", MARIADB, programs.owner)
        instance.start(begin)
        with instance.watched():
            yield instance
    finally:
        instance.end()
        remove(folder)


def _lay_out(folder: Path, owner: tuple[int, int] | None, password: str) -> None:
    """`files` is the only place that SQL could read or write files in, and nobody may write it."""
    accounts = folder / "accounts.sql"
    accounts.touch(mode=0o600)
    accounts.write_text(_ACCOUNTS.format(password=password), encoding="utf-8")
    for name in ("tmp", "files"):
        (folder / name).mkdir()
    (folder / "files").chmod(0o500)
    if owner:
        for place in (folder, accounts, folder / "tmp", folder / "files"):
            os.chown(place, *owner)


def _installed(programs: Programs, folder: Path) -> None:
    """A data folder without databases of ours: the one that an earlier run made, else a new one."""
    store = of_this_machine()
    name = programs.installed()
    if store and name in store.names() and isinstance(kept := store.load(name), bytes):
        try:
            unpack(kept, folder / "data", MARIADB, programs.owner)
        except Unportable:
            shutil.rmtree(folder / "data")
        else:
            return
    _install(programs, folder)
    if store:
        store.save(name, pack(folder / "data", MARIADB))


def is_installed(programs: Programs) -> bool:
    """Whether an earlier run on this machine has made a server with these programs."""
    store = of_this_machine()
    return store is not None and programs.installed() in store.names()


def _install(programs: Programs, folder: Path) -> None:
    (folder / "data").mkdir()
    if programs.owner:
        os.chown(folder / "data", *programs.owner)
    done = subprocess.run(
        [
            str(programs.install),
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--tmpdir={folder / 'tmp'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            *_INNODB,
        ],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        **as_account(programs.account),
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise DatabaseError("mariadb-install-db failed", said="\n".join(said[-5:]))


@contextmanager
def _first_session(
    server: subprocess.Popen[bytes], root: Address, log: Path
) -> Iterator[MysqlConnection]:
    """The first that succeeds: nobody is let in before root has the password of this run."""
    deadline = time.monotonic() + _START_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                connection = stack.enter_context(connect(root))
                break
            except (DatabaseError, StatementFailed) as refused:
                if server.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.002)
                    continue
                raise DatabaseError(
                    "the local MariaDB server did not start", said=tail(log, 8)
                ) from refused
        yield connection
