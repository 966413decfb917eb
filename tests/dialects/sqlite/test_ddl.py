"""The laws of a plan on filled tables, and what each statement of it says."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from ci_runner.dialects.base import Connection, PlannedStatement, PlanOptions, StatementFailed
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import SqliteConnection, connect
from ci_runner.migrations.plan import Plan, description
from ci_runner.migrations.statements import split
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Schema
from tests.dialects.sqlite.judge import judge

CASES = sorted((Path(__file__).parents[2] / "cases" / "sqlite").iterdir())
ONLY_SPELLING = "case_and_comments_only"


def load(connection: Connection, sql: str) -> None:
    for statement in split(sql, "schema.sql", DIALECT.syntax):
        connection.execute(statement.text)


def inspect(sql: str) -> Schema:
    with connect(":memory:") as connection:
        load(connection, sql)
        return DIALECT.inspect(connection)


def plan(old: str, new: str) -> tuple[PlannedStatement, ...]:
    return DIALECT.plan(inspect(old), inspect(new))


def plan_of(case: str) -> tuple[PlannedStatement, ...]:
    folder = next(each for each in CASES if each.name == case)
    return plan((folder / "old.sql").read_text(), (folder / "new.sql").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan_keeps_rows_reaches_the_new_schema_and_is_undone(case: Path) -> None:
    old, new = (case / "old.sql").read_text(), (case / "new.sql").read_text()

    assert [] == judge(old, new, Counter(), empty=case.name == ONLY_SPELLING)


@pytest.mark.parametrize("side", ["old.sql", "new.sql"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_inspected_sql_loads_to_the_same_model(case: Path, side: str) -> None:
    found = inspect((case / side).read_text())
    written = "".join(f"{statement.sql};\n" for statement in DIALECT.create(found))

    assert () == diff(found, inspect(written))
    assert () == DIALECT.plan(found, inspect(written))


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("add_column_under_trigger_and_view", "add_column_email_to_table_users"),
        ("view_over_rebuilt_table", "rebuild_table_t"),
        ("self_reference", "rebuild_table_t"),
        ("drop_table", "drop_table_u"),
        ("add_column_that_references", "add_column_p_id_to_table_c_and_1_more"),
    ],
)
def test_a_migration_is_named_by_what_it_does(case: str, name: str) -> None:
    assert name == description(Plan(plan_of(case)))


def test_adding_a_column_leaves_views_and_triggers_alone() -> None:
    found = [each.sql for each in plan_of("add_column_under_trigger_and_view")]

    assert ["ALTER TABLE users ADD COLUMN email TEXT"] == found


def test_settings_are_only_planned_where_dropped_tables_reference_each_other() -> None:
    needing = {
        each.name for each in CASES if any(s.sql.startswith("PRAGMA") for s in plan_of(each.name))
    }

    assert {"drop_tables_that_reference_each_other"} == needing


PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, a {});"
CHILD = "CREATE TABLE c (p INT REFERENCES p (id) ON DELETE CASCADE);"


def migrate(*, foreign_keys: bool) -> sqlite3.Connection:
    """Rebuild a parent whose child's rows would be deleted by its drop."""
    session = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    session.executescript(PARENT.format("INT") + CHILD)
    session.executescript("INSERT INTO p VALUES (1, 2); INSERT INTO c VALUES (1)")
    session.execute(f"PRAGMA foreign_keys = {foreign_keys}")
    connection = SqliteConnection(session)
    connection.execute("BEGIN")
    try:
        for step in plan(PARENT.format("INT") + CHILD, PARENT.format("TEXT") + CHILD):
            connection.execute(step.sql)
        connection.execute("COMMIT")
    except StatementFailed:
        connection.execute("ROLLBACK")
        raise
    return session


def test_a_rebuild_refuses_to_run_where_it_would_delete_rows_of_another_table() -> None:
    with pytest.raises(StatementFailed, match="set PRAGMA foreign_keys = OFF"):
        migrate(foreign_keys=True)


def test_a_rebuild_keeps_rows_of_other_tables() -> None:
    session = migrate(foreign_keys=False)

    assert [(1,)] == session.execute("SELECT p FROM c").fetchall()
    assert [("p",)] == session.execute(
        "SELECT \"table\" FROM pragma_foreign_key_list('c')"
    ).fetchall()
    session.close()


def test_autoincrement_counter_survives_a_rebuild() -> None:
    old = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a {});"
    with connect(":memory:") as connection:
        load(connection, old.format("TEXT"))
        connection.execute("INSERT INTO t VALUES (9, 'x')")
        connection.execute("DELETE FROM t")
        for step in plan(old.format("TEXT"), old.format("INT")):
            connection.execute(step.sql)
        connection.execute("INSERT INTO t (a) VALUES (1)")

        assert [(10, 1)] == connection.query("SELECT * FROM t")


def test_dropping_a_column_is_destructive() -> None:
    found = plan("CREATE TABLE t (a, b)", "CREATE TABLE t (a)")

    assert ["ALTER TABLE t DROP COLUMN b"] == [step.sql for step in found if step.destructive]


def test_dropping_a_computed_column_is_not() -> None:
    found = plan("CREATE TABLE t (a, b AS (a + 1))", "CREATE TABLE t (a)")

    assert [False] == [step.destructive for step in found]


def test_the_author_s_text_of_views_and_triggers_is_kept() -> None:
    view = "CREATE VIEW v AS\n  SELECT a, -- the first\n    a AS Again\n  FROM t"
    found = plan("CREATE TABLE t (a);", f"CREATE TABLE t (a); {view} -- behind\n;")

    assert [view] == [step.sql for step in found]


def test_what_is_broken_already_is_named_with_sqlite_s_words() -> None:
    found = plan_of("drop_column_beside_a_broken_trigger")

    assert (
        "Trigger g is broken already: no such column: new.nope.",
        "View v is broken already: no such table: main.missing.",
    ) == tuple(hazard for step in found[:3] for hazard in step.hazards)


def test_a_column_is_added_beside_what_is_broken_without_touching_it() -> None:
    found = plan_of("add_column_beside_broken_ones")

    assert ["ALTER TABLE t ADD COLUMN b"] == [step.sql for step in found]


def plan_for(version: tuple[int, ...], old: str, new: str) -> tuple[PlannedStatement, ...]:
    return DIALECT.plan(inspect(old), inspect(new), PlanOptions(version=version))


def test_a_library_without_drop_column_gets_a_rebuild() -> None:
    old, new = "CREATE TABLE t (a, b)", "CREATE TABLE t (a)"

    assert ["ALTER TABLE t DROP COLUMN b"] == [each.sql for each in plan_for((3, 35), old, new)]
    found = plan_for((3, 34, 1), old, new)
    assert [] == [each.sql for each in found if "DROP COLUMN" in each.sql]
    assert ["DROP TABLE t"] == [each.sql for each in found if each.destructive]
    (added,) = plan_for((3, 34, 1), new, old)
    assert (None, ("SQLite before 3.35 drops no column",)) == (added.undo, added.undo_hazards)
