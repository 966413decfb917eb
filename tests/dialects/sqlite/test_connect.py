"""A SQLite session reaches no other file and reports what SQLite says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.errors import DatabaseError


@pytest.mark.parametrize(
    "sql", ["ATTACH '{}' AS other", "VACUUM INTO '{}'", "PRAGMA temp_store_directory = '{}'"]
)
def test_other_files_are_out_of_reach(sql: str, tmp_path: Path) -> None:
    with connect(":memory:") as connection, pytest.raises(StatementFailed):
        connection.execute(sql.format(tmp_path / "other.db"))
    assert [] == list(tmp_path.iterdir())


def test_failure_carries_the_code_of_sqlite() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a UNIQUE)")
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StatementFailed) as caught:
            connection.execute("INSERT INTO t VALUES (1)")

    assert "SQLITE_CONSTRAINT_UNIQUE" == caught.value.failure.code


def test_file_that_is_no_database_is_a_database_error(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("this is not a database, but it is long enough" * 50)
    with connect(str(tmp_path / "x.db")) as connection, pytest.raises(DatabaseError):
        connection.query("SELECT * FROM sqlite_schema")
