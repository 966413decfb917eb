"""One thing that a run of ours made and may have left behind."""

from __future__ import annotations

from collections.abc import Callable

from ci_runner.devdb.marker import Marker
from ci_runner.frozen import frozen


@frozen
class Leftover:
    """`name` says what it is and how it is called; `remove` raises DatabaseError.

    `in_use` is whether somebody was seen using it.
    """

    name: str
    marker: Marker
    remove: Callable[[], None]
    in_use: bool = False

    def __str__(self) -> str:
        made = self.marker
        return (
            f"{self.name} (run {made.run} on {made.host}, process {made.pid},"
            f" {made.started:%Y-%m-%d %H:%M} UTC)"
        )
