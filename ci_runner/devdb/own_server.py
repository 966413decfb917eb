"""A server of our own in a temporary folder: made or unpacked, started, watched, packed, removed.

What the server's own tool makes is kept, packed and signed, for the next run on this machine.
"""

from __future__ import annotations

import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

from ci_runner.devdb.folders import PREFIX, mark
from ci_runner.devdb.forms import Form
from ci_runner.devdb.machine import (
    as_account,
    environment,
    remove,
    roomy,
    tail,
    unlinked,
    written,
)
from ci_runner.devdb.packing import pack, unpack
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.store import of_this_machine
from ci_runner.devdb.watchdog import Limits, Watchdog, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
LOG_LINES = 8  # a shutdown of PostgreSQL has six

C = TypeVar("C")


class Installation(Protocol):
    """The programs of a server, and the user that they run as: ourselves when None."""

    @property
    def account(self) -> pwd.struct_passwd | None: ...

    @property
    def owner(self) -> tuple[int, int] | None:
        """User and group id of all that the server has to read."""

    def installed(self) -> str:
        """The name of what these very programs make; a copy of them elsewhere makes the same."""

    def install(self, folder: Path) -> None:
        """Make `folder`/data without databases of ours. Raises DatabaseError."""


def is_installed(programs: Installation) -> bool:
    """Whether an earlier run on this machine has made a data folder with these programs."""
    store = of_this_machine()
    return store is not None and programs.installed() in store.names()


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=roomy()))


class OwnServer(ABC, Generic[C]):
    """A running server on a unix socket in `folder`, which only its own user may enter.

    C is the session of somebody who may do everything. `told` is the signal at which the server
    disconnects everybody and writes what is not written, `at_once` that at which it just ends.
    """

    name: ClassVar[str]
    form: ClassVar[Form]
    told: ClassVar[signal.Signals]
    at_once: ClassVar[signal.Signals]

    def __init__(self, programs: Installation, folder: Path, limits: Limits) -> None:
        self.watchdog: Watchdog
        self.folder = folder
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.limits = limits
        self._programs = programs

    @abstractmethod
    def lay_out(self, owner: tuple[int, int] | None) -> None:
        """Make what the folder needs besides the data, before there are any."""

    @abstractmethod
    def configure(self, owner: tuple[int, int] | None) -> None:
        """Write configuration beside the data: what they brought along does not count."""

    @abstractmethod
    def command(self) -> list[str]:
        """The words that start the server."""

    @abstractmethod
    def session(self) -> AbstractContextManager[C]:
        """A session that has had an answer."""

    @abstractmethod
    def end_of_it(self, sessions: Sequence[int]) -> str:
        """See ci_runner.devdb.watchdog.watching."""

    @abstractmethod
    def obituary(self) -> str:
        """See ci_runner.devdb.watchdog.watching."""

    def start(self, begin: Callable[[C], None] = lambda _: None) -> None:
        """Until it answers. `begin` gets the session that it first answers on."""
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **as_account(self._programs.account),
            )
        with self._first_session(self.process) as admin:
            begin(admin)

    @contextmanager
    def _first_session(self, process: subprocess.Popen[bytes]) -> Iterator[C]:
        """The first that succeeds; readiness is an answer, not a line in a log."""
        deadline = time.monotonic() + _START_SECONDS
        with ExitStack() as stack:
            while True:
                try:
                    session = stack.enter_context(self.session())
                    break
                except (DatabaseError, StatementFailed) as refused:
                    if process.poll() is None and time.monotonic() < deadline:
                        time.sleep(0.002)
                        continue
                    raise DatabaseError(
                        f"the local {self.name} server did not start",
                        said=tail(self.log, LOG_LINES),
                    ) from refused
            yield session

    @contextmanager
    def watched(self) -> Iterator[None]:
        """`watchdog` keeps the limits until the block ends, over restarts as well."""
        with watching(
            self.limits,
            self.end_of_it,
            written=self._written,
            obituary=self.obituary,
        ) as self.watchdog:
            yield

    def _written(self) -> int:
        process = self.process
        return written(self.folder) + (unlinked(process.pid, self.folder) if process else 0)

    def living(self) -> Watchdog:
        """Raises SqlError where the watchdog made an end of the server."""
        if ending := self.watchdog.ending():
            raise ending
        return self.watchdog

    def end(self) -> None:
        """At once: what the server has not written yet is lost."""
        self._signal(self.at_once)

    def pack(self) -> bytes:
        """The data as packed bytes; the server is stopped for that. Raises Unportable."""
        ended = self._signal(self.told)
        try:
            if ended != 0:
                raise Unportable("the server did not end as it was told to")
            return pack(self.folder / "data", self.form)
        finally:
            self.start()

    def _signal(self, number: signal.Signals) -> int | None:
        """What the server ended with; None where none runs."""
        if self.process is None:
            return None
        self.process.send_signal(number)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        ended = self.process.returncode
        self.process = None
        return ended

    @contextmanager
    def running(self, state: bytes | None, begin: Callable[[C], None]) -> Iterator[None]:
        """Until the block ends, with the data of `state`, else as it is installed.

        `begin` is as for `start`. SQL under the guard of the watchdog that goes over the limits is
        stopped. The folder is gone behind the block.

        Raises DatabaseError, and Unportable for a state that is not what `pack` gives.
        """
        owner = self._programs.owner
        try:
            mark(self.folder)
            self.lay_out(owner)
            if state is None:
                self._install(owner)
            else:
                unpack(state, self.folder / "data", self.form, owner)
            self.configure(owner)
            self.start(begin)
            with self.watched():
                yield
        finally:
            self.end()
            remove(self.folder)

    def _install(self, owner: tuple[int, int] | None) -> None:
        """A data folder without databases of ours: an earlier run's, else a new one."""
        store, data = of_this_machine(), self.folder / "data"
        name = self._programs.installed()
        if store and name in store.names() and isinstance(kept := store.load(name), bytes):
            try:
                unpack(kept, data, self.form, owner)
            except Unportable:
                shutil.rmtree(data)
            else:
                return
        self._programs.install(self.folder)
        if store:
            store.save(name, pack(data, self.form))
