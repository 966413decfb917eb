"""A database on which merged files have run: replayed, or brought back from a snapshot.

A snapshot is named by what it depends on: the server and each file that ran, in order. Of a history
that has grown the longest prefix that has one is brought back, and only the rest is replayed.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from ci_runner import __version__
from ci_runner.devdb.replay import counted, replay, script
from ci_runner.devdb.server import Portable, Preserved, Server, Unportable
from ci_runner.devdb.store import Store, Unusable
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.frozen import frozen
from ci_runner.migrations.directory import MigrationFile

# One more, whenever the same files may come to another state by a change of ours.
_FORMAT = 1
# What is replayed faster than it is copied is replayed again; what is larger than this is not held
# twice: the server has a limit.
_WORTH_SECONDS = 0.5
_MOST_COPIED = 256 * 2**20
# Opens a database of its own that the files have run on.
Base = Callable[[], AbstractContextManager[Connection]]


@frozen
class Cache:
    """Snapshots of earlier runs. A run that nobody has reason to trust is not `writable`."""

    store: Store
    writable: bool = True


def names(identity: str, files: Sequence[MigrationFile], format_name: str) -> tuple[str, ...]:
    """The name of the state after none of `files`, after one, ... after all of them."""
    first = json.dumps([_FORMAT, __version__, identity])
    found = [hashlib.sha256(first.encode()).hexdigest()]
    for file in files:
        content = hashlib.sha256(file.work).hexdigest()
        run = [found[-1], content, format_name, file.name, file.role, file.transaction]
        found.append(hashlib.sha256(json.dumps(run).encode()).hexdigest())
    return tuple(found)


@contextmanager
def reach(
    server: Server,
    files: Sequence[MigrationFile],
    format_name: str,
    cache: Cache | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Connection]:
    """A session on a database of its own that `files` have run on.

    A snapshot that can't be used is told to `say` and done without. Raises SqlError at the first
    failure of a file.
    """
    with ExitStack() as stack:
        portable = server.portable if files and cache else None
        if cache and portable:
            yield _Reaching(stack, server, portable, cache, files, format_name, say).session()
            return
        if files and cache:
            say(f"no snapshots: what {server.description} holds can't be kept between runs")
        connection = stack.enter_context(server.database())
        _run(connection, server.dialect, files, format_name)
        yield connection


@contextmanager
def standing(
    server: Server,
    files: Sequence[MigrationFile],
    format_name: str,
    cache: Cache | None = None,
    say: Callable[[str], None] = lambda _: None,
    *,
    worth: float = _WORTH_SECONDS,
) -> Iterator[tuple[Base, Base]]:
    """How to `reach` a database the first time, and how to reach another one until the block ends.

    A replay of `worth` seconds or more runs once: each database is a copy of what it made, where
    the server copies databases and a session on a copy lacks nothing.
    """
    again = partial(reach, server, files, format_name, cache)
    if cache or not files:
        yield partial(again, say), again
        return
    scripts = tuple(counted(script(file, format_name, server.dialect) for file in files))
    started = time.perf_counter()
    with server.snapshot(lambda on: replay(on, scripts)) as kept:
        seconds = time.perf_counter() - started
        if kept.incomplete:
            yield again, again
        elif seconds < worth or kept.size > _MOST_COPIED:
            yield kept.last, again
        else:
            yield kept.copy, kept.copy


def _run(
    connection: Connection, dialect: Dialect, files: Sequence[MigrationFile], format_name: str
) -> None:
    replay(connection, tuple(counted(script(file, format_name, dialect) for file in files)))


@frozen
class _Reaching:
    """One use of a cache. What is opened on the way ends with `stack`."""

    stack: ExitStack
    server: Server
    portable: Portable
    cache: Cache
    files: Sequence[MigrationFile]
    format_name: str
    say: Callable[[str], None]

    def session(self) -> Connection:
        named = names(self.portable.identity, self.files, self.format_name)
        kept = self.cache.store.names()
        for count in range(len(self.files), 0, -1):
            if named[count] in kept and (found := self._from(named, count)):
                return found
        return self._from_nothing(named)

    def _from(self, named: Sequence[str], count: int) -> Connection | None:
        """From the snapshot of the first `count` files; None where that is of no use."""
        state = self.cache.store.load(named[count])
        if isinstance(state, Unusable):
            self._without(named[count], state.reason)
            return None
        with ExitStack() as attempt:
            try:
                preserved = attempt.enter_context(self.portable.restored(state))
                connection = self._on(preserved, attempt, named, count)
            except (Unportable, DatabaseError) as refused:
                self._without(named[count], str(refused))
                return None
            except SqlError:
                # Whether the files fail, or only on this snapshot, a replay of all of them tells.
                self._without(named[count], "the files behind it do not run on it")
                return None
            self.stack.enter_context(attempt.pop_all())
        self.say(f"{count} of {len(self.files)} merged files come from a snapshot")
        return connection

    def _without(self, name: str, reason: str) -> None:
        self.say(f"snapshot {name[:12]} is not used: {' '.join(reason.split())}")

    def _from_nothing(self, named: Sequence[str]) -> Connection:
        if self.cache.writable:
            try:
                preserved = self.stack.enter_context(self.portable.restored(None))
            except Unportable as refused:
                self.say(f"no snapshot is kept: {refused}")
            else:
                return self._on(preserved, self.stack, named, 0)
        connection = self.stack.enter_context(self.server.database())
        _run(connection, self.server.dialect, self.files, self.format_name)
        return connection

    def _on(
        self, preserved: Preserved, stack: ExitStack, named: Sequence[str], count: int
    ) -> Connection:
        """Run what is left, and keep the state unless a session on it would lack something.

        In that case, and where nothing is kept, the session that ran the files is used on.
        """
        rest = self.files[count:]
        with ExitStack() as open_session:
            connection = open_session.enter_context(preserved.session())
            _run(connection, self.server.dialect, rest, self.format_name)
            lost = self.portable.unkept(connection) if rest else ""
            if not rest or lost or not self.cache.writable:
                stack.enter_context(open_session.pop_all())
                if lost:
                    self.say(f"no snapshot is kept: it would lack {lost}")
                return connection
        self._keep(preserved, named[-1])
        return stack.enter_context(preserved.session())

    def _keep(self, preserved: Preserved, name: str) -> None:
        try:
            refused = self.cache.store.save(name, preserved.state())
        except Unportable as unportable:
            refused = str(unportable)
        if refused:
            self.say(f"no snapshot is kept: {refused}")
