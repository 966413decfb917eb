from __future__ import annotations

import pytest

from ci_runner.report.elide import error_without_data, without_data


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("INSERT INTO a VALUES ('it''s', 4, \"c\")", "INSERT INTO a VALUES ('…', '…', \"c\")"),
        ("-- bob\nUPDATE a SET b = E'x\\'y' -- jo", "\nUPDATE a SET b = '…' "),
        ("DO $$ BEGIN INSERT INTO a VALUES ('x'); END $$", "DO '…'"),
        ("WITH a1 AS (SELECT 'x') DELETE FROM a1", "WITH a1 AS (SELECT '…') DELETE FROM a1"),
        ("INSERT INTO a VALUES ('open", "INSERT INTO a VALUES ('…'"),
    ],
)
def test_literals_and_comments_of_data_statements_go(sql: str, shown: str) -> None:
    assert shown == without_data(sql)


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE a (b text DEFAULT 'x')", "-- why\nALTER TABLE a ADD b int"]
)
def test_definitions_stay_as_written(sql: str) -> None:
    assert sql == without_data(sql)


@pytest.mark.parametrize(
    ("error", "sql", "shown"),
    [
        (
            "Key (mail, id)=(jo@x, 4) already exists.",
            "ALTER TABLE a ADD UNIQUE (mail, id)",
            "Key (mail, id)=(…) already exists.",
        ),
        ("Failing row contains (1, jo).", "ALTER TABLE a", "Failing row contains (…)."),
        ('invalid input: "it\'s"', "INSERT INTO a VALUES ('it''s')", 'invalid input: "…"'),
    ],
)
def test_errors_lose_the_values(error: str, sql: str, shown: str) -> None:
    assert shown == error_without_data(error, sql)
