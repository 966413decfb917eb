"""A thread on which SQLite runs, that can be left behind where it does not come back."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class DoesNotComeBack(Exception):
    """The engine is in the middle of one instruction, and may be for ever."""


_Jobs = SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]


class Engine:
    """Runs one piece of work at a time. The process does not wait for its thread to end.

    The thread ends with `end`, or when nobody has the engine any more.
    """

    def __init__(self) -> None:
        self._work: _Jobs = SimpleQueue()
        self._stuck = False
        self._thread = threading.Thread(
            target=_serve, args=(self._work,), name="sqlite", daemon=True
        )
        self._thread.start()
        weakref.finalize(self, self._work.put, None)

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """What `work` returns or raises. After `seconds`, and from then on: DoesNotComeBack."""
        if self._stuck:
            raise DoesNotComeBack
        answer: Future[T] = Future()
        self._work.put((work, answer))
        try:
            return answer.result(seconds)
        except TimeoutError:
            self._stuck = True
            raise DoesNotComeBack from None

    def end(self, seconds: float) -> bool:
        """Whether the thread has ended within `seconds`, so that nobody uses the session."""
        self._work.put(None)
        self._thread.join(0 if self._stuck else seconds)
        return not self._thread.is_alive()


def _serve(jobs: _Jobs) -> None:
    while job := jobs.get():
        work, answer = job
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is read
            answer.set_exception(error)
        # Work that is done would keep its session alive for as long as there is no other.
        del job, work, answer
