"""MariaDB in a container: what it serves, as whom, and what SQL may do there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.provision import provision
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.connect import connect
from tests.conftest import require

IMAGE = "schema-ci-test/mariadb:10.11"
_IMAGES = Path(__file__).parents[3] / "script" / "images-mariadb"

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def image(docker_engine: str) -> str:
    client = docker.from_env()
    try:
        if not client.images.list(IMAGE):
            built = subprocess.run([_IMAGES], capture_output=True, text=True, check=False)
            if built.returncode:
                require(f"needs the image {IMAGE}: {built.stderr.strip()}")
    finally:
        client.close()
    return IMAGE


@pytest.fixture(scope="module")
def server(image: str) -> Iterator[Server]:
    said: list[str] = []
    with provision(f"docker+mariadb://{image}", "mysql", say=said.append) as served:
        assert f"dev database: {served.description}" == said[-1]
        yield served


def test_an_upstream_like_image_serves_databases_of_which_none_sees_another(
    server: Server,
) -> None:
    assert server.description.startswith("MariaDB 10.")
    assert server.description.endswith(f", container {IMAGE} (without network, over a socket)")
    with server.database() as one, server.database() as other:
        one.execute("CREATE TABLE t (a text)")
        ((mine,),) = one.query("SELECT database()")
        assert mine not in [name for (name,) in other.query("SHOW DATABASES")]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 INTO OUTFILE '/schema-ci/x'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t",
        "SET GLOBAL local_infile = 1",
        "CREATE DATABASE elsewhere",
    ],
)
def test_sql_does_not_get_out_of_its_database(server: Server, sql: str) -> None:
    with server.database() as connection:
        connection.execute("CREATE TABLE t (a text)")
        with pytest.raises(StatementFailed):
            connection.execute(sql)


def test_not_even_root_writes_a_file(server: Server) -> None:
    assert isinstance(server, MysqlServer)
    with connect(server.admin) as root:
        for place in ("/schema-ci/x", "/tmp/x", "/etc/x"):
            with pytest.raises(StatementFailed):
                root.execute(f"SELECT 1 INTO OUTFILE '{place}'")
