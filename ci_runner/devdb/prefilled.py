"""States of databases in which set-up has run before any file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.server import Portable, Preserved, Unportable
from ci_runner.dialects.base import Connection
from ci_runner.frozen import frozen


def prefilled(states: Portable | None, setup: tuple[Script, ...]) -> Portable | None:
    """`states`, each of which begins with what `setup` makes."""
    return Prefilled(states, setup) if states and setup else states


@frozen
class Prefilled:
    """See ci_runner.devdb.server.Portable: `states`, in whose databases `setup` has run."""

    states: Portable
    setup: Sequence[Script]

    @property
    def identity(self) -> str:
        ran = [[each.wrapped, *(one.text for one in each.statements)] for each in self.setup]
        return json.dumps([self.states.identity, ran])

    def unkept(self, connection: Connection) -> str:
        return self.states.unkept(connection)

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[Preserved]:
        """Raises Unportable also where set-up leaves what ends with its session."""
        with self.states.restored(state) as preserved:
            if state is None:
                with preserved.session() as connection:
                    replay(connection, self.setup)
                    if lost := self.states.unkept(connection):
                        raise Unportable(f"of what set-up makes it would lack {lost}")
            yield preserved
