"""Files run as their tool runs them, and what each statement did is told as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.replay import Script, rehearse, replay, script
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import DIALECT as POSTGRES
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import History, Step
from ci_runner.schema.changes import Alter, Create, Drop, Rename


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[Connection]:
    with postgres_server.database() as connection:
        yield connection


@pytest.fixture
def sqlite() -> Iterator[Connection]:
    with embedded(SQLITE) as server, server.database() as connection:
        yield connection


@pytest.fixture(params=["postgres", "sqlite"])
def either(request: pytest.FixtureRequest) -> tuple[Connection, str]:
    return request.getfixturevalue(request.param), request.param


def file(sql: str, name: str = "1.sql", engine: str = "postgres") -> Script:
    """A file of the plain format, which wraps a file in a transaction."""
    return script(MigrationFile(name, name, sql.encode(), "", ""), "plain", dialect(engine))


def unwrapped(sql: str, name: str = "1.sql", engine: str = "postgres") -> Script:
    return file(f"-- atlas:txmode none\n\n{sql}", name, engine)


def watched(connection: Connection, *files: Script, engine: str = "postgres") -> History:
    return rehearse(connection, dialect(engine), files)


def tables(connection: Connection, engine: str) -> list[str]:
    return [str(each.identity) for each in dialect(engine).inspect(connection).objects[:9]]


def said(step: Step) -> list[str]:
    words = []
    for change in step.observed.changes:
        match change:
            case Create(new):
                words.append(f"create {new.identity}")
            case Drop(old):
                words.append(f"drop {old.identity}")
            case Alter(_, new):
                words.append(f"alter {new.identity}")
            case Rename(old, new):
                words.append(f"rename {old.identity} to {new.identity}")
    return words


def locks(step: Step) -> list[tuple[str, str]]:
    return [(str(lock.relation), lock.mode) for lock in step.observed.locks]


# Replay


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


_DEFERRED = """\
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (
  a_id int REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO b VALUES (7);
"""


# What a new database has.
UNTOUCHED = ["grant schema public to PUBLIC", "schema public"]


def test_refusal_to_commit_names_the_file(postgres: Connection) -> None:
    with pytest.raises(SqlError, match="at COMMIT") as refused:
        replay(postgres, (file(_DEFERRED),))

    assert "1.sql:5" == refused.value.where
    assert "23503" in refused.value.said
    assert UNTOUCHED == tables(postgres, "postgres")


def test_refusal_of_sqlite_to_commit_names_the_file_and_rolls_back(sqlite: Connection) -> None:
    sqlite.execute("PRAGMA foreign_keys = ON")

    with pytest.raises(SqlError, match="at COMMIT") as refused:
        replay(sqlite, (file(_DEFERRED, engine="sqlite"),))

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


# Rehearsal


def test_failure_ends_the_rehearsal_and_the_rest_is_not_run(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    first = file(
        "CREATE TABLE a (id int);\nINSERT INTO nowhere VALUES (1);\nDROP TABLE a;", "1.sql", engine
    )
    second = file("CREATE TABLE b (id int);", "2.sql", engine)

    history = watched(connection, first, second, engine=engine)

    assert [True, True, False, False] == [step.executed for step in history.steps]
    assert history.failed is history.steps[1]
    assert ("1.sql", 2) == (history.failed.statement.path, history.failed.statement.line)
    assert history.steps[2].operations
    assert [] == said(history.steps[2])


def test_schema_after_a_failed_wrapped_file_is_the_one_before_it(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    before = dialect(engine).inspect(connection)
    bad = file("CREATE TABLE a (id int); INSERT INTO nowhere VALUES (1);", engine=engine)

    history = watched(connection, bad, engine=engine)

    assert before == history.schema
    assert ["create table a"] == [each.replace("public.", "") for each in said(history.steps[0])]
    assert not connection.in_transaction


@pytest.mark.parametrize(
    ("sql", "stays"),
    [
        ("CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int); SELECT nowhere;", ["a", "b"]),
        ("BEGIN; CREATE TABLE a (id int); SELECT nowhere;", []),
        (
            "BEGIN; CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int); SELECT nowhere;",
            ["a", "b"],
        ),
        (
            """BEGIN; CREATE TABLE a (id int); COMMIT;
            BEGIN; CREATE TABLE b (id int); SELECT nowhere;""",
            ["a"],
        ),
    ],
)
def test_schema_after_a_failure_is_what_the_database_holds(
    either: tuple[Connection, str], sql: str, stays: list[str]
) -> None:
    connection, engine = either

    history = watched(connection, file(sql, engine=engine), engine=engine)

    assert history.failed
    assert history.schema == dialect(engine).inspect(connection)
    assert stays == [
        each.identity.name for each in history.schema.objects if each.identity.kind == "table"
    ]


def test_each_statement_knows_its_transaction(either: tuple[Connection, str]) -> None:
    connection, engine = either
    own = file("CREATE TABLE a (id int);", "1.sql", engine)
    none = unwrapped("CREATE TABLE b (id int);", "2.sql", engine)
    mixed = file(
        "BEGIN; CREATE TABLE c (id int); COMMIT; CREATE TABLE d (id int);", "3.sql", engine
    )

    history = watched(connection, own, none, mixed, engine=engine)

    assert [True, False, False, True, True, False] == [step.transactional for step in history.steps]


def test_unfinished_transaction_fails_the_last_statement(either: tuple[Connection, str]) -> None:
    connection, engine = either

    history = watched(
        connection, file("BEGIN; CREATE TABLE a (id int);", engine=engine), engine=engine
    )

    assert history.failed is history.steps[-1]
    assert history.schema == dialect(engine).inspect(connection)
    assert "a" not in [each.identity.name for each in history.schema.objects]


def test_refusal_to_commit_fails_the_last_statement(postgres: Connection) -> None:
    history = watched(postgres, file(_DEFERRED), file("CREATE TABLE c (id int);", "2.sql"))

    assert history.failed is history.steps[2]
    assert history.failed.failure is not None
    assert history.failed.failure.message.startswith("at COMMIT: ")
    assert not history.steps[3].executed
    assert UNTOUCHED == [str(each.identity) for each in history.schema.objects]


def test_rows_and_notices_are_told(postgres: Connection) -> None:
    history = watched(
        postgres,
        file("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2); DROP TABLE IF EXISTS b;"),
    )

    assert [None, 2, None] == [step.rows for step in history.steps]
    assert ('table "b" does not exist, skipping',) == history.steps[2].notices


def test_what_each_statement_changed_is_told(either: tuple[Connection, str]) -> None:
    connection, engine = either
    sql = """
        CREATE TABLE a (id int, name text);
        ALTER TABLE a ADD COLUMN extra int;
        CREATE INDEX i ON a (name);
        ALTER TABLE a RENAME TO b;
        DROP INDEX i;
        DROP TABLE b;
    """

    history = watched(connection, file(sql, engine=engine), engine=engine)

    found = [[each.replace("public.", "") for each in said(step)] for step in history.steps]
    assert [["create table a"], ["create column a.extra"], ["create index i"]] == found[:3]
    assert "rename table a to table b" in found[3]
    assert [["drop index i"], ["drop table b"]] == found[4:]
    for earlier, later in zip(history.steps, history.steps[1:], strict=False):
        assert earlier.after is later.before


def test_locks_and_rewrites_are_those_of_the_statement(postgres: Connection) -> None:
    replay(postgres, (file("CREATE TABLE a (id int); CREATE TABLE b (id int);"),))

    history = watched(
        postgres,
        file("""
            ALTER TABLE a ADD COLUMN extra int;
            ALTER TABLE a ALTER COLUMN id TYPE bigint;
            CREATE INDEX i ON b (id);
        """),
    )

    add, retype, index = history.steps
    assert [("table public.a", "ACCESS EXCLUSIVE")] == locks(add)
    assert [] == [str(each) for each in add.observed.rewritten]
    assert ["table public.a"] == [str(each) for each in retype.observed.rewritten]
    assert [("table public.b", "SHARE")] == locks(index)


def test_locks_of_one_file_do_not_hide_those_of_the_next(postgres: Connection) -> None:
    replay(postgres, (file("CREATE TABLE a (id int);"),))

    history = watched(
        postgres,
        file("ALTER TABLE a ADD COLUMN b int;", "1.sql"),
        file("ALTER TABLE a ADD COLUMN c int;", "2.sql"),
    )

    taken = [("table public.a", "ACCESS EXCLUSIVE")]
    assert [taken, taken] == [locks(step) for step in history.steps]


def test_locks_of_rows_are_not_said_of_the_statement_behind_them(postgres: Connection) -> None:
    replay(postgres, (file("CREATE TABLE a (id int); CREATE TABLE b (id int);"),))

    history = watched(
        postgres,
        file("INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); ALTER TABLE b ADD COLUMN c int;"),
    )

    first, second, alter = history.steps
    assert [] == locks(first)
    assert [("table public.a", "ROW EXCLUSIVE")] == locks(second)
    assert [("table public.b", "ACCESS EXCLUSIVE")] == locks(alter)


@pytest.mark.parametrize("behind", ["", "ALTER TABLE a ADD COLUMN c int;"])
def test_what_a_trigger_made_is_said_of_the_rows_that_fired_it(
    postgres: Connection, behind: str
) -> None:
    replay(
        postgres,
        (
            file("""
                CREATE TABLE a (id int);
                CREATE FUNCTION make() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN EXECUTE 'CREATE TABLE made (id int)'; RETURN NEW; END $$;
                CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION make();
            """),
        ),
    )

    history = watched(postgres, unwrapped(f"SELECT 1; INSERT INTO a VALUES (1); {behind}"))

    assert [] == said(history.steps[0])
    assert ["create table public.made"] == said(history.steps[1])
    assert history.schema == POSTGRES.inspect(postgres)


def test_deferred_trigger_that_commit_fires_is_part_of_what_is_reached(
    postgres: Connection,
) -> None:
    replay(
        postgres,
        (
            file("""
                CREATE TABLE a (id int);
                CREATE FUNCTION make() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN EXECUTE 'CREATE TABLE made (id int)'; RETURN NEW; END $$;
                CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED
                  FOR EACH ROW EXECUTE FUNCTION make();
            """),
        ),
    )

    at_the_end = watched(postgres, file("INSERT INTO a VALUES (1);"))

    assert at_the_end.schema.table("public", "made") is not None


def test_set_constraints_is_looked_at(postgres: Connection) -> None:
    test_deferred_trigger_that_commit_fires_is_part_of_what_is_reached(postgres)
    postgres.execute("DROP TABLE made")

    history = watched(
        postgres, file("INSERT INTO a VALUES (2); SET CONSTRAINTS ALL IMMEDIATE; SELECT 1;")
    )

    assert ["create table public.made"] == said(history.steps[1])


def test_session_of_a_rehearsed_file_does_not_leak_into_the_next(postgres: Connection) -> None:
    history = watched(
        postgres,
        file("CREATE SCHEMA app; SET search_path = app; CREATE TABLE a (id int);", "1.sql"),
        file("CREATE TABLE b (id int);", "2.sql"),
    )

    assert ["create table app.a"] == said(history.steps[2])
    assert ["create table public.b"] == said(history.steps[3])


def test_progress_names_each_file(sqlite: Connection) -> None:
    told: list[str] = []

    rehearse(
        sqlite,
        SQLITE,
        (file("SELECT 1;", "1.sql", "sqlite"), file("SELECT 1;", "2.sql", "sqlite")),
        progress=told.append,
    )

    assert ["1.sql", "2.sql"] == told


def test_a_role_that_the_dev_server_lacks_is_named_with_the_way_out(postgres: Connection) -> None:
    with pytest.raises(SqlError) as refused:
        replay(postgres, [file('CREATE TABLE t ();\nGRANT SELECT ON t TO "A reader";')])

    assert "1.sql:2" == refused.value.where
    assert 'role "A reader" does not exist' in refused.value.said
    assert 'CREATE ROLE "A reader"' in refused.value.next_step
    assert "--dev-url" in refused.value.next_step
