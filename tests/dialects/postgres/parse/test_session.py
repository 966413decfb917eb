"""Limits of a session, and whom a statement keeps waiting."""

from __future__ import annotations

import pytest

from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.dialects.postgres.parse.session import Setting, blocked, settings


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SET lock_timeout = '2s'", Setting("lock_timeout", "2s")),
        ("SET LOCAL Lock_Timeout TO 500", Setting("lock_timeout", "500", True)),
        ("SET foo.lock_timeout = '1s'", Setting("foo.lock_timeout", "1s")),
        ("SET lock_timeout TO DEFAULT", Setting("lock_timeout", None)),
        ("RESET lock_timeout", Setting("lock_timeout", None)),
        ("SELECT set_config('lock_timeout', '2s', true)", Setting("lock_timeout", "2s", True)),
    ],
)
def test_settings_are_read(sql: str, expected: Setting) -> None:
    (statement,) = statements(sql)

    assert [expected] == list(settings(statement.kind, statement.node))


@pytest.mark.parametrize(
    "sql", ["SELECT 1", "SELECT set_config('a')", "SELECT 1 INTO t", "SHOW all"]
)
def test_other_statements_set_nothing(sql: str) -> None:
    (statement,) = statements(sql)

    assert [] == list(settings(statement.kind, statement.node))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2s", 2000),
        ("500", 500),
        (" 1 min ", 60_000),
        ("0", 0),
        ("1.5s", 1500),
        ("soon", None),
        (None, None),
    ],
)
def test_times_are_milliseconds(value: str | None, expected: float | None) -> None:
    assert expected == Setting("lock_timeout", value).milliseconds


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE t ADD a int", ["t"]),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", []),
        ("ALTER TABLE t RENAME TO u", ["t"]),
        ("CREATE INDEX ON t (a)", ["t"]),
        ("CREATE INDEX ON ONLY t (a)", []),
        ("CREATE INDEX CONCURRENTLY ON t (a)", []),
        ("DROP TABLE a, b", ["a", "b"]),
        ("DROP INDEX CONCURRENTLY i", []),
        ("DROP TYPE e", []),
        ("TRUNCATE a, b", ["a", "b"]),
        ("REFRESH MATERIALIZED VIEW m", ["m"]),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", []),
        ("REINDEX TABLE t", ["t"]),
        ("REINDEX TABLE CONCURRENTLY t", []),
        ("LOCK TABLE t", ["t"]),
        ("VACUUM FULL t", ["t"]),
        ("VACUUM t", []),
        ("CLUSTER t", ["t"]),
        ("CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()", ["t"]),
        ("ALTER SEQUENCE s RESTART", []),
        ("COMMENT ON TABLE t IS ''", []),
        ("INSERT INTO t VALUES (1)", []),
    ],
)
def test_whom_a_statement_blocks_is_read(sql: str, expected: list[str]) -> None:
    (statement,) = statements(sql)

    assert expected == [target.name for target in blocked(statement.kind, statement.node)]
