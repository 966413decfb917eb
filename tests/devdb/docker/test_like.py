"""A container is like its target, another release of the server that runs in another container."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import docker
import pytest

from ci_runner.config.secret import Secret
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.docker.mariadb import docker_mysql
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.engines import ENGINES
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.dialects.mysql.connect import connect as mysql_connect
from ci_runner.dialects.postgres.connect import connect
from tests.devdb.docker.conftest import IMAGE

pytestmark = pytest.mark.docker


@contextmanager
def _shop(server: PostgresServer, options: str) -> Iterator[Secret]:
    """A target with extensions and settings, and its URL."""
    with connect(server.admin) as admin:
        admin.execute(f"CREATE DATABASE shop TEMPLATE template0 ENCODING 'UTF8' {options}")
        try:
            admin.execute("ALTER DATABASE shop SET search_path = app, public")
            admin.execute("ALTER DATABASE shop SET datestyle = 'SQL, DMY'")
            with connect(server.admin, dbname="shop") as inside:
                inside.execute("CREATE EXTENSION citext; CREATE EXTENSION adminpack")
            yield _url(server)
        finally:
            admin.execute("DROP DATABASE shop")


def _url(server: PostgresServer, database: str = "shop") -> Secret:
    known = dict(word.split("=", 1) for word in server.admin.split())
    account = f"{known['user']}:{quote(known['password'])}"
    return Secret(f"postgres://{account}@/{database}?host={known['host']}&port={known['port']}")


def test_a_newer_container_is_like_its_target_but_for_what_it_has_not(
    container_server: PostgresServer, newest_image: str
) -> None:
    with (
        _shop(container_server, "LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'") as target,
        provision(
            f"docker+postgres://{newest_image}",
            "postgres",
            prepare=Preparation(like=target, targets=(target,)),
            say=(said := list[str]()).append,
        ) as server,
        server.database() as connection,
    ):
        assert [("app, public", "SQL, DMY")] == connection.query(
            "SELECT current_setting('search_path'), current_setting('datestyle')"
        )
        assert [("citext",), ("plpgsql",)] == connection.query(
            "SELECT extname FROM pg_extension ORDER BY extname"
        )
        assert ("local://postgres/15", "docker://postgres/15/dev") == ENGINES[
            "postgres"
        ].ladder_like(target)

    # adminpack is no part of PostgreSQL since 17, and the wheel was built without ICU.
    assert (
        "extension adminpack is not available here",
        "collation de (icu) could not be had here",
    ) == server.unlike
    assert "" == server.shortfall
    assert [f"dev database: unlike the target: {each}" for each in server.unlike] == said[-2:]


def test_an_older_container_is_told(engine: docker.DockerClient, newest_image: str) -> None:
    with docker_postgres(newest_image, superuser=True) as newest:
        wishes = Preparation(like=_url(newest, "postgres"))
        with provision(
            f"docker+postgres://{IMAGE}", "postgres", prepare=wishes, say=lambda _: None
        ) as server:
            pass

    assert server.shortfall.startswith("The dev server is PostgreSQL 15.")
    assert ", the target runs 18." in server.shortfall


def test_a_container_of_mariadb_or_mysql_starts_as_its_target_did(
    mysql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    image = mysql_url.partition("://")[2]
    options = ("--lower-case-table-names=1", "--sql-mode=ANSI_QUOTES")
    with docker_mysql(image, options=options) as there:
        with mysql_connect(there.admin) as admin:
            admin.execute("CREATE DATABASE shop CHARACTER SET latin1 COLLATE latin1_bin")
        root = f"root:{there.admin.password}"
        target = Secret(f"mysql://{root}@/shop?socket={there.admin.socket}")
        with (
            provision(
                mysql_url, "mysql", prepare=Preparation(like=target), say=lambda _: None
            ) as server,
            server.database() as connection,
        ):
            connection.execute('CREATE TABLE "Orders" (a varchar(9))')
            found = connection.query(
                "SELECT table_name, table_collation FROM information_schema.tables"
                " WHERE table_schema = database()"
            )

    assert [("orders", "latin1_bin")] == found
    assert ("", ()) == (server.shortfall, server.unlike)
