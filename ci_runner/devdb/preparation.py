"""What a dev database is to hold and allow before the first migration runs in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preparation:
    """Trusted configuration only: nothing in here may come from a stranger's pull request.

    `superuser` lets migrations run with superuser rights on a server of our own. A container may
    take `memory` MiB, its data included, and so many `processes`.
    """

    superuser: bool = False
    memory: int = 2048
    processes: int = 256


BARE = Preparation()
