"""MariaDB from nothing to its first answer: ours, and a prepared folder that is copied by hand."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_runner.devdb.folders import MEMORY
from ci_runner.devdb.machine import account, as_account
from ci_runner.devdb.mariadb_local import Binaries, find_binaries, local_mariadb
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import connect
from ci_runner.errors import DatabaseError

# As small as ours: the usual log alone would be most of what is copied.
_SMALL = ("--innodb-log-file-size=8M", "--innodb-flush-method=nosync")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder with a data folder in it, both of the user that the server runs as."""

    binaries: Binaries
    folder: Path


@contextmanager
def prepared() -> Iterator[Prepared]:
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("the start-local part needs MariaDB's binaries")
    folder = Path(tempfile.mkdtemp(prefix="schema-ci-bench-", dir=MEMORY))
    whom = account(("mysql", "nobody"), "MariaDB")
    try:
        if whom:
            shutil.chown(folder, whom.pw_uid, whom.pw_gid)
        subprocess.run(
            (
                str(binaries.install),
                "--no-defaults",
                f"--datadir={folder / 'data'}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *_SMALL,
            ),
            check=True,
            capture_output=True,
            cwd=folder,
            **as_account(whom),
        )
        yield Prepared(binaries, folder)
    finally:
        shutil.rmtree(folder)


def by_hand(given: Prepared) -> float:
    """Seconds to the answer of the first query."""
    started = time.perf_counter()
    data, socket = given.folder / "copy", given.folder / "socket"
    subprocess.run(("cp", "-a", str(given.folder / "data"), str(data)), check=True)
    server = subprocess.Popen(
        (
            str(given.binaries.server),
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={socket}",
            f"--pid-file={given.folder / 'pid'}",
            "--skip-networking",
            *_SMALL,
        ),
        cwd=given.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_account(account(("mysql", "nobody"), "MariaDB")),
    )
    try:
        _first_query(Address("root", socket=str(socket)))
        return time.perf_counter() - started
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(data)


def _first_query(root: Address) -> None:
    while True:
        try:
            with connect(root) as connection:
                connection.query("SELECT 1")
                return
        except DatabaseError:
            time.sleep(0.002)


def ours() -> float:
    """Seconds to the answer of the first query."""
    started = time.perf_counter()
    with local_mariadb() as server, connect(server.admin) as connection:
        connection.query("SELECT 1")
        return time.perf_counter() - started
