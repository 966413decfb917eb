"""A data folder of a container is kept as its server left it, and comes back in another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.docker.made import asked_for
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.docker.states import ContainerStates
from ci_runner.devdb.packing import compress
from ci_runner.devdb.reach import Cache, reach
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.states import make_database
from ci_runner.devdb.store import Store
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from tests.devdb.docker.conftest import BAKED, IMAGE
from tests.devdb.test_reach import history

pytestmark = pytest.mark.docker

FILES = history("CREATE TABLE a (x int);", "CREATE INDEX i ON a (x);")


@pytest.fixture(scope="module")
def server(engine: docker.DockerClient) -> Iterator[PostgresServer]:
    with docker_postgres(IMAGE) as server:
        yield server


@pytest.fixture(scope="module")
def states(server: PostgresServer) -> ContainerStates:
    assert isinstance(server.portable, ContainerStates)
    return server.portable


def test_a_second_run_replays_nothing_and_reaches_the_same(
    server: PostgresServer, tmp_path: Path
) -> None:
    cache, said = Cache(Store(tmp_path, b"key")), list[str]()
    found = []
    for used in (None, cache, cache):
        with reach(server, FILES, "plain", used, said.append) as connection:
            found.append(server.dialect.inspect(connection))
            with pytest.raises(StatementFailed):
                connection.execute("COPY a FROM PROGRAM 'id'")

    assert found[0] == found[1] == found[2]
    assert ["2 of 2 merged files come from a snapshot"] == said


def test_what_somebody_with_all_rights_left_behind_is_not_brought_back(
    states: ContainerStates,
) -> None:
    with states.opened(b"") as container:
        with connect(states.address(container, "postgres")) as admin:
            make_database(admin)
            admin.execute("ALTER SYSTEM SET log_connections = on")
            admin.execute("CREATE ROLE intruder SUPERUSER")
        forged = asked_for(container.held)
    with (
        states.opened(forged) as container,
        connect(states.address(container, "postgres")) as admin,
    ):
        setting = admin.query("SHOW log_connections")

    with (
        pytest.raises(Unportable, match="the cluster holds the role intruder"),
        states.restored(compress(forged)),
    ):
        pass

    assert [("off",)] == setting


def test_what_is_no_state_starts_no_container(states: ContainerStates) -> None:
    with pytest.raises(Unportable), states.restored(b"not what we pack"):
        pass


def test_nothing_is_kept_of_a_folder_that_we_did_not_make(engine: docker.DockerClient) -> None:
    with docker_postgres(BAKED) as baked:
        assert baked.portable is None
