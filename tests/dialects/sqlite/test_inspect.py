"""What a look at a SQLite database shows and leaves out."""

from __future__ import annotations

from ci_runner.dialects.base import compare
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.schema.changes import Rename


def test_rename_is_proven_and_rewrites_nothing() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a)")
        before = DIALECT.sight(connection)
        connection.execute("ALTER TABLE t RENAME TO u")
        seen = compare(before, DIALECT.sight(connection))

    assert ["u"] == [each.new.identity.name for each in seen.changes if isinstance(each, Rename)]
    assert () == seen.rewritten


def test_virtual_tables_and_their_shadows_are_unmanaged() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE f USING fts5 (a)")
        schema = DIALECT.inspect(connection)

    assert () == schema.objects
    assert {"f", "f_data"} <= {identity.name for identity in schema.unmanaged}
