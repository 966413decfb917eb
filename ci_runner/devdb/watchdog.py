"""Stop SQL that runs for too long or writes too much: by a cancel, else by ending its server.

SQL may set statement_timeout to 0 and catch a cancel, so both limits are kept by a thread of this
process, and what it does in the end asks nobody for consent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.guard import Running, raise_it, stopped
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.frozen import frozen

_PAUSE_SECONDS = 0.1
_MEASURED_SHARE = 0.05  # of the time may go into measuring what was written


@frozen
class Limits:
    """What the SQL of one dev server may take: seconds, and MiB that it writes.

    `grace_seconds` is the time that a cancelled statement has to end.
    """

    statement_seconds: float = 300
    total_seconds: float = 3600
    megabytes: int = 2048
    grace_seconds: float = 5


USUAL = Limits()


@dataclass(eq=False)
class _Statement:
    running: Running
    began: float = field(default_factory=time.monotonic)
    cancelled: float = 0.0


class Watchdog:
    """A ci_runner.dialects.guard.Guard. See `watching` for what it is made of."""

    def __init__(
        self,
        limits: Limits,
        end: Callable[[Sequence[int]], str],
        *,
        written: Callable[[], int] = lambda: 0,
        obituary: Callable[[], str] = lambda: "",
    ) -> None:
        self._limits = limits
        self._end = end
        self._written = written
        self._obituary = obituary
        self._deadline = time.monotonic() + limits.total_seconds
        self._measure_at = 0.0
        self._statements: list[_Statement] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._reason: SqlError | None = None

    @contextmanager
    def watch(self, running: Running) -> Iterator[None]:
        statement = _Statement(running)
        with self._lock:
            if self._reason:
                raise self._reason
            self._statements.append(statement)
        try:
            yield
        except DatabaseError as lost:
            raise self._told(lost) from lost
        except StatementFailed as failed:
            if statement.cancelled:
                raise StatementFailed(stopped(self._limits.statement_seconds)) from failed
            raise
        finally:
            with self._lock:
                self._statements.remove(statement)

    def ending(self) -> SqlError | None:
        """Why an end was made of the server, or of our sessions where it is not ours."""
        with self._lock:
            return self._reason

    def _told(self, lost: DatabaseError) -> SqlError | DatabaseError:
        """Why the session was lost: by our own hand, or as the server's log tells."""
        with self._lock:
            if self._reason:
                return self._reason
        said = self._obituary()
        if not said:
            return lost
        return DatabaseError(
            lost.what, where=lost.where, said=f"{lost.said}\n{said}", next_step=lost.next_step
        )

    def patrol(self) -> None:
        """Until `leave`: the body of the thread."""
        while not self._over.wait(_PAUSE_SECONDS):
            reason = self._too_much() or self._too_long()
            if reason is None:
                continue
            self._make_an_end(reason)
            return

    def _make_an_end(self, reason: SqlError) -> None:
        with self._lock:
            self._reason = reason
            running = [each.running for each in self._statements]
        try:
            reason.said = self._end([each.process for each in running])
        finally:
            for each in running:
                each.sever()

    def leave(self) -> None:
        self._over.set()

    def _too_long(self) -> SqlError | None:
        now = time.monotonic()
        if now > self._deadline:
            return _ended(
                f"the work took longer than {self._limits.total_seconds:g} seconds",
                "dev.total-seconds",
            )
        with self._lock:
            for each in self._statements:
                if each.cancelled and now > each.cancelled + self._limits.grace_seconds:
                    return _ended(
                        f"a statement ran longer than {self._limits.statement_seconds:g} seconds"
                        " and did not heed the cancel",
                        "dev.statement-seconds",
                    )
                if not each.cancelled and now > each.began + self._limits.statement_seconds:
                    # Under the lock: behind it the session may have gone on to its next statement.
                    each.cancelled = now
                    each.running.cancel()
        return None

    def _too_much(self) -> SqlError | None:
        began = time.monotonic()
        if began < self._measure_at:
            return None
        written = self._written()
        now = time.monotonic()
        self._measure_at = now + (now - began) / _MEASURED_SHARE
        if written <= self._limits.megabytes * 2**20:
            return None
        return _ended(
            f"it wrote more than {self._limits.megabytes} MiB",
            "dev.megabytes",
        )


def _ended(why: str, option: str) -> SqlError:
    return SqlError(f"the dev server was ended: {why}", next_step=raise_it(option))


@contextmanager
def watching(
    limits: Limits,
    end: Callable[[Sequence[int]], str],
    *,
    written: Callable[[], int] = lambda: 0,
    obituary: Callable[[], str] = lambda: "",
) -> Iterator[Watchdog]:
    """A watchdog that keeps `limits` until the block ends.

    `end` makes an end of the server, or, where that is not ours, of the processes it is given, and
    returns what the user has to know of what is left, "" for nothing; it does not raise.
    `written` measures in bytes what the server holds on disk; `obituary` says how a server died
    and the last lines of its log, "" while it lives.
    """
    watchdog = Watchdog(limits, end, written=written, obituary=obituary)
    thread = threading.Thread(target=watchdog.patrol, name="watchdog", daemon=True)
    thread.start()
    try:
        yield watchdog
    finally:
        watchdog.leave()
        thread.join()
