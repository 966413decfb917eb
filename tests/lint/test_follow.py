"""Which tables running clients know, through renames, swaps, temporary tables and search paths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[..., list[tuple[str, int]]]
T = "CREATE TABLE t (a int, b text);"

POSTGRES = {
    "a table that the change makes is nobody's yet": (
        T,
        (
            "CREATE TABLE n (a int);\nCREATE INDEX ON n (a);\nALTER TABLE n ADD b int NOT NULL;\n"
            "ALTER TABLE n RENAME TO m;\nALTER TABLE m ALTER a TYPE bigint;\nDROP TABLE m;"
        ),
        [],
    ),
    "a renamed table keeps its rows": (
        T,
        "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT * FROM u;\nCREATE INDEX ON u (a);",
        [("after-access-exclusive", 2), ("create-index-blocking", 2)],
    ),
    "a table that is dropped and made again is new": (
        T,
        "DROP TABLE t;\nCREATE TABLE t (a int);\nCREATE INDEX ON t (a);",
        [("drop-table", 1)],
    ),
    "a table that takes over a known name is known": (
        T,
        (
            "CREATE TABLE n (a int);\nDROP TABLE t;\nALTER TABLE n RENAME TO t;\n"
            "CREATE INDEX ON t (a);"
        ),
        [("drop-table", 2), ("after-access-exclusive", 4), ("create-index-blocking", 4)],
    ),
    "a swap leaves the known name in place": (
        T,
        "CREATE TABLE n (a int);\nALTER TABLE t RENAME TO o;\nALTER TABLE n RENAME TO t;",
        [],
    ),
    "create if not exists changes nothing about a table that is there": (
        T,
        (
            "CREATE TABLE IF NOT EXISTS t (c int UNIQUE CHECK (c > 0), UNIQUE (c));\n"
            "CREATE INDEX ON t (a);"
        ),
        [("misleading-if-not-exists", 1), ("create-index-blocking", 2)],
    ),
    "a table that a statement misses may have been made by hand": (
        T,
        "TRUNCATE elsewhere;",
        [("syntax-error", 1), ("truncate", 1)],
    ),
    "what fails for another reason is judged by what is known": (
        T,
        "CREATE TABLE n (a int);\nDELETE FROM n WHERE b;\nTRUNCATE n;\nDELETE FROM t;",
        [("syntax-error", 2), ("delete-without-where", 4)],
    ),
    "a function that nobody saw is volatile, one that is there is what it says": (
        f"{T} CREATE FUNCTION f() RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;",
        (
            "SELECT nonsense;\nALTER TABLE t ADD e int DEFAULT public.g();\n"
            "ALTER TABLE t ADD c int DEFAULT public.f();\n"
            "ALTER TABLE t ADD d int DEFAULT pg_catalog.abs(1);"
        ),
        [("syntax-error", 1), ("volatile-default", 2)],
    ),
    "drop if exists of nothing drops nothing": (T, "DROP TABLE IF EXISTS nothing;", []),
    "a temporary table hides a known one until it is gone": (
        T,
        (
            "CREATE TEMP TABLE t (a int);\nCREATE INDEX ON t (a);\nDROP TABLE t;\n"
            "CREATE INDEX ON t (a);"
        ),
        [("create-index-blocking", 4)],
    ),
    "names are quoted and qualified": (
        'CREATE SCHEMA "My App"; CREATE TABLE "My App"."T" (a int); CREATE TABLE "T" (a int);',
        'ALTER TABLE "My App"."T" ADD UNIQUE (a);\nDROP TABLE "T", "My App"."T";',
        [
            ("add-unique-data", 1),
            ("add-unique-index", 1),
            ("drop-table", 2),
            ("drop-table", 2),
        ],
    ),
    "folding is the server's": (T, "DROP TABLE PUBLIC.T;", [("drop-table", 1)]),
    "a name is looked for along the search path": (
        "CREATE SCHEMA app; CREATE TABLE app.t (a int);",
        (
            "SET search_path = app, public;\nCREATE INDEX ON t (a);\nCREATE TABLE n (a int);\n"
            "CREATE INDEX ON n (a);"
        ),
        [("create-index-blocking", 2)],
    ),
    "the same name in two schemas is two tables": (
        "CREATE SCHEMA app; CREATE TABLE app.t (a int);",
        "CREATE TABLE t (a int);\nCREATE INDEX ON t (a);\nCREATE INDEX ON app.t (a);",
        [("create-index-blocking", 3)],
    ),
    "a partitioned table is known, and so are its partitions": (
        (
            "CREATE TABLE p (a int, b int) PARTITION BY LIST (a);"
            " CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        ),
        (
            "CREATE INDEX ON ONLY p (a);\nCREATE INDEX ON p1 (a);\n"
            "ALTER TABLE p ALTER b TYPE bigint;\nDROP TABLE p;"
        ),
        [("create-index-blocking", 2), ("type-change-rewrite", 3), ("drop-table", 4)],
    ),
    "a partition that the change makes is new": (
        "CREATE TABLE p (a int) PARTITION BY LIST (a);",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);\nCREATE INDEX ON p1 (a);",
        [("create-partition-of", 1)],
    ),
    "an index that the change makes may be dropped again": (
        T,
        "CREATE INDEX CONCURRENTLY i ON t (a);\nDROP INDEX i;",
        [],
    ),
    "a column that the change adds may be dropped and renamed again": (
        T,
        (
            "ALTER TABLE t ADD c int;\nALTER TABLE t RENAME c TO d;\nALTER TABLE t ADD e int;\n"
            "ALTER TABLE t DROP e;"
        ),
        [],
    ),
}


@pytest.mark.parametrize("case", POSTGRES)
def test_postgres(case: str, found: Found) -> None:
    setup, change, expected = POSTGRES[case]
    outside = "-- schema-ci:txmode none\n\n" if "CONCURRENTLY" in change else ""

    assert expected == found(outside + change, setup=setup)


def test_a_table_of_an_earlier_new_file_is_new(found: Found) -> None:
    assert [] == found("CREATE TABLE n (a int);", "CREATE INDEX ON n (a);")


REBUILD = """CREATE TABLE copy (id INTEGER PRIMARY KEY{columns});
INSERT INTO copy ({copied}) SELECT {copied} FROM Users;
DROP TABLE users;
ALTER TABLE copy RENAME TO users;"""
SQLITE = {
    "names are the same in any case": ("DROP TABLE USERS;", [("drop-table", 1)]),
    "main is no other schema": ("DROP TABLE main.users;", [("drop-table", 1)]),
    "a rebuild that keeps every column loses nothing": (
        REBUILD.format(columns=", email TEXT, more TEXT", copied="id, email"),
        [],
    ),
    "a rebuild loses the columns that the copy has not": (
        REBUILD.format(columns="", copied="id"),
        [("drop-column", 4)],
    ),
    "a rebuild may move the original away first": (
        (
            "ALTER TABLE users RENAME TO old;\n"
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n"
            "INSERT INTO users SELECT id, email FROM old;\nDROP TABLE old;"
        ),
        [],
    ),
    "a copy that nothing fills is no rebuild": (
        (
            "CREATE TABLE copy (id INTEGER PRIMARY KEY, email TEXT);\nDROP TABLE users;\n"
            "ALTER TABLE copy RENAME TO users;"
        ),
        [("drop-table", 2)],
    ),
    "a table made again under its own name has lost its rows": (
        (
            "DROP TABLE users;\nCREATE TABLE users (id INTEGER, email TEXT);\n"
            "INSERT INTO users VALUES (1, 'a');"
        ),
        [("drop-table", 1)],
    ),
    "what follows a rebuild is judged": (
        REBUILD.format(columns=", email TEXT", copied="id, email")
        + "\nALTER TABLE users ADD c INT NOT NULL;",
        [("add-required-column", 5)],
    ),
    "an index that is there is not made again": (
        "CREATE UNIQUE INDEX IF NOT EXISTS mail ON mails (Email);",
        [],
    ),
    "an index of that name is another one": (
        "CREATE UNIQUE INDEX IF NOT EXISTS mail ON mails (id);",
        [("misleading-if-not-exists", 1)],
    ),
    "a column of any case is dropped": ("ALTER TABLE Mails DROP MORE;", [("drop-column", 1)]),
    "only an empty table takes a column with the current time": (
        (
            "ALTER TABLE users ADD at TEXT DEFAULT CURRENT_TIMESTAMP;\n"
            "ALTER TABLE users ADD n INT DEFAULT (1 + 1);\nALTER TABLE users ADD m INT DEFAULT (1);"
        ),
        [("sqlite-add-not-null", 1), ("sqlite-add-not-null", 2)],
    ),
    "who runs the file may not begin a transaction": ("PRAGMA foreign_keys = OFF;", []),
    "a transaction that is begun is one": (
        "-- schema-ci:txmode none\n\nBEGIN;\nPRAGMA foreign_keys = OFF;\nCOMMIT;",
        [("sqlite-fk-pragma", 4)],
    ),
}


@pytest.mark.parametrize("case", SQLITE)
def test_sqlite(case: str, found: Found) -> None:
    change, expected = SQLITE[case]
    setup = (
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);"
        "CREATE TABLE mails (id INTEGER PRIMARY KEY, email TEXT, More TEXT);"
        "CREATE UNIQUE INDEX mail ON mails (email);"
    )

    assert expected == found(change, setup=setup, engine="sqlite")


def test_without_a_setup_what_the_files_do_not_make_is_known(found: Found) -> None:
    change = "CREATE TABLE n (a int); CREATE INDEX ON n (a);\nDROP TABLE IF EXISTS t;"

    assert [("drop-table", 2)] == found(change, setup=None)
    assert [] == found(change)


def test_what_stands_behind_a_failure_is_judged_by_its_text(found: Found) -> None:
    change = """SELECT 1 / 0;
BEGIN;
CREATE INDEX CONCURRENTLY ON t (a);
COMMIT;
CREATE INDEX CONCURRENTLY ON t (a);
ALTER TABLE t ALTER a TYPE bigint;
ALTER TABLE t ALTER b TYPE varchar(10);
ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid();
ALTER TABLE t ADD d timestamptz DEFAULT now();"""

    assert [
        ("syntax-error", 1),
        ("concurrently-in-transaction", 3),
        ("type-change-rewrite", 6),
        ("volatile-default", 8),
    ] == found(change, setup=T)
