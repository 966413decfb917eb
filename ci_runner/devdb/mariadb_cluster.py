"""A MariaDB server of our own, with no configuration but its command line."""

from __future__ import annotations

import json
import os
import platform
import pwd
import re
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ci_runner import __version__
from ci_runner.devdb.forms import MARIADB
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
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

_LAST_MOMENT_SECONDS = 1.0
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


@frozen
class Programs:
    """What a server is made with, and the user that it runs as: ourselves when None."""

    server: Path
    tool: Path
    account: pwd.struct_passwd | None = None

    @property
    def owner(self) -> tuple[int, int] | None:
        """See ci_runner.devdb.own_server.Installation."""
        return ids(self.account)

    def said(self) -> str:
        """What the server says of itself. Raises DatabaseError."""
        return said(str(self.server), "--no-defaults", "--version")

    def version(self) -> str:
        """Such as `10.11.14`; "" for programs that do not tell."""
        found = _VERSION.search(self.said())
        return found[1] if found else ""

    def identity(self) -> str:
        """All that a data folder depends on but the SQL that ran in it."""
        return json.dumps([self.said().partition(" ")[2], *_surroundings()])

    def installed(self) -> str:
        """See ci_runner.devdb.own_server.Installation."""
        return fingerprint("install", (self.server, self.tool), *_surroundings())

    def install(self, folder: Path) -> None:
        """See ci_runner.devdb.own_server.Installation."""
        (folder / "data").mkdir()
        if self.owner:
            os.chown(folder / "data", *self.owner)
        done = subprocess.run(
            [
                str(self.tool),
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
            **as_account(self.account),
        )
        if done.returncode != 0:
            told = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
            raise DatabaseError(
                "mariadb-install-db failed", said=told, next_step=room_for(folder, told)
            )


def _surroundings() -> list[object]:
    """What a data folder depends on besides the programs."""
    return ["mariadb", __version__, _SETTINGS, platform.machine()]


class Instance(OwnServer[MysqlConnection]):
    """See OwnServer; sessions of `admin` are root's."""

    name = "MariaDB"
    form = MARIADB
    told = signal.SIGTERM
    at_once = signal.SIGKILL

    def __init__(
        self,
        programs: Programs,
        folder: Path,
        limits: Limits = USUAL,
        options: tuple[str, ...] = (),
    ) -> None:
        super().__init__(programs, folder, limits)
        self._options = options
        self.admin = Address("root", secrets.token_urlsafe(18), socket=str(folder / "socket"))
        self._server = programs.server

    def lay_out(self, owner: tuple[int, int] | None) -> None:
        """SQL could read or write files in `files` alone, which nobody may write."""
        folder, accounts = self.folder, self.folder / "accounts.sql"
        accounts.touch(mode=0o600)
        accounts.write_text(_ACCOUNTS.format(password=self.admin.password), encoding="utf-8")
        for name in ("tmp", "files"):
            (folder / name).mkdir()
        (folder / "files").chmod(0o500)
        if owner:
            for place in (folder, accounts, folder / "tmp", folder / "files"):
                os.chown(place, *owner)

    def configure(self, owner: tuple[int, int] | None) -> None:
        """Nothing: all of it is on the command line."""

    def command(self) -> list[str]:
        folder = self.folder
        words = [
            str(self._server),
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--tmpdir={folder / 'tmp'}",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            f"--secure-file-priv={folder / 'files'}",
            f"--init-file={folder / 'accounts.sql'}",
            *(f"--{name}={value}" for name, value in _SETTINGS.items()),
            *self._options,
        ]
        return limited(words, self.limits.megabytes * 2**20)

    @contextmanager
    def session(self) -> Iterator[MysqlConnection]:
        """Nobody is let in before root has the password of this run."""
        with connect(self.admin) as connection:
            yield connection

    def end_of_it(self, sessions: Sequence[int]) -> str:  # noqa: ARG002 - part of the protocol
        if server := self.process:
            server.kill()
        return ""

    def obituary(self) -> str:
        """A server ends a moment after the session that is lost with it."""
        if self.process is None:
            return ""
        try:
            ended = self.process.wait(_LAST_MOMENT_SECONDS)
        except subprocess.TimeoutExpired:
            return ""
        lines = tail(self.log, LOG_LINES)
        return f"{lines}\n{KILLED}" if ended == -signal.SIGKILL else lines


@contextmanager
def running(
    programs: Programs,
    state: bytes | None = None,
    begin: Begin = lambda _: None,
    *,
    limits: Limits = USUAL,
    options: tuple[str, ...] = (),
) -> Iterator[Instance]:
    """A server with the data of `state`, and `options` beside ours: see OwnServer.running."""
    instance = Instance(programs, new_folder(), limits, options)
    with instance.running(state, begin):
        yield instance
