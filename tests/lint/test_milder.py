"""Where the same rule warns of one statement and only notes another."""

from __future__ import annotations

import pytest

from ci_runner.lint.rule import Severity
from tests.lint.conftest import Lint

SETUP = """
CREATE TABLE t (a int, b int);
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touched();
"""
DEFINER = "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER {} AS 'SELECT 1';"
STRICT = "ALTER TABLE t ALTER a SET NOT NULL;"


@pytest.mark.parametrize(
    ("rule", "warned", "noted"),
    [
        ("set-not-null-data", STRICT, f"UPDATE t SET a = 1 WHERE b > 0; {STRICT}"),
        ("set-not-null-data", STRICT, f"UPDATE t SET a = b FROM t u WHERE u.b = t.b; {STRICT}"),
        (
            "disable-trigger",
            "ALTER TABLE t DISABLE TRIGGER touch;",
            "ALTER TABLE t ENABLE TRIGGER touch;",
        ),
        ("security-definer", DEFINER.format(""), DEFINER.format("SET search_path = pg_temp")),
        (
            "domain-constraint",
            "ALTER DOMAIN nobodys ADD CHECK (VALUE > 0);",
            "ALTER DOMAIN nobodys SET NOT NULL;",
        ),
    ],
)
def test_what_may_be_right_is_only_noted(rule: str, warned: str, noted: str, lint: Lint) -> None:
    setup = None if "DOMAIN" in warned else SETUP

    def severity(sql: str) -> list[Severity]:
        return [each.severity for each in lint(sql, setup=setup, advice=True) if each.rule == rule]

    assert [Severity.WARNING] == severity(warned)
    assert [Severity.NOTE] == severity(noted)


@pytest.mark.parametrize(
    "filled", ["UPDATE t SET a = 1;", "UPDATE t SET a = 1, b = 2 WHERE a IS NULL OR b IS NULL;"]
)
def test_what_an_update_fills_everywhere_may_be_not_null(filled: str, lint: Lint) -> None:
    found = lint(f"{filled} {STRICT}", setup=SETUP, advice=True)

    assert "set-not-null-data" not in {each.rule for each in found}


def test_trigger_that_is_off_for_the_file_only_is_nothing(lint: Lint) -> None:
    change = "ALTER TABLE t DISABLE TRIGGER ALL; ALTER TABLE t ENABLE TRIGGER ALL;"

    found = lint(change, setup=SETUP, advice=True)

    assert "disable-trigger" not in {each.rule for each in found}


@pytest.mark.parametrize(
    ("drop", "kept"),
    [
        ("DROP CONSTRAINT k, ADD CONSTRAINT l UNIQUE (a)", True),
        ("DROP CONSTRAINT k, ADD CONSTRAINT l PRIMARY KEY (a)", True),
        ("DROP CONSTRAINT k, ADD CONSTRAINT l UNIQUE (a, b)", False),
        ("DROP CONSTRAINT c, ADD CONSTRAINT d CHECK (a > 0)", True),
        ("DROP CONSTRAINT c, ADD CONSTRAINT d CHECK (a > 1)", False),
        ("DROP CONSTRAINT r, ADD CONSTRAINT s FOREIGN KEY (b) REFERENCES p (id)", True),
        ("DROP CONSTRAINT r", False),
    ],
)
def test_a_constraint_that_another_takes_the_place_of_is_no_loss(
    drop: str, kept: bool, lint: Lint
) -> None:
    setup = """CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT k UNIQUE CONSTRAINT c CHECK (a > 0),
  b int CONSTRAINT r REFERENCES p (id));"""

    found = lint(f"ALTER TABLE t {drop};", setup=setup)

    assert kept is ("drop-constraint" not in {each.rule for each in found})


@pytest.mark.parametrize(
    ("insert", "noted"),
    [
        ("INSERT INTO k (id, s) VALUES (1, 'a'), (2, upper('b'))", False),
        ("INSERT INTO k VALUES (1, 'a')", True),
        ("INSERT INTO k (id, s) VALUES (1, (SELECT s FROM k WHERE upper(s) = 'A'))", True),
        (
            "INSERT INTO k (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET s = '' WHERE s = NULL",
            True,
        ),
    ],
)
def test_of_rows_only_what_stands_around_them_is_read(insert: str, noted: bool, lint: Lint) -> None:
    setup = "CREATE TABLE k (id int PRIMARY KEY, s text); CREATE INDEX ON k (s);"

    found = lint(f"{insert};", setup=setup, advice=True)

    assert noted is ("query-lint" in {each.rule for each in found})
