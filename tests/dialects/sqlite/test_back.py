"""Which rebuilt tables have a way back, and what is said of those that have none."""

from __future__ import annotations

import pytest

from tests.dialects.sqlite.test_ddl import plan

CHILD = "CREATE TABLE c (p INT REFERENCES t (id) ON DELETE CASCADE);"


def last(old: str, new: str) -> tuple[str | None, tuple[str, ...]]:
    """Of the statement that speaks for the whole rebuild."""
    found = plan(f"CREATE TABLE t ({old}", f"CREATE TABLE t ({new}")
    return found[-1].undo, found[-1].undo_hazards


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("a CHECK (a > 0), b)", "a)", "the values of b are lost"),
        ("a TEXT)", "a INT)", "values of a have become others"),
        ("a INT)", "a INT NOT NULL DEFAULT 3)", "NULL in a has become 3"),
        ("id INTEGER UNIQUE)", "id INTEGER PRIMARY KEY)", "NULL in id has become a number"),
        ("a PRIMARY KEY)", "a PRIMARY KEY) WITHOUT ROWID", "the rowids are lost"),
        (
            "id INTEGER PRIMARY KEY AUTOINCREMENT)",
            "id INTEGER PRIMARY KEY)",
            "the AUTOINCREMENT counter is lost",
        ),
    ],
)
def test_what_is_lost_is_why_there_is_no_way_back(old: str, new: str, why: str) -> None:
    undo, reasons = last(old, new)

    assert undo is None
    assert why in reasons


def test_the_way_back_warns_of_what_it_does_to_rows() -> None:
    undo, risks = last("a INT UNIQUE)", "a BIGINT)")

    assert "UNIQUE (a)" in str(undo)
    assert any(risk.startswith("Fails when rows of t are equal in a") for risk in risks)


def test_the_way_back_stops_as_well_where_dropping_the_table_would_delete_rows() -> None:
    old, new = (f"CREATE TABLE t (id INTEGER PRIMARY KEY, a {a}); {CHILD}" for a in ("", "UNIQUE"))
    found = plan(old, new)

    assert [""] * (len(found) - 1) == [each.undo for each in found[:-1]]
    assert str(found[-1].undo).startswith("SELECT json_extract('{}', CASE foreign_keys")


def test_a_computed_column_comes_back() -> None:
    (virtual,) = plan("CREATE TABLE t (a, b AS (a + 1))", "CREATE TABLE t (a)")
    (stored,) = plan("CREATE TABLE t (a, b AS (a + 1) STORED)", "CREATE TABLE t (a)")

    assert "ALTER TABLE t ADD COLUMN b AS (a + 1) VIRTUAL" == virtual.undo
    assert (None, ("SQLite adds no stored column",)) == (stored.undo, stored.undo_hazards)
