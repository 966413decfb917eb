"""What a plan says of rows: the queries find those that it fails on, and no others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from tests.dialects.sqlite.filled import Database
from tests.dialects.sqlite.test_ddl import plan

OLD = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a TEXT, b INT, c INT, p INT);"
NEW = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t ({});"
ROWS = "INSERT INTO p VALUES (7); INSERT INTO t VALUES {};"


@pytest.fixture
def database() -> Iterator[Database]:
    session = sqlite3.connect(":memory:", isolation_level=None)
    session.executescript(OLD)
    yield session
    session.close()


def hazards(columns: str) -> list[str]:
    return [hazard for each in plan(OLD, NEW.format(columns)) for hazard in each.hazards]


def queries(columns: str, more: str = "") -> list[str]:
    found = [hazard for each in plan(OLD, NEW.format(columns) + more) for hazard in each.hazards]
    return [hazard.rpartition(": ")[2] for hazard in found if ": SELECT" in hazard]


@pytest.mark.parametrize(
    ("columns", "bad", "good"),
    [
        ("a TEXT NOT NULL, b INT, c INT, p INT", "(NULL, 1, 1, 1)", "('x', 1, 1, 1)"),
        ("a TEXT, b INT CHECK (b > 0), c INT, p INT", "('x', -1, 1, 1)", "('x', NULL, 1, 1)"),
        (
            "a TEXT, b INT, c INT, p INT, UNIQUE (b, c DESC)",
            "(1, 2, 3, 4), (2, 2, 3, 5)",
            "(1, 2, 3, 4), (2, NULL, 3, 5), (2, NULL, 3, 5)",
        ),
        (
            "a TEXT, b INT, c INT, p INT, UNIQUE (a COLLATE NOCASE)",
            "('x', 1, 1, 1), ('X', 1, 1, 1)",
            "('x', 1, 1, 1), ('y', 1, 1, 1)",
        ),
        (
            "a TEXT, b INT, c INT, p INT REFERENCES p",
            "(1, 1, 1, 8)",
            "(1, 1, 1, 7), (1, 1, 1, NULL)",
        ),
        (
            "a TEXT, b INT, c INT, p INT) STRICT; CREATE TABLE z (z",
            "(1, 'x', 1, 1)",
            "(1, 1, 1, 1)",
        ),
    ],
)
def test_the_query_finds_the_rows_that_stop_the_plan(
    columns: str, bad: str, good: str, database: Database
) -> None:
    found = queries(columns)

    database.executescript(ROWS.format(good))
    assert [[]] * len(found) == [database.execute(query).fetchall() for query in found]
    database.executescript(f"DELETE FROM p; DELETE FROM t; {ROWS.format(bad)}")
    assert 1 == sum(len(database.execute(query).fetchall()) for query in found)


def test_a_unique_index_says_how_to_find_equal_rows_of_those_that_it_holds(
    database: Database,
) -> None:
    index = "CREATE UNIQUE INDEX i ON t (lower(a), b DESC) WHERE c > 1;"
    (query,) = queries("a TEXT, b INT, c INT, p INT", index)

    database.executescript(ROWS.format("('x', 1, 1, 1), ('X', 1, 1, 1), ('y', 1, 2, 1)"))
    assert [] == database.execute(query).fetchall()
    database.executescript(ROWS.format("('Y', 1, 9, 1)").replace("p VALUES (7)", "p VALUES (8)"))
    assert [("y", 1, 2)] == database.execute(query).fetchall()


def test_no_query_is_given_where_the_rows_do_not_tell_yet() -> None:
    found = hazards("a TEXT, b INT, c INT, p INT, d INT DEFAULT 1, CHECK (d > b), UNIQUE (d)")

    assert {
        "Fails when rows of t break CHECK (d > b).",
        "Fails when rows of t are equal in d.",
    } < set(found)


def test_an_index_on_a_new_table_has_no_rows_to_fail_on() -> None:
    new = "CREATE TABLE n (a); CREATE UNIQUE INDEX i ON n (a);"

    assert [] == [hazard for each in plan("", new) for hazard in each.hazards]


def test_an_index_that_only_comes_again_needs_no_warning() -> None:
    index = "CREATE UNIQUE INDEX i ON t (a);"
    found = plan(f"CREATE TABLE t (a, b INT); {index}", f"CREATE TABLE t (a, b TEXT); {index}")

    assert [] == [hazard for each in found for hazard in each.hazards if "equal" in hazard]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("TEXT", "INT", "Text in t.a that reads as a number becomes it: '007' becomes 7."),
        ("", "NUMERIC", "Text in t.a that reads as a number becomes it: '007' becomes 7."),
        (
            "INT",
            "VARCHAR(9)",
            "Numbers in t.a become text, which sorts otherwise: '10' before '9'.",
        ),
        ("INT", "DOUBLE", "Numbers in t.a become floating: those above 2^53 lose digits."),
        ("VARCHAR(5)", "VARCHAR(9)", None),
        ("INT", "BIGINT", None),
        ("INT", "", None),
    ],
)
def test_values_that_become_others_with_the_type_are_told(
    before: str, after: str, said: str | None
) -> None:
    found = plan(f"CREATE TABLE t (a {before})", f"CREATE TABLE t (a {after})")
    copies = "Copies every row of t while nobody else can write."

    assert [copies, *filter(None, [said])] == [hazard for each in found for hazard in each.hazards]


def test_a_key_whose_column_compares_otherwise_may_fail() -> None:
    found = plan("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a UNIQUE COLLATE NOCASE)")

    assert "Fails when rows of t are equal in a." in [h for each in found for h in each.hazards]
