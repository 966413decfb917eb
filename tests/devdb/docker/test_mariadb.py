"""MariaDB and MySQL in a container: what it serves, as whom, and what SQL may do there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.provision import provision
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.connect import connect

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Empty at first: what is kept of an image is kept by the first container here."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="module")
def server(mysql_url: str, caches: None) -> Iterator[Server]:
    said: list[str] = []
    with provision(mysql_url, "mysql", say=said.append) as served:
        assert f"dev database: {served.description}" == said[-1]
        yield served


def test_an_upstream_like_image_serves_databases_of_which_none_sees_another(
    server: Server, mysql_url: str
) -> None:
    image = mysql_url.partition("://")[2]
    assert server.description.startswith(("MariaDB 10.", "MySQL "))
    assert server.description.endswith(f", container {image} (without network, over a socket)")
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


def _born(server: Server) -> list[tuple[object, ...]]:
    """When the tables of the server's own were made."""
    assert isinstance(server, MysqlServer)
    with connect(server.admin) as root:
        return root.query(
            "SELECT table_name, create_time FROM information_schema.tables"
            " WHERE table_schema = 'mysql' AND table_name IN ('db', 'plugin', 'servers')"
            " ORDER BY table_name"
        )


def test_the_next_container_of_an_image_starts_with_the_data_folder_of_the_last(
    server: Server, mysql_url: str
) -> None:
    with provision(mysql_url, "mysql", say=lambda _: None) as again, again.database() as connection:
        assert [(1,)] == connection.query("SELECT 1")
        born = _born(again)

    assert all(when is not None for _, when in born)
    assert _born(server) == born
