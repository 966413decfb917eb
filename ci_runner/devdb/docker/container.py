"""Run one container of a recipe: isolated, bounded, labelled, and gone at block end."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from ci_runner import __version__
from ci_runner.devdb.docker.ahead import imported
from ci_runner.devdb.docker.client import Engine, engine, first_line
from ci_runner.devdb.docker.door import Door, opened, place_of
from ci_runner.devdb.docker.end import Running, removed, tail
from ci_runner.devdb.docker.lifeline import Lifeline, lifeline, watch
from ci_runner.devdb.docker.made import FUNCTIONS, Made, environment, is_made_here, made
from ci_runner.devdb.docker.recipe import DATA, Access, Ceiling, Port, Recipe, Socket
from ci_runner.devdb.docker.routes import NoWayError, Route, routes
from ci_runner.devdb.marker import LABEL, LIFETIME, this_run
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from docker.models.containers import (
        Container,
    )
    from docker.models.images import Image

# The label of an image that holds a data folder of its server: the path of that.
BAKED = "schema-ci.data-folder"
_START_SECONDS = 120.0
_PAUSE_SECONDS = 0.005
# A server that says it is ready and can't be reached for so long is behind another door.
_DEAF_SECONDS = 5.0
# What an entry point needs that is started as root to hand over to the server's account.
_TO_STEP_DOWN = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID")


class _NotSoError(Exception):
    """The server did not start as this user; as another it may."""


@frozen
class _Attempt:
    """One way to run `image`; `user` "" is root, who steps down.

    `given` is a data folder to start from, b"" for none.
    """

    recipe: Recipe
    engine: Engine
    image: Image
    ceiling: Ceiling
    route: Route
    user: str
    given: bytes


@contextmanager
def running(recipe: Recipe, image: str, ceiling: Ceiling, given: bytes = b"") -> Iterator[Running]:
    """A container of `image`; a DatabaseError of the block tells how the server ended.

    `given` is a data folder that `asked_for` gave (ci_runner/devdb/docker/made.py), b"" for none.
    Raises ConfigError without testcontainers, and DatabaseError.
    """
    with ExitStack() as stack:
        reached = stack.enter_context(engine())
        from docker.errors import (
            DockerException,
        )
        from requests.exceptions import RequestException  # docker-py lets time-outs through

        try:
            server = _first_that_works(
                stack, recipe, reached, _image(reached, image), ceiling, given
            )
        except (DockerException, RequestException) as refused:
            raise DatabaseError(
                "no container could be started",
                where=f"image {image}",
                said=first_line(refused),
                next_step="start Docker, pull the image, or use local://",
            ) from refused
        try:
            yield server
        except DatabaseError as lost:
            said = server.obituary()
            if not said or said in lost.said:
                raise
            raise DatabaseError(
                lost.what,
                where=lost.where,
                said=f"{lost.said}\n{said}".strip(),
                next_step="run again; if it happens each time, the last lines of its log say why",
            ) from lost


def _image(engine: Engine, name: str) -> Image:
    """Pulled where the engine does not have it."""
    from docker.errors import NotFound

    try:
        return engine.client.images.get(name)
    except NotFound:  # Podman says it in words that docker-py does not take for a missing image
        return engine.client.images.pull(name)


def _first_that_works(
    stack: ExitStack, recipe: Recipe, engine: Engine, image: Image, ceiling: Ceiling, given: bytes
) -> Running:
    """The server of the first route and user that leads to one; it ends with `stack`."""
    refused: list[str] = []
    for route in routes(engine):
        try:
            return _as_some_user(stack, _Attempt(recipe, engine, image, ceiling, route, "", given))
        except NoWayError as nowhere:
            refused.append(f"{route}: {nowhere}")
    raise DatabaseError(
        "the container's server can't be reached",
        said="\n".join(refused),
        next_step="where nothing lets its ports through (CircleCI's setup_remote_docker), give"
        " --dev-url the URL of a database beside the job, or use local://; else see"
        " docs/dev-databases.md on where containers run",
    )


def _as_some_user(stack: ExitStack, attempt: _Attempt) -> Running:
    """As the image's own user, else as the engine's account in it, else as root who steps down."""
    own = str(attempt.image.attrs["Config"].get("User") or "")
    users = (own,) if own not in {"", "0", "root"} else (attempt.recipe.user, "")
    why = ""
    for user in users:
        try:
            return stack.enter_context(_started(replace(attempt, user=user)))
        except _NotSoError as refused:
            why = str(refused)
    raise DatabaseError(
        "the container's server did not start",
        where=f"image {_name(attempt.image)}",
        said=why,
        next_step="correct the image, or use local://",
    )


def _name(image: Image) -> str:
    return str(image.tags[0] if image.tags else image.short_id)


@contextmanager
def _started(attempt: _Attempt) -> Iterator[Running]:
    recipe, client = attempt.recipe, attempt.engine.client
    since = int(time.time())
    password = secrets.token_urlsafe(18)
    name = f"schema-ci-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        door = stack.enter_context(opened(attempt.engine, recipe, attempt.route))
        stack.enter_context(removed(client, "container", name))
        kept = None if attempt.given else _made(attempt)
        given = attempt.given or (kept.content if kept else b"")
        prepared = environment(given, asked=kept is not None and not given)
        container = _created(attempt, name, door, {**recipe.environment(password), **prepared})
        held = stack.enter_context(lifeline(container))
        with imported(recipe.modules):
            _start(container)
        if given:
            held.send(given)
        access = Access(place_of(container, recipe, door), password)
        version = _wait(recipe, access, held)
        if kept and not given:
            kept.keep(held)
        yield Running(
            access,
            version,
            str(attempt.route),
            client,
            name,
            held,
            since,
            attempt.ceiling,
            _identity(attempt) if is_made_here(held) else "",
        )


def _made(attempt: _Attempt) -> Made | None:
    """To another machine the bytes would take longer than making them takes."""
    if not attempt.engine.is_local or not attempt.user:
        return None
    return made(str(attempt.image.id), _watch(attempt.recipe), attempt.ceiling.memory)


def _identity(attempt: _Attempt) -> str:
    """All that a data folder made here depends on but the SQL that ran in it."""
    recipe = attempt.recipe
    return json.dumps([str(attempt.image.id), __version__, _watch(recipe), recipe.settings])


def _created(attempt: _Attempt, name: str, door: Door, variables: Mapping[str, str]) -> Container:
    from docker.errors import APIError

    recipe, config, ceiling = attempt.recipe, attempt.image.attrs["Config"], attempt.ceiling
    local = door.folder is not None
    baked = (config.get("Labels") or {}).get(BAKED, "")
    image_command = (*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ()))
    memory = f"{ceiling.memory}m"
    try:
        return attempt.engine.client.containers.create(
            attempt.image.id,
            name=name,
            entrypoint=["/bin/sh", "-c", _watch(recipe), "schema-ci"],
            command=[*image_command, *recipe.settings, *(recipe.local if local else recipe.remote)],
            environment={
                **variables,
                "SCHEMA_CI_BAKED": baked,
                "SCHEMA_CI_PLACE": "socket" if local else "port",
            },
            labels={LABEL: str(this_run())},
            user=attempt.user or "0:0",
            cap_drop=["ALL"],
            cap_add=[] if attempt.user else list(_TO_STEP_DOWN),
            security_opt=["no-new-privileges"],
            read_only=True,
            pids_limit=ceiling.processes,
            mem_limit=memory,
            memswap_limit=memory,
            tmpfs=_tmpfs(attempt, config, with_socket=not local),
            auto_remove=True,
            healthcheck={"test": ["NONE"]},  # an image's would ask at its own port
            stop_signal="SIGKILL",  # or an engine that is stopped would wait ten seconds for it
            stdin_open=True,  # with detach=False docker-py lets the first to leave close it
            detach=False,
            **door.options,
        )
    except APIError as refused:
        if local and str(door.outside) in str(refused):
            raise NoWayError(first_line(refused)) from refused
        raise


def _watch(recipe: Recipe) -> str:
    seconds = int(LIFETIME.total_seconds())
    return watch(FUNCTIONS + recipe.prepare, FUNCTIONS + recipe.keep, recipe.stop, seconds)


def _tmpfs(attempt: _Attempt, config: dict[str, object], *, with_socket: bool) -> dict[str, str]:
    """All that the container can write to: memory, and as much of it as it may take.

    The volumes that an image declares would otherwise be made on the engine's disk.
    """
    small = "mode=1777,size=64m,noexec,nosuid,nodev"
    declared = config.get("Volumes")
    places = {str(each) for each in declared} if isinstance(declared, dict) else set()
    places |= {"/tmp"}  # noqa: S108 - the container's own
    if with_socket:
        places.add(attempt.recipe.socket_folder)
    # Less than the memory, so that a full disk says so before the kernel ends the server.
    data = attempt.ceiling.memory // 2
    return {
        **dict.fromkeys(places, small),
        str(DATA.parent): f"mode=1777,size={data}m,noexec,nosuid,nodev",
    }


def _start(container: Container) -> None:
    from docker.errors import APIError

    try:
        container.start()
    except APIError as refused:
        if "unable to find user" in str(refused):
            raise _NotSoError(first_line(refused)) from refused
        raise


def _wait(recipe: Recipe, access: Access, held: Lifeline) -> str:
    """Until a connection is answered; returns the server's version."""
    deadline = time.monotonic() + _START_SECONDS
    deaf_from = 0.0
    said = "nobody listens"
    may_listen = _may_listen(recipe, access)
    while True:
        if may_listen:
            try:
                return recipe.version(access)
            except DatabaseError as silent:
                said = silent.said
        if held.wait_for_end(_PAUSE_SECONDS):
            raise _NotSoError("\n".join(tail(held)))
        now = time.monotonic()
        if now > deadline:
            raise _NotSoError(
                "\n".join((f"no answer in {_START_SECONDS:g} s: {said}", *tail(held)))
            )
        if recipe.ready in "\n".join(held.lines()):
            deaf_from = deaf_from or now
            if now > deaf_from + _DEAF_SECONDS:
                raise NoWayError(_deaf(access, said))
        may_listen = _may_listen(recipe, access)


def _deaf(access: Access, said: str) -> str:
    match access.place:
        case Socket():
            return f"the server is ready, and nobody answers at its socket: {said}"
        case Port(host, number):
            return (
                f"the server is ready, and port {number} of {host} does not lead to it from here:"
                f" {said}"
            )
        case _:
            assert_never(access.place)


def _may_listen(recipe: Recipe, access: Access) -> bool:
    match access.place:
        case Socket(folder):
            return (folder / recipe.socket).exists()
        case Port():
            return True
        case _:
            assert_never(access.place)
