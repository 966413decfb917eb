"""What a dev database is to hold and allow before the first migration runs in it."""

from __future__ import annotations

from dataclasses import dataclass

from ci_runner.devdb.watchdog import USUAL, Limits


@dataclass(frozen=True, slots=True)
class Preparation:
    """Trusted configuration only: nothing in here may come from a stranger's pull request.

    `superuser` lets migrations run with superuser rights on a server of our own; SQL that goes
    over `limits` is stopped.
    """

    superuser: bool = False
    limits: Limits = USUAL


BARE = Preparation()
