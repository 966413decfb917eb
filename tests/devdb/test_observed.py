"""What the server was seen doing: scans, locks of statements that stand alone, and their length."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ci_runner.devdb.replay import Script, replay
from ci_runner.dialects.base import Connection
from ci_runner.migrations.history import Step
from tests.devdb.scripts import file, unwrapped, watched

TABLES = "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (a_id int);"
EXCLUSIVE, UPDATE = "ACCESS EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"


@pytest.fixture
def filled(postgres: Connection) -> Connection:
    replay(postgres, (file(TABLES), file("INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1);")))
    return postgres


def locks(step: Step) -> list[tuple[str, str]]:
    return [(lock.relation.name, lock.mode) for lock in step.observed.locks]


def scans(step: Step) -> list[str]:
    return [each.name for each in step.observed.scanned]


@pytest.mark.parametrize(
    ("sql", "scanned"),
    [
        ("ALTER TABLE a ALTER COLUMN n SET NOT NULL", ["a"]),
        ("ALTER TABLE a ALTER COLUMN id SET NOT NULL", []),
        ("ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0)", ["a"]),
        ("ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0) NOT VALID", []),
        ("ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a", ["a", "b"]),
        ("ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a NOT VALID", []),
        ("ALTER TABLE a ADD COLUMN extra int DEFAULT 7", []),
        ("CREATE INDEX ON b (a_id)", ["b"]),
        ("UPDATE a SET n = 2", ["a"]),
        ("CREATE TABLE copy AS SELECT * FROM a", ["a"]),
        ("DO $$ BEGIN PERFORM count(*) FROM b; END $$", ["b"]),
    ],
)
def test_relations_that_are_read_from_end_to_end_are_told(
    filled: Connection, sql: str, scanned: list[str]
) -> None:
    [step] = watched(filled, file(f"{sql};")).steps

    assert scanned == scans(step)


def test_a_scan_is_said_of_the_statement_that_made_it_and_of_no_later_one(
    filled: Connection,
) -> None:
    first = file("CREATE INDEX ON b (a_id); ALTER TABLE b ADD COLUMN extra int;", "1.sql")
    second = file("ALTER TABLE b ADD COLUMN more int;", "2.sql")
    own = file("BEGIN; ALTER TABLE b ADD COLUMN own int; COMMIT;", "3.sql")
    alone = unwrapped("ALTER TABLE b ADD COLUMN alone int;", "4.sql")

    steps = watched(filled, first, second, own, alone).steps

    assert [["b"], [], [], [], [], [], []] == [scans(step) for step in steps]


def test_a_scan_is_said_of_a_table_under_its_earlier_name(filled: Connection) -> None:
    rename = "DO $$ BEGIN ALTER TABLE b RENAME TO c; PERFORM count(*) FROM c; END $$;"

    [step] = watched(filled, file(rename)).steps

    assert ["b"] == scans(step)


def test_locks_of_a_statement_that_stands_alone_are_told(filled: Connection) -> None:
    alone = unwrapped("ALTER TABLE a ADD COLUMN extra int; CREATE INDEX i ON b (a_id);")

    alter, index = watched(filled, alone).steps

    assert [("a", EXCLUSIVE)] == locks(alter)
    assert [("b", "SHARE")] == locks(index)
    assert ["b"] == scans(index)
    assert (False, False) == (alter.transactional, index.transactional)


def test_what_wants_no_transaction_runs_in_none(filled: Connection) -> None:
    filled.execute(
        "CREATE PROCEDURE twice() LANGUAGE plpgsql AS"
        " $$ BEGIN ALTER TABLE a ADD COLUMN x int; COMMIT; ALTER TABLE a ADD COLUMN y int; END $$"
    )
    alone = unwrapped("""
        CREATE INDEX CONCURRENTLY i ON b (a_id);
        DO $$ BEGIN CALL twice(); END $$;
        LOCK TABLE a;
    """)

    index, twice, lock = watched(filled, alone).steps

    assert index.failure is None
    assert ["i"] == [each.identity.name for each in index.observed.changes]
    assert twice.failure is None
    assert ["x", "y"] == [each.identity.name for each in twice.observed.changes]
    assert lock.failure is not None
    assert lock.failure.code == "25P01"


def test_commit_that_is_refused_is_the_failure_of_what_stands_alone(filled: Connection) -> None:
    filled.execute("ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a INITIALLY DEFERRED")
    alone = unwrapped("DO $$ BEGIN INSERT INTO b VALUES (7); END $$; SELECT 1;")

    history = watched(filled, alone)

    assert history.failed is history.steps[0]
    assert history.failed.failure is not None
    assert history.failed.failure.message.startswith("at COMMIT: ")
    assert not history.steps[1].executed


def test_locks_stay_until_the_transaction_ends(filled: Connection) -> None:
    slow = "SELECT pg_sleep(0.05)"
    sql = f"ALTER TABLE a ADD COLUMN x int; {slow}; BEGIN; {slow}; ALTER TABLE a ADD y int; COMMIT;"
    sql += f" {slow};"

    wrapped = watched(filled, file(f"ALTER TABLE b ADD COLUMN x int; {slow}; {slow};", "1.sql"))
    own = watched(filled, file(sql, "2.sql")).steps

    assert [True, True, True] == [step.held >= step.seconds for step in wrapped.steps]
    assert wrapped.steps[0].held == pytest.approx(sum(step.seconds for step in wrapped.steps))
    assert own[0].held == own[0].seconds
    assert own[3].held == pytest.approx(sum(step.seconds for step in own[3:6]))
    assert own[4].held < 0.05


def test_locks_of_what_wants_no_transaction_are_told(filled: Connection) -> None:
    text = "CREATE INDEX CONCURRENTLY ON a (n);\nVACUUM FULL b;\nCREATE TABLE fresh (n int);"
    built, emptied, _ = watched(filled, unwrapped(text)).steps

    assert [("a", UPDATE)] == locks(built)
    assert [("b", EXCLUSIVE)] == locks(emptied)


DYNAMIC = """
CREATE FUNCTION widen(place text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE format('ALTER TABLE %I ALTER n TYPE bigint', place); END $$;
CREATE PROCEDURE widening(place text) LANGUAGE plpgsql AS
$$ BEGIN EXECUTE format('ALTER TABLE %I ALTER n TYPE bigint', place); END $$;
"""


@pytest.mark.parametrize("run", [file, unwrapped])
@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE a ALTER n TYPE bigint;",
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ALTER n TYPE bigint', chr(97)); END $$;",
        "SELECT widen('a');",
        "CALL widening('a');",
        "PREPARE wide AS SELECT widen($1); EXECUTE wide('a');",
    ],
)
def test_sql_that_is_made_of_strings_is_told_by_what_it_did(
    filled: Connection, run: Callable[[str], Script], sql: str
) -> None:
    replay(filled, (file(DYNAMIC),))

    *_, step = watched(filled, run(sql)).steps

    assert ["column public.a.n"] == [str(each.identity) for each in step.observed.changes]
    assert ("a", EXCLUSIVE) in locks(step)
    assert ["a"] == [each.name for each in step.observed.rewritten]
    assert ["a"] == scans(step)


def test_rows_of_a_prepared_statement_are_counted(filled: Connection) -> None:
    prepare, execute = watched(
        filled, file("PREPARE fill (int) AS UPDATE a SET n = $1; EXECUTE fill(2);")
    ).steps

    assert (None, 1) == (prepare.rows, execute.rows)
    # The table is locked when the text is read, and stays so.
    assert [("a", "ROW EXCLUSIVE")] == locks(prepare)
    assert ["a"] == scans(execute)
