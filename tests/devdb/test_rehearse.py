"""What each statement of a new file did is told as it was."""

from __future__ import annotations

import pytest

from ci_runner.devdb.replay import rehearse, replay
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import DIALECT as POSTGRES
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Alter, Create, Drop, Rename
from tests.devdb.scripts import DEFERRED, UNTOUCHED, file, unwrapped, watched


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
    history = watched(postgres, file(DEFERRED), file("CREATE TABLE c (id int);", "2.sql"))

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


def test_a_history_knows_which_version_of_the_server_it_ran_on(
    either: tuple[Connection, str],
) -> None:
    connection, engine = either
    says = {"postgres": "SHOW server_version", "sqlite": "SELECT sqlite_version()"}[engine]

    history = watched(connection, file("SELECT 1;", engine=engine), engine=engine)

    ((told,),) = connection.query(says)
    assert history.version[0] >= 3
    assert str(told).startswith(".".join(map(str, history.version)))
