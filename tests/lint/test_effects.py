"""Statements whose text says nothing are judged by what they were seen doing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[..., list[tuple[str, int]]]
SETUP = """
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int, b text, m mood);
CREATE INDEX i ON t (b);
CREATE FUNCTION gone() RETURNS void LANGUAGE sql AS 'DROP TABLE t';
"""


# What such a statement may meet in its rows is told besides.
DATA = {"add-unique-index": ["add-unique-data"], "set-not-null-scan": ["set-not-null-data"]}


@pytest.mark.parametrize(
    ("done", "rule"),
    [
        ("DROP TABLE t", "drop-table"),
        ("ALTER TABLE t DROP COLUMN a", "drop-column"),
        ("ALTER TABLE t RENAME TO u", "rename-table"),
        ("ALTER TABLE t RENAME a TO z", "rename-column"),
        ("CREATE INDEX ON t (a)", "create-index-blocking"),
        ("DROP INDEX i", "drop-index-blocking"),
        ("ALTER TABLE t ADD CHECK (a > 0)", "add-check-validates"),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p", "add-fk-validates"),
        ("ALTER TABLE t ADD UNIQUE (a)", "add-unique-index"),
        ("ALTER TABLE t ALTER a SET NOT NULL", "set-not-null-scan"),
        ("ALTER TABLE t ALTER a TYPE bigint", "type-change-rewrite"),
        ("ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()", "volatile-default"),
        ("ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY", "add-serial"),
        ("ALTER TABLE t ADD c int GENERATED ALWAYS AS (a) STORED", "add-stored-generated"),
        ("ALTER TABLE t ADD c int NOT NULL", "add-required-column"),
        ("ALTER TABLE t SET UNLOGGED", "rewrite-observed"),
    ],
)
def test_a_do_block_is_judged_by_what_it_does(done: str, rule: str, found: Found) -> None:
    change = f"-- about\nDO $$ BEGIN\n  EXECUTE '{done}';\nEND $$;"

    assert [(each, 2) for each in (*DATA.get(rule, ()), rule)] == found(change, setup=SETUP)


@pytest.mark.parametrize(
    "done",
    [
        "CREATE TABLE n (a int PRIMARY KEY, b int UNIQUE)",
        "ALTER TABLE t ADD CHECK (a > 0) NOT VALID",
        "ALTER TABLE t ADD c int DEFAULT 1",
        "ALTER TABLE t ALTER b TYPE varchar",
        "INSERT INTO p VALUES (1)",
    ],
)
def test_a_do_block_that_does_no_harm_is_no_finding(done: str, found: Found) -> None:
    assert [] == found(f"DO $$ BEGIN {done}; END $$;", setup=SETUP)


def test_a_call_of_a_function_and_a_cascade_are_seen_through(found: Found) -> None:
    assert [
        ("drop-cascade", 1),
        ("drop-column", 1),
        ("drop-object-other", 1),
        ("drop-table", 2),
    ] == found("DROP TYPE mood CASCADE;\nSELECT gone();", setup=SETUP)


def test_a_table_made_by_a_do_block_is_new(found: Found) -> None:
    change = "DO $$ BEGIN CREATE TABLE n (a int); END $$;\nCREATE INDEX ON n (a);\nDROP TABLE n;"

    assert [] == found(change, setup=SETUP)
