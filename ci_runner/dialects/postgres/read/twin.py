"""Read a large catalogue over two sessions at a time: the server has more than one processor."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.watch.ours import every_name_qualified
from ci_runner.errors import DatabaseError

Rows = list[tuple[object, ...]]

# With fewer relations a session costs more than it saves.
_WORTH_IT = 2_000
# Whatever may change how the server prints, or what it shows. What a library brings along is known
# to the session that has loaded it, and counts once it is set.
_SURROUNDINGS = """
SELECT current_user, session_user, pg_catalog.pg_my_temp_schema(),
       pg_catalog.string_agg(s.name || '=' || s.setting, E'\\n' ORDER BY s.name)
FROM pg_catalog.pg_settings s
WHERE s.context IN ('user', 'superuser') AND s.source <> 'default'
"""
# Python's 5 ms between threads is what each packet of an answer would wait for the other thread.
_SWITCH_SECONDS = 0.0005


@contextmanager
def sessions(connection: Connection, relations: int) -> Iterator[tuple[Connection, ...]]:
    """`connection`, in a block of `every_name_qualified`, and a second one that sees the same.

    Alone where there are few relations, where a transaction hides from others what it did, where
    the server lets in no other session, or where that would print otherwise.
    """
    with ExitStack() as stack:
        yield connection, *_twin(stack, connection, relations)


def _twin(stack: ExitStack, connection: Connection, relations: int) -> tuple[Connection, ...]:
    from ci_runner.dialects.postgres.session import PostgresConnection

    if relations < _WORTH_IT or not isinstance(connection, PostgresConnection):
        return ()
    if connection.in_transaction:
        return ()
    try:
        other = stack.enter_context(connection.twin())
    except DatabaseError:
        return ()  # one session is enough, it only takes longer
    (theirs,) = stack.enter_context(every_name_qualified(other, _SURROUNDINGS))
    return (other,) if theirs == connection.query(_SURROUNDINGS) else ()


class Ahead(Mapping[str, Rows]):
    """Answers by question; each is waited for until it is there. Here nothing is asked ahead."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._answers: dict[str, Rows] = {}

    def put(self, asked: Mapping[str, str], *, prints: bool = False) -> None:
        """SQL by the question that it stands for, in the order in which answers are wanted.

        `prints` says that the server looks up relation after relation for it.
        """

    def __getitem__(self, question: str) -> Rows:
        return self._answers[question]

    def __contains__(self, question: object) -> bool:
        return question in self._asked

    def __iter__(self) -> Iterator[str]:
        return iter(self._asked)

    def __len__(self) -> int:
        return len(self._asked)


_Question = tuple[str, str]
_Answers = dict[str, Rows]


class _Two(Ahead):
    """What two sessions answer, `first` what it prints and the other what it scans.

    For what it prints a new session has to load one relation after the other, as the first one has
    done before. Either helps the other when it has no more to do.
    """

    def __init__(self, sessions: Sequence[Connection], pools: Sequence[ThreadPoolExecutor]) -> None:
        super().__init__()
        printing: deque[_Question] = deque()
        scanning: deque[_Question] = deque()
        self._queues = scanning, printing
        orders = (printing, scanning), (scanning, printing)
        self._takers = tuple(zip(pools, sessions, orders, strict=True))
        self._pending: set[Future[_Answers]] = set()

    def put(self, asked: Mapping[str, str], *, prints: bool = False) -> None:
        new = [(question, sql) for question, sql in asked.items() if question not in self._asked]
        self._asked.update(asked)
        self._queues[prints].extend(new)
        for pool, session, order in self._takers:
            self._pending |= {pool.submit(_take, session, *order) for _ in new}

    def __getitem__(self, question: str) -> Rows:
        while question not in self._answers:
            done, self._pending = wait(self._pending, return_when=FIRST_COMPLETED)
            for each in done:
                self._answers |= each.result()
        return self._answers[question]


def _take(session: Connection, own: deque[_Question], others: deque[_Question]) -> _Answers:
    """The answer to the next question, or none where all were taken."""
    try:
        question, sql = own.popleft()
    except IndexError:
        try:
            question, sql = others.pop()
        except IndexError:
            return {}
    return {question: session.query(sql)}


@contextmanager
def ahead(sessions: Sequence[Connection]) -> Iterator[Ahead]:
    """What two sessions answer while the block works on answers that are there.

    One session alone answers nothing ahead: the block asks it.
    """
    if len(sessions) == 1:
        yield Ahead()
        return
    with _in_turns(), ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as another:
        try:
            yield _Two(sessions, (one, another))
        finally:
            for each in (one, another):
                each.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _in_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
