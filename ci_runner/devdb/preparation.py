"""What a dev database is to hold and allow before the first migration runs in it."""

from __future__ import annotations

from ci_runner.config.secret import Secret
from ci_runner.devdb.replay import Script
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.frozen import frozen


@frozen
class Preparation:
    """Trusted configuration only: nothing in here may come from a stranger's pull request.

    `superuser` lets migrations run with superuser rights on a server of our own. `extensions`
    (`NAME` or `NAME@VERSION`) and `setup` are in every database, `roles` on the server. `like` is
    the URL of a database to be like, "" for none; `makes` are extensions that the project's files
    make themselves, so that they are not there before. `targets` are URLs that no dev URL may
    equal. SQL that goes over `limits` is stopped. A container may take `memory` MiB, its data
    included, and so many `processes`.
    """

    superuser: bool = False
    extensions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    setup: tuple[Script, ...] = ()
    like: Secret = Secret()
    makes: frozenset[str] = frozenset()
    targets: tuple[Secret, ...] = ()
    limits: Limits = USUAL
    memory: int = 2048
    processes: int = 256

    @property
    def asks_for_nothing(self) -> bool:
        """Whether any server of the engine will do as it is."""
        wanted = (self.superuser, self.extensions, self.roles, self.setup, self.like)
        return not any(wanted)


BARE = Preparation()
