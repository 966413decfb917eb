"""Files run as their tool runs them, and a refusal names the place."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import rehearse, replay
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import DIALECT as POSTGRES
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError, SqlError
from tests.devdb.scripts import DEFERRED, UNTOUCHED, file, tables, unwrapped


def test_refusal_names_file_and_line(either: tuple[Connection, str]) -> None:
    connection, engine = either
    first = file("CREATE TABLE a (id int);", "1.sql", engine)
    second = file(
        "CREATE TABLE b (id int);\n\n-- why\nINSERT INTO\n nowhere VALUES (1);", "2.sql", engine
    )

    with pytest.raises(SqlError) as refused:
        replay(connection, (first, second))

    line = 5 if engine == "postgres" else 4  # SQLite gives no position within a statement
    assert f"2.sql:{line}" == refused.value.where
    assert "nowhere" in refused.value.said


def test_failed_file_leaves_nothing_and_the_ones_before_stay(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    good = file("CREATE TABLE a (id int);", "1.sql", engine)
    bad = file("CREATE TABLE b (id int); INSERT INTO nowhere VALUES (1);", "2.sql", engine)

    with pytest.raises(SqlError):
        replay(connection, (good, bad))

    assert not connection.in_transaction
    assert "table a" == tables(connection, engine)[-1].replace("public.", "")


def test_file_without_a_transaction_keeps_what_ran_before_the_failure(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    bad = unwrapped("CREATE TABLE a (id int); INSERT INTO nowhere VALUES (1);", engine=engine)

    with pytest.raises(SqlError):
        replay(connection, (bad,))

    assert "table a" == tables(connection, engine)[-1].replace("public.", "")


def test_file_with_its_own_transaction_is_not_wrapped_in_another(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    own = file("BEGIN; CREATE TABLE a (id int); COMMIT;", engine=engine)

    replay(connection, (own,))

    assert not own.wrapped
    assert "table a" == tables(connection, engine)[-1].replace("public.", "")


def test_file_that_never_ends_its_own_transaction_is_refused(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either

    with pytest.raises(SqlError, match="never ends it") as refused:
        replay(connection, (file("BEGIN;\nCREATE TABLE a (id int);", engine=engine),))

    assert "1.sql:2" == refused.value.where
    assert not connection.in_transaction
    assert [] == [each for each in tables(connection, engine) if each.startswith("table")]


def test_file_may_end_the_tools_transaction_by_itself(either: tuple[Connection, str]) -> None:
    connection, engine = either
    midway = file("CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int);", engine=engine)

    replay(connection, (midway,))

    assert midway.wrapped
    assert not connection.in_transaction
    assert ["a", "b"] == [
        each.rpartition(" ")[2].removeprefix("public.") for each in tables(connection, engine)[-2:]
    ]


def test_refusal_to_commit_names_the_file(postgres: Connection) -> None:
    with pytest.raises(SqlError, match="at COMMIT") as refused:
        replay(postgres, (file(DEFERRED),))

    assert "1.sql:5" == refused.value.where
    assert "23503" in refused.value.said
    assert UNTOUCHED == tables(postgres, "postgres")


def test_refusal_of_sqlite_to_commit_names_the_file_and_rolls_back(sqlite: Connection) -> None:
    sqlite.execute("PRAGMA foreign_keys = ON")

    with pytest.raises(SqlError, match="at COMMIT") as refused:
        replay(sqlite, (file(DEFERRED, engine="sqlite"),))

    assert "1.sql:5" == refused.value.where
    assert [] == tables(sqlite, "sqlite")


def test_search_path_of_one_file_does_not_leak_into_the_next(postgres: Connection) -> None:
    first = file("CREATE SCHEMA app; SET search_path = app; CREATE TABLE a (id int);", "1.sql")
    second = file("CREATE TABLE b (id int);", "2.sql")

    replay(postgres, (first, second))

    names = tables(postgres, "postgres")
    assert {"table app.a", "table public.b"} <= set(names)


def test_role_of_one_file_does_not_leak_into_the_next(postgres_server: PostgresServer) -> None:
    with connect(postgres_server.admin) as admin:
        admin.execute("CREATE ROLE other_role")
        try:
            admin.execute(f"GRANT other_role TO {postgres_server.owner_role}")
            with postgres_server.database() as connection:
                replay(connection, (file("SET ROLE other_role; SET lock_timeout = '7s';"),))

                assert [(postgres_server.owner_role,)] == connection.query("SELECT current_user")
                assert [("0",)] == connection.query("SHOW lock_timeout")
        finally:
            admin.execute("DROP ROLE other_role")


def test_switches_of_one_sqlite_file_do_not_leak_into_the_next(sqlite: Connection) -> None:
    first = unwrapped("PRAGMA foreign_keys = ON;", "1.sql", "sqlite")
    second = file(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a (id));"
        " INSERT INTO b VALUES (7);",
        "2.sql",
        "sqlite",
    )

    replay(sqlite, (first, second))

    assert [(7,)] == sqlite.query("SELECT a_id FROM b")


def test_temporary_table_of_a_file_serves_the_next_and_is_no_part_of_the_schema(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    first = file("CREATE TEMPORARY TABLE held AS SELECT 1 AS id;", "1.sql", engine)
    second = file("CREATE TABLE kept AS SELECT id FROM held;", "2.sql", engine)

    replay(connection, (first, second))

    found = [each for each in tables(connection, engine) if each.startswith("table")]
    assert ["table kept"] == [each.replace("public.", "") for each in found]


def test_concurrently_runs_outside_of_a_transaction_only(postgres: Connection) -> None:
    replay(postgres, (file("CREATE TABLE a (id int);"),))
    sql = "CREATE INDEX CONCURRENTLY i ON a (id);"

    with pytest.raises(SqlError, match="cannot run inside a transaction block"):
        replay(postgres, (file(f"SELECT 1; {sql}"),))
    replay(postgres, (unwrapped(sql),))

    assert "index public.i" in tables(postgres, "postgres")


def test_enum_value_is_used_in_another_file_than_it_was_added_in(postgres: Connection) -> None:
    replay(postgres, (file("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE a (m mood);"),))
    add = "ALTER TYPE mood ADD VALUE 'glad';"
    use = "INSERT INTO a VALUES ('glad');"

    with pytest.raises(SqlError, match="unsafe use of new value"):
        replay(postgres, (file(add + use),))
    replay(postgres, (file(add, "1.sql"), file(use, "2.sql")))

    assert [("glad",)] == postgres.query("SELECT m::text FROM a")


def test_lost_connection_is_a_database_error_in_the_servers_words(
    postgres_server: PostgresServer,
) -> None:
    end = file("CREATE TABLE a (id int); SELECT pg_terminate_backend(pg_backend_pid());")
    for run in (lambda c: replay(c, (end,)), lambda c: rehearse(c, POSTGRES, (end,))):
        with (
            postgres_server.database() as connection,
            pytest.raises(DatabaseError, match="was lost") as lost,
        ):
            run(connection)

        assert "terminating connection due to administrator command" in lost.value.said


def test_a_role_that_the_dev_server_lacks_is_named_with_the_way_out(postgres: Connection) -> None:
    with pytest.raises(SqlError) as refused:
        replay(postgres, [file('CREATE TABLE t ();\nGRANT SELECT ON t TO "A reader";')])

    assert "1.sql:2" == refused.value.where
    assert 'role "A reader" does not exist' in refused.value.said
    assert 'CREATE ROLE "A reader"' in refused.value.next_step
    assert "--dev-url" in refused.value.next_step


def test_what_a_sequence_gave_last_is_forgotten_with_its_file(postgres: Connection) -> None:
    files = (
        file("CREATE SEQUENCE s; SELECT nextval('s');", "1.sql"),
        file("SELECT currval('s');", "2.sql"),
    )

    with pytest.raises(SqlError, match=r"the SQL does not run") as refused:
        replay(postgres, files)

    assert "2.sql:1" == refused.value.where
