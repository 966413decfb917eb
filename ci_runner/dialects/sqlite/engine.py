"""A thread on which SQLite runs, that can be left behind where it does not come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class DoesNotComeBack(Exception):
    """The engine is in the middle of one instruction, and may be for ever."""


class Engine:
    """Runs one piece of work at a time. The process does not wait for its thread to end."""

    def __init__(self) -> None:
        self._work: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._stuck = False
        self._thread = threading.Thread(target=self._loop, name="sqlite", daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        while job := self._work.get():
            work, answer = job
            try:
                answer.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where the answer is read
                answer.set_exception(error)

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
