"""A MariaDB server of our own: whose it is, what SQL may do there, and what stays behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer, existing_mysql, leftover_databases
from ci_runner.devdb.mariadb_local import Binaries, local_mariadb
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.connect import connect
from ci_runner.errors import ConfigError, DatabaseError


def databases(server: MysqlServer) -> list[str]:
    with connect(server.admin) as admin:
        return [str(name) for (name,) in admin.query("SHOW DATABASES")]


def accounts(server: MysqlServer) -> list[str]:
    with connect(server.admin) as admin:
        listed = admin.query("SELECT user FROM mysql.user WHERE user LIKE 'schema%'")
        return [str(name) for (name,) in listed]


def test_each_use_has_a_database_that_nobody_else_sees(mysql_server: MysqlServer) -> None:
    with mysql_server.database() as one, mysql_server.database() as other:
        one.execute("CREATE TABLE mine (a int)")
        ((first,),) = one.query("SELECT database()")
        seen = [str(name) for (name,) in other.query("SHOW DATABASES")]
        with pytest.raises(StatementFailed, match="denied"):
            other.execute(f"DROP TABLE {first}.mine")

    assert first not in seen
    assert first not in databases(mysql_server)
    assert [] == accounts(mysql_server)


def test_a_database_goes_though_a_session_still_holds_its_tables(
    mysql_server: MysqlServer,
) -> None:
    with mysql_server.database() as one:
        one.execute("CREATE TABLE t (a int)")
        ((name,),) = one.query("SELECT database()")
        one.execute("BEGIN")
        one.execute("INSERT INTO t VALUES (1)")
        with connect(mysql_server.admin.within(str(name))) as other:
            other.execute("BEGIN")
            other.query("SELECT * FROM t")
            mysql_server.drop(str(name))

    assert name not in databases(mysql_server)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 INTO OUTFILE '/tmp/schema-ci-outfile'",
        "SELECT 1 INTO DUMPFILE '/tmp/schema-ci-outfile'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t",
        "SET GLOBAL local_infile = 1",
        "SET GLOBAL event_scheduler = ON",
        "SET GLOBAL general_log_file = '/tmp/x'",
        "CREATE DATABASE elsewhere",
        "CREATE USER eve",
        "INSTALL SONAME 'ha_federatedx'",
        "CREATE FUNCTION f RETURNS string SONAME 'x.so'",
        "CREATE TABLE c (a int) ENGINE = CONNECT TABLE_TYPE = DOS FILE_NAME = '/etc/passwd'",
        "CREATE DEFINER = root@localhost PROCEDURE p() SELECT 1",
        "SELECT * FROM mysql.global_priv",
    ],
)
def test_sql_does_not_get_out_of_its_database(mysql_server: MysqlServer, sql: str) -> None:
    with mysql_server.database() as connection:
        connection.execute("CREATE TABLE t (a text)")
        with pytest.raises(StatementFailed):
            connection.execute(sql)

        assert [(None,)] == connection.query("SELECT load_file('/etc/passwd')")
        assert [(0,)] == connection.query("SELECT count(*) FROM t")


def test_root_reads_and_writes_no_file_either() -> None:
    with local_mariadb(superuser=True) as server, server.database() as connection:
        assert [("root@localhost",)] == connection.query("SELECT current_user()")
        assert [(None,)] == connection.query("SELECT load_file('/etc/passwd')")
        folder = Path(server.admin.socket).parent
        for target in ("/tmp/schema-ci-outfile", str(folder / "files" / "x")):
            with pytest.raises(StatementFailed):
                connection.execute(f"SELECT 1 INTO OUTFILE '{target}'")
        with pytest.raises(StatementFailed):
            connection.execute("LOAD DATA INFILE '/etc/passwd' INTO TABLE mysql.time_zone_name")
        if os.geteuid() == 0:
            assert 0 != (folder / "data").stat().st_uid
    assert not folder.exists()


def test_a_given_server_keeps_its_own_databases(mysql_server: MysqlServer) -> None:
    url = f"mysql://root:{mysql_server.admin.password}@/mysql?socket={mysql_server.admin.socket}"
    before = databases(mysql_server)
    with existing_mysql(url) as server:
        title, _, _ = mysql_server.description.partition(",")
        assert f"{title}, given server" == server.description
        with server.database() as connection:
            ((name,),) = connection.query("SELECT database()")
            assert str(name).startswith("schema_ci_")

    assert before == databases(mysql_server)


def test_t12_migrations_on_a_given_server_run_as_an_account_of_their_database(
    mysql_server: MysqlServer,
) -> None:
    url = f"mysql://root:{mysql_server.admin.password}@/mysql?socket={mysql_server.admin.socket}"
    accounts = "SELECT user FROM mysql.user ORDER BY user"
    with connect(mysql_server.admin) as admin:
        before = admin.query(accounts)
        with existing_mysql(url) as server, server.database() as connection:
            ((name, database),) = connection.query("SELECT current_user(), database()")
            connection.execute("CREATE TABLE t (a int)")
            with pytest.raises(StatementFailed):
                connection.execute("SELECT 1 INTO OUTFILE '/tmp/schema-ci-given'")
            with pytest.raises(StatementFailed):
                connection.execute("CREATE DATABASE elsewhere")

        assert f"{database}@%" == name
        assert before == admin.query(accounts)
    with existing_mysql(url, superuser=True) as server, server.database() as connection:
        assert server.description.endswith(", given server, as superuser")
        assert [("root@localhost",)] == connection.query("SELECT current_user()")


def accounts_named(server: MysqlServer, name: str) -> list[tuple[object, ...]]:
    with connect(server.admin) as admin:
        return admin.query(f"SELECT count(*) FROM mysql.user WHERE user = '{name}'")


def test_what_a_run_leaves_on_a_given_server_is_found_and_removed(
    mysql_server: MysqlServer,
) -> None:
    admin = mysql_server.admin
    url = f"mysql://root:{admin.password}@/?socket={admin.socket}"
    with connect(admin) as session:
        session.execute("CREATE DATABASE schema_ci_0123456789abcdef")  # a stranger's: no marker
    with existing_mysql(url) as server, server.database() as connection:
        ((name,),) = connection.query("SELECT database()")
        assert [(1,)] == accounts_named(mysql_server, str(name))
        (found,) = (each for each in leftover_databases(url) if str(name) in each.name)
        used = found.in_use
        found.remove()
        assert [(0,)] == accounts_named(mysql_server, str(name))
    listed = [each.name for each in leftover_databases(url)]
    mysql_server.drop("schema_ci_0123456789abcdef")

    assert used
    assert name not in databases(mysql_server)
    assert "database schema_ci_0123456789abcdef" not in listed


def test_a_user_who_may_create_nothing_is_told_what_to_grant(mysql_server: MysqlServer) -> None:
    with connect(mysql_server.admin) as admin:
        admin.execute("CREATE USER poor@localhost IDENTIFIED BY 'p'")
    try:
        with (
            existing_mysql(f"mysql://poor:p@/?socket={mysql_server.admin.socket}") as server,
            pytest.raises(DatabaseError) as refused,
            server.database(),
        ):
            pass
    finally:
        with connect(mysql_server.admin) as admin:
            admin.execute("DROP USER poor@localhost")

    assert "the dev server lets us create no database" == refused.value.what
    assert "GRANT ALL" in refused.value.next_step


@pytest.mark.parametrize(
    "wishes", [Preparation(extensions=("hstore",)), Preparation(roles=("app",))]
)
def test_what_only_postgresql_has_is_refused_before_anything_starts(wishes: Preparation) -> None:
    with (
        pytest.raises(ConfigError, match="are for PostgreSQL") as refused,
        provision("local://mariadb", "mysql", prepare=wishes, say=lambda line: None),
    ):
        pass

    assert "`dev.setup` may make what is needed" in refused.value.next_step


def test_a_server_that_does_not_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "mariadbd"
    broken.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 1\n")
    broken.chmod(0o755)
    install = tmp_path / "install"
    install.write_text("#!/bin/sh\nexit 0\n")
    install.chmod(0o755)
    tmp_path.chmod(0o755)
    for place in tmp_path.parents:
        if place.is_relative_to("/tmp/pytest-of-root") or place.name.startswith("pytest-"):
            place.chmod(0o755)

    with (
        pytest.raises(DatabaseError, match="did not start") as refused,
        local_mariadb(binaries=Binaries(broken, install)),
    ):
        pass

    assert "no space left" in refused.value.said
