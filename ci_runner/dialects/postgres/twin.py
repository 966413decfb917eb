"""Read a large catalogue over two sessions at a time: the server has more than one processor."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.connect import PostgresConnection
from ci_runner.dialects.postgres.ours import every_name_qualified
from ci_runner.errors import DatabaseError

T = TypeVar("T")
R = TypeVar("R")

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
    if relations < _WORTH_IT or not isinstance(connection, PostgresConnection):
        return ()
    if connection.in_transaction:
        return ()
    try:
        other = stack.enter_context(connection.twin())
    except DatabaseError:
        return ()  # one session is enough, it only takes longer
    stack.enter_context(every_name_qualified(other))
    if connection.query(_SURROUNDINGS) != other.query(_SURROUNDINGS):
        return ()
    return (other,)


def side_by_side(
    sessions: Sequence[Connection], several: Sequence[T], read: Callable[[Connection, T], R]
) -> tuple[R, ...]:
    """What `read` gives for each of `several`, in order; each session takes the next one."""
    waiting = deque(enumerate(several))
    found: dict[int, R] = {}

    def take(session: Connection) -> None:
        while True:
            try:
                place, each = waiting.popleft()
            except IndexError:
                return
            found[place] = read(session, each)

    first, *others = sessions
    if not others:
        return tuple(read(first, each) for each in several)
    with _in_turns(), ThreadPoolExecutor(len(others)) as threads:
        others_take = [threads.submit(take, other) for other in others]
        try:
            take(first)
        finally:
            waiting.clear()
        for each in others_take:
            each.result()
    return tuple(found[place] for place in range(len(several)))


def meanwhile(
    sessions: Sequence[Connection],
    here: Callable[[Connection], T],
    there: Callable[[Connection], R],
) -> tuple[T, R]:
    """What both give, each on a session of its own where there are two.

    `here` may ask the other one as well: a session answers one question after the other.
    """
    first, *others = sessions
    if not others:
        return here(first), there(first)
    with _in_turns(), ThreadPoolExecutor(1) as threads:
        meant = threads.submit(there, others[0])
        return here(first), meant.result()


@contextmanager
def _in_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
