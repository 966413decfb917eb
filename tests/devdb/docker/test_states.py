"""A data folder of a container is kept as its server left it, and comes back in another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from ci_runner.devdb.docker.end import Running
from ci_runner.devdb.docker.made import asked_for
from ci_runner.devdb.docker.mysql_states import MysqlKeeper
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.docker.postgres_place import conninfo
from ci_runner.devdb.docker.recipe import Port
from ci_runner.devdb.docker.states import ContainerStates
from ci_runner.devdb.fittings import Fittings
from ci_runner.devdb.packing import compress, decompress
from ci_runner.devdb.provision import provision
from ci_runner.devdb.reach import Cache, reach
from ci_runner.devdb.server import Server, Unportable
from ci_runner.devdb.states import make_database
from ci_runner.devdb.store import Store
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.connect import connect as mysql_connect
from ci_runner.dialects.postgres.connect import connect
from tests.devdb.docker.conftest import BAKED, IMAGE
from tests.devdb.test_reach import history

pytestmark = pytest.mark.docker

FILES = history("CREATE TABLE a (x int);", "CREATE INDEX i ON a (x);")


@pytest.fixture(scope="module")
def server(engine: docker.DockerClient) -> Iterator[Server]:
    with docker_postgres(IMAGE) as server:
        yield server


@pytest.fixture
def at_a_port(engine: docker.DockerClient) -> Iterator[None]:
    """As if the engine were on another machine."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TESTCONTAINERS_HOST_OVERRIDE", "localhost")
        yield


@pytest.fixture(scope="module")
def states(server: Server) -> ContainerStates:
    return _states(server)


def _states(server: Server) -> ContainerStates:
    assert isinstance(server.portable, ContainerStates)
    return server.portable


def _twice(server: Server, folder: Path, refused: str) -> list[str]:
    """What is said when a history is reached by a replay, into a cache and from it."""
    cache, said = Cache(Store(folder, b"key")), list[str]()
    found = []
    for used in (None, cache, cache):
        with reach(server, FILES, "plain", used, said.append) as connection:
            found.append(server.dialect.inspect(connection))
            with pytest.raises(StatementFailed):
                connection.execute(refused)

    assert found[0] == found[1] == found[2]
    return said


def test_a_second_run_replays_nothing_and_reaches_the_same(server: Server, tmp_path: Path) -> None:
    said = _twice(server, tmp_path, "COPY a FROM PROGRAM 'id'")

    assert ["2 of 2 merged files come from a snapshot"] == said


def test_so_it_does_at_a_port_and_no_state_has_a_password(at_a_port: None, tmp_path: Path) -> None:
    with docker_postgres(IMAGE) as server:
        said = _twice(server, tmp_path, "COPY a FROM PROGRAM 'id'")
        assert ["2 of 2 merged files come from a snapshot"] == said

        store = Store(tmp_path, b"key")
        [name] = store.names()
        state = store.load(name)
        assert isinstance(state, bytes)
        with _states(server).opened(decompress(state)) as container:
            assert isinstance(container.access.place, Port)
            with connect(_superuser(container)) as admin:
                # The port of this container asks for one.
                assert [("postgres",)] == admin.query(
                    "SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL"
                )


def test_so_it_does_with_mariadb_and_mysql(at_a_port: None, mysql_url: str, tmp_path: Path) -> None:
    with provision(mysql_url, "mysql", say=lambda _: None) as server:
        said = _twice(server, tmp_path, "SELECT 1 INTO OUTFILE '/tmp/x'")

    assert ["2 of 2 merged files come from a snapshot"] == said


def _superuser(container: Running) -> str:
    return conninfo(container.access.place, "postgres", container.access.password)


def test_what_somebody_with_all_rights_left_behind_is_not_brought_back(
    states: ContainerStates,
) -> None:
    with states.opened(b"") as container:
        with connect(_superuser(container)) as admin:
            make_database(Fittings(), admin)
            admin.execute("ALTER SYSTEM SET log_connections = on")
            admin.execute("CREATE ROLE intruder SUPERUSER")
        forged = asked_for(container.held)
    with states.opened(forged) as container, connect(_superuser(container)) as admin:
        setting = admin.query("SHOW log_connections")

    with (
        pytest.raises(Unportable, match="the cluster holds the role intruder"),
        states.restored(compress(forged)),
    ):
        pass

    assert [("off",)] == setting


def test_nor_is_a_server_of_mariadb_or_mysql_with_an_account_of_others(mysql_url: str) -> None:
    with provision(mysql_url, "mysql", say=lambda _: None) as server:
        states = _states(server)
    with states.opened(b"") as container:
        keeper = states.keeper(container.access)
        keeper.make()
        assert isinstance(keeper, MysqlKeeper)
        with mysql_connect(keeper.admin) as admin:
            admin.execute("CREATE USER intruder")
        with pytest.raises(Unportable, match="the server holds the account intruder@%"):
            keeper.leave()
        forged = asked_for(container.held)

    with (
        pytest.raises(Unportable, match="the server holds the account intruder@%"),
        states.restored(compress(forged)),
    ):
        pass


def test_a_password_that_a_migration_sets_is_no_part_of_a_state(states: ContainerStates) -> None:
    with states.restored(None) as kept:
        with kept.session() as connection:
            connection.execute("ALTER ROLE schema_ci PASSWORD 'mine'")
        with pytest.raises(Unportable, match="the cluster holds a password of schema_ci"):
            kept.state()


def test_what_is_no_state_starts_no_container(states: ContainerStates) -> None:
    with pytest.raises(Unportable), states.restored(b"not what we pack"):
        pass


def test_nothing_is_kept_of_a_folder_that_we_did_not_make(engine: docker.DockerClient) -> None:
    with docker_postgres(BAKED) as baked:
        assert baked.portable is None
