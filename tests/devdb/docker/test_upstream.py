"""Images laid out as the official ones are: their volumes, scripts, checks and variables."""

from __future__ import annotations

import os

import docker
import pytest

from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.provision import provision
from ci_runner.dialects.postgres.connect import connect
from tests.devdb.docker.conftest import derived, of_process

pytestmark = pytest.mark.docker

# Whatever a company's image may say: it would lock us out, or everybody in.
_VARIABLES = {
    "POSTGRES_HOST_AUTH_METHOD": "trust",
    "POSTGRES_PASSWORD_FILE": "/nowhere",
    "MARIADB_RANDOM_ROOT_PASSWORD": "1",
    "MARIADB_AUTO_UPGRADE": "1",
}
_SCRIPTS = {"/docker-entrypoint-initdb.d/10-more.sql": "CREATE EXTENSION hstore;\n"}
_CHECK = {"test": ["CMD-SHELL", "exit 1"], "interval": 10**9, "retries": 1}


def test_the_volume_of_postgresql_18_is_memory_and_none_is_left(
    engine: docker.DockerClient, newest_image: str
) -> None:
    before = {each.id for each in engine.volumes.list()}
    known = set(of_process(engine, os.getpid()))
    with docker_postgres(newest_image) as server, connect(server.admin) as admin:
        assert [("/schema-ci/data",)] == admin.query("SHOW data_directory")
        [mine] = set(of_process(engine, os.getpid())) - known
        attrs = engine.api.inspect_container(mine)

    assert "(without network, over a socket)" in server.description
    assert "/var/lib/postgresql" in attrs["HostConfig"]["Tmpfs"]
    assert [] == [each for each in attrs["Mounts"] if each["Type"] == "volume"]
    assert set() == {each["Name"] for each in attrs["Mounts"] if "Name" in each} - before


def test_scripts_of_an_image_run_before_its_server_is_ours(
    engine: docker.DockerClient, newest_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTCONTAINERS_HOST_OVERRIDE", "localhost")
    name = "schema-ci-test/with-scripts:1"
    changes = {"environment": _VARIABLES, "healthcheck": _CHECK}
    with (
        derived(engine, name, newest_image, _SCRIPTS, **changes) as image,
        docker_postgres(image) as server,
        connect(server.admin) as admin,
    ):
        methods = admin.query(
            "SELECT DISTINCT auth_method FROM pg_hba_file_rules WHERE address = 'all'"
        )
        extensions = admin.query("SELECT extname FROM pg_extension WHERE extname = 'hstore'")
        [checked] = [
            each.attrs["State"].get("Health")
            for each in engine.containers.list(filters={"ancestor": image})
        ]

    assert [("scram-sha-256",)] == methods
    assert [("hstore",)] == extensions
    assert checked is None
    assert server.portable is None


def test_mariadb_and_mysql_set_up_by_their_own_entry_points(
    engine: docker.DockerClient, mysql_url: str
) -> None:
    scheme, _, base = mysql_url.partition("://")
    name = "schema-ci-test/mysql-with-scripts:1"
    scripts = {"/docker-entrypoint-initdb.d/10-more.sql": "SELECT 1;\n"}
    with (
        derived(engine, name, base, scripts, environment=_VARIABLES) as image,
        provision(f"{scheme}://{image}", "mysql", say=lambda _: None) as server,
        server.database() as connection,
    ):
        assert [(0,)] == connection.query("SELECT @@local_infile")
    assert server.portable is None
