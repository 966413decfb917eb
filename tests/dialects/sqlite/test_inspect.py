"""What a look at a SQLite database shows and leaves out, and how often it asks."""

from __future__ import annotations

import pytest

from ci_runner.dialects.observation import compare
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.schema.changes import Rename
from ci_runner.schema.model import Column, View
from tests.dialects.listening import Listening


def test_rename_is_proven_and_rewrites_nothing() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a)")
        before = DIALECT.sight(connection)
        connection.execute("ALTER TABLE t RENAME TO u")
        seen = compare(before, DIALECT.sight(connection))

    assert ["u"] == [each.new.identity.name for each in seen.changes if isinstance(each, Rename)]
    assert () == seen.rewritten


@pytest.mark.parametrize(
    "virtual", ["f USING fts5 (a, content = '')", "f USING rtree (id, x0, x1)"]
)
def test_virtual_tables_are_told_without_what_they_keep(virtual: str) -> None:
    with connect(":memory:") as connection:
        connection.execute(f"CREATE VIRTUAL TABLE {virtual}")
        connection.execute("CREATE TABLE f_more (a)")
        schema = DIALECT.inspect(connection)

    assert ["table f_more", "virtual table f"] == [str(each.identity) for each in schema.objects]
    assert () == schema.unmanaged


def test_broken_view_hides_no_other_view() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE VIEW broken AS SELECT * FROM nowhere")
        connection.execute("CREATE VIEW fine AS SELECT 1 AS one")
        views = DIALECT.inspect(connection).of_type(View)

    assert {"broken": (), "fine": ("one",)} == {view.name: view.columns for view in views}


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("varchar( 10 )", "VARCHAR(10)"),
        ("double   precision", "DOUBLE PRECISION"),
        ("text generated always as (1)", "TEXT"),
        ("", ""),
    ],
)
def test_type_is_told_in_one_spelling(written: str, type_: str) -> None:
    with connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE t (b, a {written})")
        table = DIALECT.inspect(connection).table("", "t")

    assert table is not None
    column = table.column("a")
    assert isinstance(column, Column)
    assert type_ == column.type


@pytest.mark.parametrize("tables", [0, 1, 50])
def test_number_of_queries_does_not_grow_with_the_schema(tables: int) -> None:
    with connect(":memory:") as connection:
        for number in range(tables):
            connection.execute(f"CREATE TABLE t{number} (a UNIQUE, b REFERENCES t0 (a))")
            connection.execute(f"CREATE INDEX i{number} ON t{number} (b)")
            connection.execute(f"CREATE VIEW v{number} AS SELECT * FROM t{number}")
        counting = Listening(connection)
        DIALECT.sight(counting)

    assert 5 == counting.asked


def test_many_views_are_read_beside_one_that_is_broken() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE VIEW broken AS SELECT * FROM nowhere")
        for number in range(20):
            connection.execute(f"CREATE VIEW v{number} AS SELECT 1 AS one")
        views = DIALECT.inspect(connection).of_type(View)

    assert ["broken"] == [view.name for view in views if not view.columns]
