"""Where each rule draws its line between what only looks harmful and what is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lint.conftest import Lint

Found = Callable[..., list[tuple[str, int]]]
SETUP = """
CREATE SCHEMA app; CREATE TABLE app.x (a int);
CREATE SCHEMA bare; CREATE TYPE mood AS ENUM ('a', 'b');
CREATE SCHEMA code; CREATE FUNCTION code.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION code.guarded() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = ''
  AS 'SELECT 1';
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (
  a int, b text, c int NOT NULL, d int, e int, f int, g char(4), h mood,
  CONSTRAINT d_there CHECK (c > 0 AND d IS NOT NULL), CHECK (e > 0 OR e IS NOT NULL)
);
ALTER TABLE t ADD CONSTRAINT f_there CHECK (f IS NOT NULL) NOT VALID;
CREATE INDEX i ON t (a);
CREATE UNIQUE INDEX u ON t (c);
"""

HARMLESS = {
    "the schema held nothing": "DROP SCHEMA bare;",
    "the schema is made here": "CREATE SCHEMA n; CREATE TABLE n.x (a int); DROP SCHEMA n CASCADE;",
    "the schema is not there": "DROP SCHEMA IF EXISTS nothing CASCADE;",
    "the schema was emptied": "-- schema-ci:nolint rename-other\nALTER TABLE app.x SET"
    " SCHEMA public; DROP SCHEMA app;",
    "the index exists": "CREATE INDEX IF NOT EXISTS i ON t (a);",
    "the table is there as it is written": "CREATE TABLE IF NOT EXISTS p (id int4 PRIMARY KEY);",
    "a type is swapped for one with more values": (
        "-- schema-ci:nolint type-change-rewrite\n\nCREATE TYPE wide AS ENUM ('b', 'a', 'c');"
        " ALTER TABLE t ALTER h TYPE wide USING h::text::wide; ALTER TYPE mood RENAME TO old;"
        " ALTER TYPE wide RENAME TO mood; DROP TYPE old;"
    ),
    "nothing refers to the table": "-- schema-ci:nolint truncate\nTRUNCATE app.x CASCADE;",
    "no blank at the end of a char(n) means anything": "ALTER TABLE t ALTER g TYPE bpchar;",
    "the column is there": "ALTER TABLE t ADD COLUMN IF NOT EXISTS c serial NOT NULL UNIQUE"
    " CHECK (c > 1), ADD COLUMN IF NOT EXISTS a int NOT NULL;",
    "the column is not there": "ALTER TABLE t DROP COLUMN IF EXISTS nothing;",
    "a constraint takes an index": "ALTER TABLE t ADD UNIQUE USING INDEX u;",
    "a primary key takes an index": "ALTER TABLE t ADD PRIMARY KEY USING INDEX u;",
    "a foreign key behind a column of NULLs": "ALTER TABLE t ADD x int REFERENCES p;",
    "the default of a foreign key is NULL": "ALTER TABLE t ADD x int DEFAULT NULL REFERENCES p;",
    "it is NOT NULL already": "ALTER TABLE t ALTER c SET NOT NULL;",
    "a valid check proves it": "ALTER TABLE t ALTER d SET NOT NULL;",
    "the tables are new": "CREATE TABLE n (a int, CHECK (a > 0)); ALTER TABLE n"
    " ADD PRIMARY KEY (a),"
    " ADD FOREIGN KEY (a) REFERENCES p, ALTER a SET NOT NULL;",
    "BEGIN and COMMIT part the transactions": "BEGIN; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)"
    " NOT VALID; COMMIT; ALTER TABLE t VALIDATE CONSTRAINT k;",
    "a constraint of an earlier file": "ALTER TABLE t VALIDATE CONSTRAINT f_there;",
    "an expression that only mentions it": "CREATE VIEW v AS SELECT 'DROP TABLE t' AS x;",
}
HARM = {
    "the schema holds a table": ("DROP SCHEMA app CASCADE;", ["drop-schema"]),
    "the schema holds a function": ("DROP SCHEMA code CASCADE;", ["drop-schema"]),
    "the schema is not empty": ("DROP SCHEMA app;", ["drop-schema", "syntax-error"]),
    "an index of that name is on another column": (
        "CREATE INDEX IF NOT EXISTS i ON t (b);",
        ["misleading-if-not-exists"],
    ),
    "a column of that name has another type": (
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS b varchar(9);",
        ["misleading-if-not-exists"],
    ),
    "a table of that name has other columns": (
        "CREATE TABLE IF NOT EXISTS p (id bigint PRIMARY KEY);",
        ["misleading-if-not-exists"],
    ),
    "ONLY means nothing where no partition is": (
        "CREATE INDEX n ON ONLY t (b);",
        ["create-index-blocking"],
    ),
    "a table that a foreign key refers to is not there": (
        "CREATE TABLE n (id bigint PRIMARY KEY, x bigint REFERENCES nowhere (id));",
        ["fk-parent"],
    ),
    "all of the database is written again": (
        "-- schema-ci:txmode none\n\nVACUUM FULL;",
        ["vacuum-full-cluster"],
    ),
    "a function becomes its owner's": (
        "ALTER FUNCTION code.f() SECURITY DEFINER;",
        ["security-definer"],
    ),
    "a function loses its search_path": (
        "ALTER FUNCTION code.guarded() RESET search_path;",
        ["security-definer"],
    ),
    "a block makes a function its owner's": (
        "DO $$ BEGIN EXECUTE 'ALTER FUNCTION code.f() SECURITY DEFINER'; END $$;",
        ["security-definer"],
    ),
    "a function is replaced without its search_path": (
        (
            "CREATE OR REPLACE FUNCTION code.guarded() RETURNS int LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT 2';"
        ),
        ["security-definer"],
    ),
    "a type is swapped for one that lacks a value": (
        (
            "CREATE TYPE less AS ENUM ('a'); ALTER TABLE t ALTER h TYPE less USING h::text::less;"
            " ALTER TYPE mood RENAME TO old;"
        ),
        ["lossy-type-change", "rename-other", "type-change-rewrite"],
    ),
    "a copy takes the place of a table": (
        (
            "CREATE TABLE n (a int); INSERT INTO n SELECT a FROM t; DROP TABLE t;"
            " ALTER TABLE n RENAME TO t;"
        ),
        [*["drop-column"] * 7, "drop-table"],
    ),
    "a unique index": (
        "CREATE UNIQUE INDEX ON t (a);",
        ["add-unique-data", "create-index-blocking"],
    ),
    "a foreign key behind a value": (
        "ALTER TABLE t ADD x int DEFAULT 1 REFERENCES p NOT NULL;",
        ["add-column-inline-fk"],
    ),
    "a default of NULL fills nothing": (
        "ALTER TABLE t ADD x int NOT NULL DEFAULT NULL;",
        ["add-required-column"],
    ),
    "a primary key is required": (
        "ALTER TABLE t ADD x int PRIMARY KEY;",
        ["add-column-unique", "add-required-column"],
    ),
    "OR proves nothing": (
        "ALTER TABLE t ALTER e SET NOT NULL;",
        ["set-not-null-data", "set-not-null-scan"],
    ),
    "NOT VALID proves nothing": (
        "ALTER TABLE t ALTER f SET NOT NULL;",
        ["set-not-null-data", "set-not-null-scan"],
    ),
    "validated here it proves": (
        "ALTER TABLE t VALIDATE CONSTRAINT f_there; ALTER TABLE t ALTER f SET NOT NULL;",
        [],
    ),
    "the wrapper is the transaction": (
        (
            "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID; SELECT 1;"
            " ALTER TABLE t VALIDATE CONSTRAINT k;"
        ),
        ["validate-same-tx"],
    ),
    "one of two columns is new": (
        (
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int NOT NULL, ADD COLUMN IF NOT EXISTS n int"
            " NOT NULL UNIQUE;"
        ),
        ["add-column-unique", "add-required-column"],
    ),
    "every action is judged": (
        "ALTER TABLE t DROP a, DROP COLUMN IF EXISTS b, ADD UNIQUE (c), ADD CHECK (d > 0);",
        ["add-check-validates", "add-unique-index", "drop-column", "drop-column"],
    ),
    "every statement is judged": (
        "DROP TABLE app.x; ALTER TABLE t RENAME TO z;",
        ["drop-table", "rename-table"],
    ),
    "other commands run outside a transaction too": (
        "SELECT 1; REINDEX TABLE CONCURRENTLY t;",
        ["concurrently-in-transaction"],
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_no_finding_where(case: str, found: Found) -> None:
    assert [] == found(HARMLESS[case], setup=SETUP)


@pytest.mark.parametrize("case", HARM)
def test_a_finding_where(case: str, found: Found) -> None:
    change, expected = HARM[case]

    assert expected == sorted(rule for rule, _ in found(change, setup=SETUP))


def test_a_generated_column_with_the_old_name_stands_in_for_a_renamed_one(found: Found) -> None:
    change = (
        "ALTER TABLE t RENAME b TO z;\nALTER TABLE t ADD b text GENERATED ALWAYS AS (z) STORED;"
    )

    assert [("add-stored-generated", 2)] == found(change, setup=SETUP)


def test_an_identity_or_a_stored_expression_fills_a_required_column(found: Found) -> None:
    change = "ALTER TABLE t ADD x int NOT NULL GENERATED ALWAYS AS IDENTITY;"

    assert [("add-serial", 1)] == found(change, setup=SETUP)


def test_what_is_validated_in_a_later_file_was_added_in_another_transaction(found: Found) -> None:
    added = "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;"

    assert [] == found(added, "ALTER TABLE t VALIDATE CONSTRAINT k;", setup=SETUP)


def test_a_lone_concurrent_statement_is_run_outside_a_transaction(found: Found) -> None:
    assert [] == found("CREATE INDEX CONCURRENTLY ON t (a);", setup=SETUP)
    assert [("concurrently-in-transaction", 2)] == found(
        "SELECT 1;\nCREATE INDEX CONCURRENTLY ON t (a);", setup=SETUP
    )


def test_a_missing_table_asks_for_the_setup_where_none_was_given(lint: Lint) -> None:
    (alone,) = lint("COMMENT ON TABLE t IS 'x';", setup=None)
    (behind,) = lint("COMMENT ON TABLE t IS 'x';")

    assert "--setup" in alone.instead
    assert "--setup" not in behind.instead


@pytest.mark.parametrize("sql", ["SELEC 1;", "SELECT nothing();", "SELECT * FROM nowhere;"])
@pytest.mark.parametrize("engine", ["postgres", "mysql", "sqlite"])
def test_a_statement_that_fails_is_one_finding(sql: str, engine: str, found: Found) -> None:
    assert [("syntax-error", 2)] == found(f"SELECT 1;\n{sql}\nSELECT 2;", engine=engine)


def test_advice_in_sql_is_given_only_where_it_would_run(lint: Lint) -> None:
    setup = 'CREATE TABLE "odd name" (a int); CREATE TABLE "Plain" (a int); CREATE SCHEMA s;'
    setup += "CREATE TABLE s.o (a int);"
    change = 'ALTER TABLE "odd name" RENAME TO n; ALTER TABLE "Plain" RENAME TO m;'

    given = [each.instead for each in lint(f"{change} ALTER TABLE s.o RENAME TO p;", setup=setup)]

    words = "Make a view with the old name in the same transaction; drop it in a later release."
    assert [words, words, "CREATE VIEW s.o AS SELECT * FROM s.p; -- same transaction"] == given
