"""What SQL with every right finds in a container of ours: nothing to reach and little to take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from tests.hostile.test_rights import NOT_PERMITTED, REFUSED

pytestmark = pytest.mark.docker


def _shell(server: PostgresServer, command: str) -> list[str]:
    """What a shell in the container says, as a superuser can have it by COPY ... PROGRAM."""
    with server.database() as connection:
        connection.execute("CREATE TABLE said (line text)")
        connection.execute(f"COPY said FROM PROGRAM '{command}' (DELIMITER E'\\x01')")
        return [str(line) for (line,) in connection.query("SELECT line FROM said")]


def test_there_is_no_network(container_server: PostgresServer) -> None:
    assert ["lo"] == _shell(container_server, "ls /sys/class/net")
    assert [] == _shell(container_server, "tail -n +2 /proc/net/route")


def test_server_has_neither_root_nor_capabilities(container_server: PostgresServer) -> None:
    said = _shell(
        container_server,
        'id -un; grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status | tr -d "\\t"',
    )

    assert "postgres" == said[0]
    assert {"CapEff:0000000000000000", "CapBnd:0000000000000000", "NoNewPrivs:1"} == set(said[1:])


def test_root_file_system_can_not_be_written(container_server: PostgresServer) -> None:
    places = "/ /etc /usr/local/bin /var/lib /run"
    said = _shell(
        container_server,
        f"for place in {places}; do touch $place/x 2>/dev/null && echo $place; done; true",
    )

    assert [] == said


def test_socket_folder_is_the_only_file_of_the_host(container_attrs: dict[str, Any]) -> None:
    [mount] = [each for each in container_attrs["Mounts"] if each["Type"] != "tmpfs"]

    assert "bind" == mount["Type"]
    assert "/run/postgresql" == mount["Destination"]
    assert mount["Source"].endswith("/socket")


def test_socket_is_behind_a_folder_that_is_ours_alone(container_server: PostgresServer) -> None:
    from pathlib import Path

    folder = Path(container_server.admin.split()[0].removeprefix("host="))

    assert 0o700 == folder.parent.stat().st_mode & 0o777


def test_memory_and_processes_are_bounded(container_attrs: dict[str, Any]) -> None:
    host = container_attrs["HostConfig"]

    assert 2048 * 2**20 == host["Memory"] == host["MemorySwap"]
    assert 256 == host["PidsLimit"]


def test_more_processes_than_allowed_are_refused_and_the_server_lives(
    container_server: PostgresServer,
) -> None:
    bomb = "for n in $(seq 400); do sleep 3 & done 2>/dev/null; exit 0"
    with pytest.raises(StatementFailed):
        _shell(container_server, bomb)
    _shell(container_server, "pkill -x sleep; true")

    with container_server.database() as connection:
        assert [(1,)] == connection.query("SELECT 1")


def test_data_is_in_memory_and_smaller_than_the_limit(container_server: PostgresServer) -> None:
    [line] = _shell(container_server, 'grep " /schema-ci " /proc/mounts')

    assert line.startswith("tmpfs /schema-ci tmpfs rw,nosuid,nodev,noexec")
    assert f"size={1024 * 1024}k" in line


@pytest.fixture(scope="module")
def newest(newest_image: str) -> Iterator[PostgresServer]:
    """As migrations have it: without the rights that the tests above have."""
    with docker_postgres(newest_image) as server:
        yield server


@pytest.mark.parametrize("reached", REFUSED)
def test_role_of_migrations_is_refused_what_it_is_refused_elsewhere(
    newest: PostgresServer, reached: str
) -> None:
    with newest.database() as connection, connect(newest.admin) as admin:
        connection.execute("CREATE TABLE t (a text)")
        ((process,),) = admin.query("SELECT pg_backend_pid()")
        ((database,),) = connection.query("SELECT current_database()")
        for several in REFUSED[reached]:
            sql = several.format(admin=process, database=database, folder="/tmp")
            *before, last = sql.split("; ")
            for each in before:
                connection.execute(each)
            with pytest.raises(StatementFailed) as refused:
                connection.execute(last)
            assert refused.value.failure.code in NOT_PERMITTED, sql
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        assert [(1,)] == admin.query("SELECT 1")
