"""A MariaDB dev server is like its target as far as it can, and goes nowhere that it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ci_runner.config.secret import Secret
from ci_runner.devdb.mariadb import MysqlServer, existing_mysql
from ci_runner.devdb.mariadb_local import local_mariadb
from ci_runner.devdb.mysql_like import Target, ladder_like, like, read_target, started_like
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.dialects.mysql.connect import connect
from ci_runner.errors import ConfigError, DatabaseError


def _url(server: MysqlServer, database: str) -> Secret:
    admin = server.admin
    return Secret(f"mysql://root:{admin.password}@/{database}?socket={admin.socket}")


@pytest.fixture
def target(maria_server: MysqlServer) -> Iterator[Secret]:
    """A database in latin1 on a server with a lenient mode."""
    with connect(maria_server.admin) as admin:
        ((mode,),) = admin.query("SELECT @@GLOBAL.sql_mode")
        admin.execute("CREATE DATABASE old_shop CHARACTER SET latin1 COLLATE latin1_swedish_ci")
        admin.execute("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_ENGINE_SUBSTITUTION'")
        try:
            yield _url(maria_server, "old_shop")
        finally:
            admin.execute(f"SET GLOBAL sql_mode = '{mode}'")
            admin.execute("DROP DATABASE old_shop")


def test_charset_collation_and_mode_are_the_targets_after_a_reset_too(target: Secret) -> None:
    said: list[str] = []
    wishes = Preparation(like=target, targets=(target,))

    with (
        provision("", "mysql", prepare=wishes, say=said.append) as server,
        server.database() as connection,
    ):
        connection.execute('CREATE TABLE "t" (a varchar(9))')
        connection.execute("SET SESSION sql_mode = ''")
        connection.reset()
        assert [("latin1_swedish_ci", "ANSI_QUOTES,NO_ENGINE_SUBSTITUTION")] == connection.query(
            "SELECT table_collation, @@sql_mode FROM information_schema.tables"
            " WHERE table_schema = database()"
        )
        assert ("", ()) == (server.shortfall, server.unlike)
    assert str(target) not in "".join(said)
    assert "old_shop" not in "".join(said)


def test_a_server_of_our_own_starts_as_the_whole_target_did() -> None:
    settings = ("--lower-case-table-names=1", "--innodb-default-row-format=compact")
    with local_mariadb(options=settings) as there:
        target = _url(there, "mysql")
        wishes = Preparation(like=target, targets=(target,))
        with (
            provision("local://mariadb", "mysql", prepare=wishes, say=lambda _: None) as server,
            server.database() as connection,
        ):
            connection.execute("CREATE TABLE Orders (id int)")
            found = connection.query(
                "SELECT table_name, row_format FROM information_schema.tables"
                " WHERE table_schema = database()"
            )

    assert [("orders", "Compact")] == found
    assert () == server.unlike


def test_no_option_is_made_of_what_a_linux_server_refuses_or_of_more_than_a_word() -> None:
    settings = {"lower_case_table_names": "2", "innodb_default_row_format": "x --user=root"}

    assert () == started_like(Target("MariaDB 10.11.14", settings))


def test_what_can_not_be_matched_is_said(maria_server: MysqlServer, target: Secret) -> None:
    known = read_target(target)
    strange = replace(
        known,
        title="MySQL 8.4.3",
        charset="utf8mb4",
        collation="utf8mb4_0900_ai_ci",
        settings={**known.settings, "lower_case_table_names": "1", "sql_mode": "NO_SUCH_MODE"},
    )

    server = like(maria_server, strange)

    assert "the target runs MySQL 8.4.3" in server.shortfall
    assert [
        "utf8mb4 with utf8mb4_0900_ai_ci is not known here",
        "lower_case_table_names is 1 there and 0 here",
    ] == [each for each in server.unlike if "sql_mode" not in each]
    assert any(each.startswith("sql_mode = NO_SUCH_MODE: ") for each in server.unlike)


@pytest.mark.parametrize(
    ("title", "older"),
    [("MariaDB 10.6.1", False), ("MariaDB 99.0.1", True), ("MySQL 8.0.40", True)],
)
def test_an_older_server_or_another_kind_is_a_shortfall(
    maria_server: MysqlServer, title: str, *, older: bool
) -> None:
    assert older == bool(like(maria_server, Target(title, {})).shortfall)


def test_the_ladder_begins_with_the_targets_version(target: Secret) -> None:
    first, second = ladder_like(target)

    assert first.startswith("local://mariadb/1")
    assert second == first.replace("local", "docker")


def test_a_target_that_does_not_answer_is_told_without_its_url() -> None:
    with pytest.raises(DatabaseError) as unread:
        read_target(Secret("mysql://u:hunter2@127.0.0.1:1/secret_shop"))

    assert "hunter2" not in str(unread.value)
    assert "secret_shop" not in str(unread.value)
    assert "127.0.0.1" not in str(unread.value)


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "[fd00:ec2::254]"])
def test_t15_no_dev_url_leads_to_a_metadata_address(host: str) -> None:
    with (
        pytest.raises(ConfigError, match="link-local or metadata"),
        existing_mysql(f"mysql://u:p@{host}/d"),
    ):
        pass


def test_t15_no_dev_url_is_that_of_a_target(maria_server: MysqlServer) -> None:
    mine = _url(maria_server, "shop")
    with pytest.raises(ConfigError, match="is that of a target"), existing_mysql(mine, [mine]):
        pass

    with existing_mysql(mine, [_url(maria_server, "other")]) as server:
        assert server.description.endswith(", given server, where the target lives too")
