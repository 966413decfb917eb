"""SQL files that are large, or made to take long, are read in time and in bounded memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ci_runner.dialects.base import Dialect
from ci_runner.dialects.postgres import DIALECT as POSTGRES
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import SqlError
from ci_runner.migrations.reader import files_on_disk
from ci_runner.migrations.statements import split

GAP = "/* c */ " * 3000
LONG = 300_000
TEXTS = {
    "one statement of rows": "INSERT INTO t VALUES (0)" + ",(1)" * (LONG // 4),
    "parentheses": "SELECT " + "(" * LONG,
    "empty lines": "\n" * LONG,
    "empty statements": ";" * LONG,
    "openings of bodies": GAP + "CREATE FUNCTION f() " + "BEGIN ATOMIC " * (LONG // 13),
    "openings of triggers": GAP + "CREATE TRIGGER t " + "BEGIN " * (LONG // 6),
    "dollars": "$" * LONG,
    "copies": "COPY " + "FROM " * (LONG // 5),
    "a delimiter of blanks": "-- atlas:delimiter \\n\\n\\n\n" + "\n\n \n" * (LONG // 4),
}


@pytest.mark.parametrize("dialect", [POSTGRES, SQLITE], ids=lambda each: each.name)
@pytest.mark.parametrize("kind", TEXTS)
def test_time_grows_no_faster_than_the_text(kind: str, dialect: Dialect) -> None:
    began = time.process_time()
    split(TEXTS[kind], "1.sql", dialect.syntax)

    assert time.process_time() - began < 3


def test_statements_are_counted() -> None:
    assert 3 == len(split("x;\n" * 3, "1.sql", POSTGRES.syntax, 3))
    with pytest.raises(SqlError, match="more than 3 statements") as refused:
        split("x;\n" * 4, "1.sql", POSTGRES.syntax, 3)

    assert "1.sql:4" == refused.value.where


def test_comments_of_one_statement_are_counted() -> None:
    with pytest.raises(SqlError, match="more than 100000 comments") as refused:
        split("--\n" * 100_001, "1.sql", POSTGRES.syntax)

    assert "1.sql:100001" == refused.value.where


def test_a_file_of_200_megabytes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    with (tmp_path / "m" / "1.sql").open("wb") as huge:
        huge.truncate(200 * 2**20)

    with pytest.raises(SqlError, match="the file is larger than 64 MiB") as refused:
        files_on_disk(tmp_path, "m")

    assert "m/1.sql" == refused.value.where
    assert "limits.file-megabytes" in refused.value.next_step
