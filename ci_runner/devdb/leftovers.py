"""What dead runs left behind: which of it may go, and why the rest stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from ci_runner.devdb.engine import Container, DevUrl, Existing
from ci_runner.devdb.engines import ENGINES
from ci_runner.devdb.folders import leftover_folders
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import Life
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

# What runs of this machine may leave on it. Each lists what carries a marker of ours, that of
# runs which are alive included.
ON_THIS_MACHINE: tuple[Callable[[], Iterable[Leftover]], ...] = (leftover_folders,)


@frozen
class Removed:
    """It is gone; with `dry_run` it would be."""

    leftover: Leftover


@frozen
class Kept:
    leftover: Leftover
    reason: str


@frozen
class NotRemoved:
    leftover: Leftover
    error: DatabaseError


Swept = Removed | Kept | NotRemoved


def sweep(
    *urls: DevUrl, older_than: timedelta | None = None, dry_run: bool = False
) -> Iterator[Swept]:
    """Remove what dead runs left on this machine and, where `urls` say so, beyond its files.

    That is on a server that exists, or on the engine of containers. What one can't remove does not
    keep the others. Raises DatabaseError when the server or the engine does not answer.
    """
    now = datetime.now(UTC)
    for leftover in found(*urls):
        if reason := why_kept(leftover, now, older_than):
            yield Kept(leftover, reason)
            continue
        if not dry_run:
            try:
                leftover.remove()
            except DatabaseError as error:
                yield NotRemoved(leftover, error)
                continue
        yield Removed(leftover)


def found(*urls: DevUrl) -> Iterator[Leftover]:
    """All that carries a marker of ours, whether its run is dead or not."""
    for listed in ON_THIS_MACHINE:
        yield from listed()
    for url in urls:
        if isinstance(url, Existing):
            yield from ENGINES[url.dialect].leftovers(url)
    if any(isinstance(url, Container) for url in urls):
        from ci_runner.devdb.docker.end import leftover_containers

        yield from leftover_containers()


def why_kept(leftover: Leftover, now: datetime, older_than: timedelta | None) -> str:
    """Why it must stay, "" where it may go.

    A run of this machine is dead when its process is gone. One of another machine counts as dead
    when it is older than `older_than`, or without that when its time is over, and nobody is
    connected.
    """
    marker = leftover.marker
    life = marker.life()
    if life is Life.ALIVE:
        return f"its run is alive, process {marker.pid}"
    if older_than is not None and now - marker.started < older_than:
        return f"it is younger than {older_than}"
    if life is Life.DEAD:
        return ""
    if leftover.in_use:
        return "somebody is connected to it"
    if older_than is None and now < marker.expires:
        return f"its run on {marker.host} may be alive until {marker.expires:%Y-%m-%d %H:%M} UTC"
    return ""
