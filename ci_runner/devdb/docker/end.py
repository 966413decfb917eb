"""The end of a container: by us, by itself, or by the kernel; and what a dead run has left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ci_runner.devdb.docker.client import engine, first_line
from ci_runner.devdb.docker.lifeline import LAST_WORD, Lifeline
from ci_runner.devdb.docker.recipe import Access, Ceiling
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import LABEL, parse
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from docker import DockerClient

_LINES = 8
# A server ends a moment after the session that is lost with it.
_LAST_MOMENT = 1.0
_CONFLICT = 409
_JUST_ENDED = "container state improper"  # Podman's 500, where Docker would say 409
_KILLED = "terminated by signal 9"  # the server's word for a process that the kernel ended
_FULL = "No space left on device"  # ENOSPC, as the C library says it


@frozen
class Running:
    """A container whose server answers at `access`; `route` says how we got there.

    `identity` says what a data folder made here depends on, "" for one that the image made.
    """

    access: Access
    version: str
    route: str
    client: DockerClient
    name: str
    held: Lifeline
    since: int
    ceiling: Ceiling
    identity: str

    def kill(self) -> None:
        """End it at once, from any thread. Raises DatabaseError when the engine refuses."""
        _removing(self.client, "container", self.name)

    def end(self) -> str:
        """End it at once; what the user has to do about it where that was refused, else ""."""
        try:
            self.kill()
        except DatabaseError as refused:
            return f"{refused.what}: {refused.said}; {refused.next_step}"
        return ""

    def obituary(self) -> str:
        """How it ended and the last lines of its log; "" while it lives."""
        if not self.held.wait_for_end(_LAST_MOMENT):
            return ""
        return "\n".join((self._cause(), *tail(self.held)))

    def _cause(self) -> str:
        from docker.errors import (
            DockerException,
        )
        from requests.exceptions import RequestException  # docker-py lets time-outs through

        try:
            ended = self.client.events(
                since=self.since,
                until=int(time.time()) + 1,
                filters={"container": self.name, "event": "oom"},
                decode=True,
            )
            out_of_memory = any(True for _ in ended)
        except (DockerException, RequestException) as silent:
            return f"the engine no longer answers: {first_line(silent)}"
        # Podman tells of no such event.
        if out_of_memory or any(_KILLED in line for line in self.held.lines()):
            return (
                f"the kernel ended the server: it needed more than {self.ceiling.memory} MiB of"
                " memory; raise SCHEMA_CI_DEV_CONTAINER_MEMORY"
            )
        if any(_FULL in line for line in self.held.lines()):
            return (
                f"its disk is full: that is half of its {self.ceiling.memory} MiB of memory;"
                " raise SCHEMA_CI_DEV_CONTAINER_MEMORY"
            )
        if any(line.startswith(LAST_WORD) for line in tail(self.held)):
            return "the container has ended"
        return "somebody has ended the container, or its engine was stopped"


def tail(held: Lifeline) -> list[str]:
    """The last lines of its log."""
    return held.lines()[-_LINES:]


@contextmanager
def removed(client: DockerClient, kind: str, name: str) -> Iterator[None]:
    """No container or network of this name is there after the block. Hides no error of that."""
    try:
        yield
    except BaseException as first:
        try:
            _removing(client, kind, name)
        except DatabaseError as second:
            first.add_note(f"{second.what}: {second.said}")
        raise
    _removing(client, kind, name)


def _removing(client: DockerClient, kind: str, name: str) -> None:
    """Until it is gone, whoever began with it. Raises DatabaseError."""
    from docker.errors import APIError, DockerException, NotFound
    from requests.exceptions import RequestException

    try:
        if kind == "network":
            client.networks.get(name).remove()
            return
        try:
            client.api.remove_container(name, force=True, v=True)
        except NotFound:
            raise
        except APIError as busy:
            if busy.status_code != _CONFLICT and _JUST_ENDED not in str(busy):
                raise
            client.api.wait(name, condition="removed")  # the engine itself is at it
    except NotFound:
        return
    except (DockerException, RequestException) as refused:
        how = "docker rm --force --volumes" if kind == "container" else "docker network rm"
        raise DatabaseError(
            f"the {kind} {name} could not be removed",
            said=first_line(refused),
            next_step=f"{how} {name}; a later run tries again",
        ) from refused


def leftover_containers() -> Iterator[Leftover]:
    """Containers and networks of ours on the engine, those of runs that are alive included.

    Containers come first: a network that is in use can't be removed. Raises DatabaseError.
    """
    with engine() as reached:
        client = reached.client
        listed = {"label": LABEL}
        found: tuple[tuple[str, Callable[[], list[dict[str, object]]]], ...] = (
            ("container", partial(client.api.containers, all=True, filters=listed)),
            ("network", partial(client.api.networks, filters=listed)),
        )
        for kind, ask in found:
            for each in _asked(ask):
                yield from _leftover(client, kind, each)


def _asked(ask: Callable[[], list[dict[str, object]]]) -> list[dict[str, object]]:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        return ask()
    except (DockerException, RequestException) as refused:
        raise DatabaseError(
            "the engine does not say which containers it has",
            said=first_line(refused),
            next_step="look at the engine's log, or use local://",
        ) from refused


def _leftover(client: DockerClient, kind: str, each: dict[str, object]) -> Iterator[Leftover]:
    labels = each.get("Labels")
    marker = parse(str(labels.get(LABEL, ""))) if isinstance(labels, dict) else None
    if marker is None:
        return
    names = each.get("Names")
    name = str(names[0]).lstrip("/") if isinstance(names, list) and names else str(each["Name"])
    yield Leftover(f"{kind} {name}", marker, partial(_removing, client, kind, name))
