"""However a run or its server ends, the message says it and nothing of ours is left."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import docker
import pytest

from ci_runner.devdb.docker.end import leftover_containers
from ci_runner.devdb.docker.mariadb import docker_mysql
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.docker.recipe import Ceiling
from ci_runner.devdb.leftovers import Kept, sweep
from ci_runner.devdb.marker import LABEL, Marker, this_run
from ci_runner.devdb.server import Server
from ci_runner.devdb.url import parse
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError, SqlError
from tests.devdb.docker.conftest import BAKED, Run, of_process

pytestmark = pytest.mark.docker

_URL = f"docker+postgres://{BAKED}/dev"


def _gone(client: docker.DockerClient, pid: int) -> bool:
    """Within the seconds that an engine takes to remove what has ended."""
    deadline = time.monotonic() + 10
    while of_process(client, pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


_ASKING = f"""
import sys
from ci_runner.devdb.docker.container import running
from ci_runner.devdb.docker.lifeline import ASK
from ci_runner.devdb.docker.postgres import RECIPE
from ci_runner.devdb.docker.recipe import Ceiling
with running(RECIPE, {BAKED!r}, Ceiling()) as container:
    container.held.send(ASK)
    print("asked", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_is_killed_while_a_data_folder_is_handed_over_leaves_nothing(
    engine: docker.DockerClient, run: Run
) -> None:
    started = run(_ASKING)
    assert started.stdout is not None
    assert "asked\n" == started.stdout.readline()

    started.kill()
    started.communicate(timeout=20)

    assert _gone(engine, started.pid)


def _dead(pid: int = 2**22 + 1) -> str:
    """The marker of a run of this machine whose process is gone; no process has that number."""
    now = datetime.now(UTC)
    alive = this_run()
    return str(Marker("0" * 16, alive.host, alive.machine, pid, 1, now, now + timedelta(hours=6)))


def test_next_run_removes_containers_and_networks_of_dead_runs_only(
    engine: docker.DockerClient,
) -> None:
    network = engine.networks.create("schema-ci-dead", labels={LABEL: _dead()})
    dead = engine.containers.create(BAKED, network="schema-ci-dead", labels={LABEL: _dead()})
    alive = engine.containers.create(BAKED, network="none", labels={LABEL: str(this_run())})
    foreign = engine.containers.create(BAKED, network="none", labels={LABEL: "of somebody else"})
    try:
        dead.start()
        swept = list(sweep(parse(_URL)))
        kept = [each.leftover.name for each in swept if isinstance(each, Kept)]

        assert f"container {alive.name}" in kept
        assert f"container {foreign.name}" not in [each.leftover.name for each in swept]
        alive.reload()
        foreign.reload()
        for gone in (dead, network):
            with pytest.raises(docker.errors.NotFound):
                gone.reload()
    finally:
        alive.remove()
        foreign.remove()


def test_leftover_that_somebody_else_removed_meanwhile_is_gone_too(
    engine: docker.DockerClient,
) -> None:
    dead = engine.containers.create(BAKED, network="none", labels={LABEL: _dead(2**22 + 2)})
    [leftover] = [each for each in leftover_containers() if dead.name in each.name]
    dead.remove()

    leftover.remove()


def _run_into(sql: str, ceiling: Ceiling) -> None:
    with (
        docker_postgres(BAKED, superuser=True, ceiling=ceiling) as server,
        server.database() as connection,
    ):
        connection.query(sql)


def test_server_that_was_killed_is_told_with_its_last_lines(engine: docker.DockerClient) -> None:
    # A program that ends without reading may break the pipe first, and then COPY is what fails.
    kill = "COPY (SELECT 1) TO PROGRAM 'cat && kill -9 $(head -1 /schema-ci/data/postmaster.pid)'"
    with pytest.raises(DatabaseError, match="was lost") as lost:
        _run_into(f"{kill}; SELECT pg_sleep(20)", Ceiling())

    assert "the container has ended" in lost.value.said
    assert "schema-ci: the server ended with status 137" == lost.value.said.splitlines()[-1]


def test_server_that_needs_too_much_memory_is_told(engine: docker.DockerClient) -> None:
    with pytest.raises(DatabaseError, match="was lost") as lost:
        _run_into(
            "SET work_mem = '2GB'; SELECT count(*) FROM"
            " (SELECT array_agg(n) FROM generate_series(1, 100000000) n) x",
            Ceiling(memory=128),
        )

    assert "it needed more than 128 MiB of memory" in lost.value.said
    assert "terminated by signal 9" in lost.value.said


def test_full_disk_is_told(engine: docker.DockerClient) -> None:
    """By the statement where its table has no room, by the end of the server where its log has."""
    with pytest.raises((DatabaseError, StatementFailed)) as refused:
        _run_into(
            "CREATE TABLE big (line text); INSERT INTO big"
            " SELECT repeat(md5(n::text), 30) FROM generate_series(1, 1000000) n",
            Ceiling(memory=256),
        )

    assert "No space left on device" in str(refused.value)
    if isinstance(refused.value, DatabaseError):
        assert "its disk is full: that is half of its 256 MiB of memory" in refused.value.said


def _run_into_on_mariadb(image: str, ceiling: Ceiling, *statements: str) -> None:
    with (
        docker_mysql(image, ceiling=ceiling) as server,
        server.database() as connection,
    ):
        for sql in statements:
            connection.execute(sql)


def test_mariadb_that_needs_too_much_memory_is_told(mariadb_image: str) -> None:
    with pytest.raises(DatabaseError, match="was lost") as lost:
        _run_into_on_mariadb(
            mariadb_image,
            Ceiling(memory=256),
            "SET SESSION max_heap_table_size = 68719476736",
            "CREATE TABLE t (line varchar(2000)) ENGINE = MEMORY",
            "INSERT INTO t SELECT repeat('x', 1000) FROM seq_1_to_10000000",
        )

    assert "it needed more than 256 MiB of memory" in lost.value.said
    assert "schema-ci: the server ended with status 137" == lost.value.said.splitlines()[-1]


def test_a_disk_that_mariadb_fills_is_told(mariadb_image: str) -> None:
    with pytest.raises(StatementFailed, match="The table 't' is full"):
        _run_into_on_mariadb(
            mariadb_image,
            Ceiling(memory=512),
            "CREATE TABLE t (line varchar(8000))",
            "INSERT INTO t SELECT repeat('x', 7000) FROM seq_1_to_10000000",
        )


@pytest.mark.parametrize("engine_name", ["postgres", "mysql"])
def test_the_container_is_ended_when_time_is_up(
    engine: docker.DockerClient, mariadb_image: str, engine_name: str
) -> None:
    hasty = Limits(total_seconds=1)
    opened: AbstractContextManager[Server] = (
        docker_postgres(BAKED, limits=hasty)
        if engine_name == "postgres"
        else docker_mysql(mariadb_image, limits=hasty)
    )
    sleep = "SELECT pg_sleep(60)" if engine_name == "postgres" else "SELECT sleep(60)"
    before = set(of_process(engine, os.getpid()))
    with opened as server:
        with pytest.raises(SqlError) as ended, server.database() as connection:
            connection.execute(sleep)
        with pytest.raises(SqlError), server.database():
            pass

    assert before == set(of_process(engine, os.getpid()))
    assert "the dev server was ended: the work took longer than 1 seconds" == ended.value.what
    assert "SCHEMA_CI_DEV_TOTAL_SECONDS" in ended.value.next_step
