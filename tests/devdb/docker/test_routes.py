"""Wherever the engine and we are, there is a way to the server, and the description names it."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from ci_runner.devdb.docker.postgres import docker_postgres
from tests.devdb.docker.conftest import BAKED, of_process, wanting_root

pytestmark = pytest.mark.docker

_SOCKET = "/var/run/docker.sock"
_CHECKOUT = Path(__file__).parents[3]


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one end was faster than the other


def _carry(near: socket.socket) -> None:
    """One connection, both ways."""
    with near, socket.socket(socket.AF_UNIX) as far:
        far.connect(_SOCKET)
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()


def _forward(listener: socket.socket) -> None:
    """Every connection goes on to the engine's socket, until the listener is closed."""
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_carry, args=(near,), daemon=True).start()


@contextmanager
def _tcp_engine() -> Iterator[int]:
    """The port of this machine at which its engine answers, as a remote one would."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_forward, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _answer(image: str = BAKED) -> tuple[str, list[str], list[str]]:
    """How the server describes itself; its container's ports, and what is left after it."""
    client = docker.from_env()
    before = set(of_process(client, os.getpid()))
    try:
        with docker_postgres(image) as server, server.database() as connection:
            assert [(1,)] == connection.query("SELECT 1")
            mine = set(of_process(client, os.getpid())) - before
            ports = [
                port["HostIp"]
                for each in client.containers.list()
                if each.id in mine
                for published in each.ports.values()
                for port in published or ()
            ]
        left = set(of_process(client, os.getpid())) - before
        return server.description, ports, sorted(left)
    finally:
        client.close()


def test_engine_on_tcp_publishes_on_loopback_and_on_a_network_without_egress(
    engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _tcp_engine() as port:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
        description, ports, left = _answer()

    assert description.endswith("(over a port of 127.0.0.1, on a network without egress)")
    assert ["127.0.0.1"] == sorted(set(ports))
    assert [] == left


def test_host_override_says_where_ports_are(
    engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTCONTAINERS_HOST_OVERRIDE", "localhost")
    description, ports, left = _answer()

    assert "over a port of localhost" in description
    assert "0.0.0.0" in ports
    assert [] == left


def test_an_image_that_must_be_root_is_reached_by_a_port_with_the_password_of_the_run(
    engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTCONTAINERS_HOST_OVERRIDE", "localhost")
    with wanting_root(engine) as image:
        description, ports, left = _answer(image)

    assert f"container {image} (over a port of localhost" in description
    assert ports
    assert [] == left


_INSIDE = f"""
import sys
from ci_runner.devdb.docker.postgres import docker_postgres
with docker_postgres({BAKED!r}) as server, server.database() as connection:
    print(server.description, connection.query("SELECT 1"))
"""


def _inside(client: docker.DockerClient, *, more: dict[str, dict[str, str]]) -> str:
    """What a run says in a container that has the engine's socket and this machine's Python."""
    shared = {str(Path(place).resolve()) for place in (sys.base_prefix, sys.prefix, _CHECKOUT)}
    shared |= {place for place in ("/usr", "/lib", "/lib64") if Path(place).exists()}
    volumes = {place: {"bind": place, "mode": "ro"} for place in shared}
    volumes[_SOCKET] = {"bind": _SOCKET, "mode": "rw"}
    said = client.containers.run(
        BAKED,
        entrypoint=[sys.executable, "-c", _INSIDE],
        environment={"PYTHONPATH": str(_CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
        volumes={**volumes, **more},
        user="0",
        remove=True,
        stderr=True,
    )
    return str(said.decode())


def test_run_in_a_container_joins_its_own_network(engine: docker.DockerClient) -> None:
    said = _inside(engine, more={})

    assert "(over the network bridge, which this container is in) [(1,)]" in said


def test_run_in_a_container_shares_a_folder_that_the_host_sees(
    engine: docker.DockerClient, tmp_path: Path
) -> None:
    said = _inside(engine, more={str(tmp_path): {"bind": "/shared-with-host", "mode": "rw"}})

    assert "(without network, over a socket) [(1,)]" in said
    assert [] == list(tmp_path.iterdir())
