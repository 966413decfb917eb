"""Online plans: the forms that are chosen, and the transactions they ask for."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from tests.dialects.postgres.online import NOT_NULL, T, planned, sql


def test_an_index_is_built_concurrently_in_a_file_of_its_own(
    postgres_server: PostgresServer,
) -> None:
    new = "CREATE TABLE t (a integer, b integer, c integer); CREATE UNIQUE INDEX i ON t (a, c);"

    groups = planned(postgres_server, T, new)

    assert [
        ["ALTER TABLE public.t ADD COLUMN c integer"],
        ["CREATE UNIQUE INDEX CONCURRENTLY i ON public.t USING btree (a, c)"],
    ] == sql(groups)
    assert [True, False] == [group[0].transactional for group in groups]
    repeated, invalid = groups[1][0].hazards
    assert repeated.startswith("fails if values repeat")
    assert invalid.endswith(": DROP INDEX CONCURRENTLY IF EXISTS public.i, then build again")


def test_an_index_of_a_new_table_is_built_with_it(postgres_server: PostgresServer) -> None:
    groups = planned(postgres_server, T, T + "CREATE TABLE u (a integer); CREATE INDEX i ON u (a);")

    assert ["CREATE INDEX i ON public.u USING btree (a)"] == sql(groups)[0][1:]


def test_new_indexes_are_built_before_old_ones_go(postgres_server: PostgresServer) -> None:
    groups = planned(
        postgres_server, f"{T} CREATE INDEX a ON t (a);", f"{T} CREATE INDEX z ON t (a, b);"
    )

    assert [
        [
            "CREATE INDEX CONCURRENTLY z ON public.t USING btree (a, b)",
            "DROP INDEX CONCURRENTLY public.a",
        ]
    ] == sql(groups)


def test_a_changed_index_is_there_at_any_time(postgres_server: PostgresServer) -> None:
    comment = "COMMENT ON INDEX i IS 'words'"

    groups = planned(
        postgres_server,
        f"{T} CREATE UNIQUE INDEX i ON t (a);",
        f"{T} CREATE UNIQUE INDEX i ON t (b); {comment}",
    )

    assert [
        [
            "CREATE UNIQUE INDEX CONCURRENTLY i__new ON public.t USING btree (b)",
            "DROP INDEX CONCURRENTLY public.i",
        ],
        [
            "ALTER INDEX public.i__new RENAME TO i",
            "COMMENT ON INDEX public.i IS 'words'",
        ],
    ] == sql(groups)


def test_temporary_names_are_free_and_fit(postgres_server: PostgresServer) -> None:
    """Two that begin alike, for as long as a name can be, and one whose obvious choice is taken."""
    names = ("i", *(f"{'n' * 62}{last}" for last in "ab"))

    def script(column: str) -> str:
        indexes = (f"CREATE INDEX {name} ON t ({column});" for name in names)
        return f"{T} CREATE TABLE i__new (); {''.join(indexes)}"

    groups = planned(postgres_server, script("a"), script("b"))

    assert [
        "ALTER INDEX public.i__new1 RENAME TO i",
        f"ALTER INDEX public.{'n' * 49}_a52e17cc__new RENAME TO {names[1]}",
        f"ALTER INDEX public.{'n' * 49}_3c274676__new RENAME TO {names[2]}",
    ] == sql(groups)[1]


def test_an_index_that_changes_with_the_type_of_its_column_is_replaced_in_one_transaction(
    postgres_server: PostgresServer,
) -> None:
    """Nobody can use the table in between, so that nobody misses its uniqueness."""
    groups = planned(
        postgres_server,
        f"{T} CREATE UNIQUE INDEX i ON t (a);",
        "CREATE TABLE t (a numeric, b integer); CREATE UNIQUE INDEX i ON t (a, b);",
    )

    assert [
        [
            "DROP INDEX public.i",
            "ALTER TABLE public.t ALTER COLUMN a TYPE numeric",
            "CREATE UNIQUE INDEX i ON public.t USING btree (a, b)",
        ]
    ] == sql(groups)


def test_checks_and_foreign_keys_are_validated_in_a_later_transaction(
    postgres_server: PostgresServer,
) -> None:
    keyed = "CREATE TABLE u (id integer PRIMARY KEY);"

    groups = planned(
        postgres_server,
        keyed + T,
        keyed + "CREATE TABLE t (a integer CONSTRAINT c CHECK (a > 0) NO INHERIT,"
        " b integer CONSTRAINT f REFERENCES u DEFERRABLE);",
    )

    assert [
        [
            "ALTER TABLE public.t ADD CONSTRAINT c CHECK ((a > 0)) NO INHERIT NOT VALID",
            (
                "ALTER TABLE public.t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.u(id)"
                " DEFERRABLE NOT VALID"
            ),
        ],
        [
            "ALTER TABLE public.t VALIDATE CONSTRAINT c",
            "ALTER TABLE public.t VALIDATE CONSTRAINT f",
        ],
    ] == sql(groups)


def test_what_was_not_valid_is_validated_apart(postgres_server: PostgresServer) -> None:
    groups = planned(
        postgres_server,
        f"{T} ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
        "CREATE TABLE t (a integer CONSTRAINT c CHECK (a > 0), b integer, d integer);",
    )

    assert [
        ["ALTER TABLE public.t ADD COLUMN d integer"],
        ["ALTER TABLE public.t VALIDATE CONSTRAINT c"],
    ] == sql(groups)


def test_not_null_believes_a_check_that_was_validated(postgres_server: PostgresServer) -> None:
    groups = planned(postgres_server, T, NOT_NULL)

    assert [
        ["ALTER TABLE public.t ADD CONSTRAINT a__set_not_null CHECK (a IS NOT NULL) NOT VALID"],
        [
            "ALTER TABLE public.t VALIDATE CONSTRAINT a__set_not_null",
            "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL",
            "ALTER TABLE public.t DROP CONSTRAINT a__set_not_null",
        ],
    ] == sql(groups)
    assert (
        "reads the table while others read and write",
        "fails if a row is NULL: SELECT count(*) FROM public.t WHERE a IS NULL",
    ) == groups[1][0].hazards


def test_a_check_that_stays_proves_it(postgres_server: PostgresServer) -> None:
    check = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL);"

    groups = planned(postgres_server, T + check, NOT_NULL + check)

    assert [["ALTER TABLE public.t ALTER COLUMN a SET NOT NULL"]] == sql(groups)


def test_an_identity_comes_behind_the_not_null_that_it_needs(
    postgres_server: PostgresServer,
) -> None:
    groups = planned(
        postgres_server,
        T,
        "CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY, b integer);",
    )

    assert [
        "VALIDATE CONSTRAINT a__set_not_null",
        "ALTER COLUMN a SET NOT NULL",
        "DROP CONSTRAINT a__set_not_null",
        "ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY",
    ] == [each.removeprefix("ALTER TABLE public.t ") for each in sql(groups)[1]]


@pytest.mark.parametrize(
    ("constraint", "index", "using"),
    [
        ("UNIQUE (a, b)", "(a, b)", "UNIQUE USING INDEX k"),
        (
            "UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b) DEFERRABLE INITIALLY DEFERRED",
            "(a) INCLUDE (b) NULLS NOT DISTINCT",
            "UNIQUE USING INDEX k DEFERRABLE INITIALLY DEFERRED",
        ),
        ("PRIMARY KEY (a) DEFERRABLE", "(a)", "PRIMARY KEY USING INDEX k DEFERRABLE"),
    ],
)
def test_a_key_takes_over_an_index_that_was_built_concurrently(
    constraint: str, index: str, using: str, postgres_server: PostgresServer
) -> None:
    groups = planned(
        postgres_server, NOT_NULL, f"{NOT_NULL} ALTER TABLE t ADD CONSTRAINT k {constraint};"
    )

    assert [
        [f"CREATE UNIQUE INDEX CONCURRENTLY k ON public.t {index}"],
        [f"ALTER TABLE public.t ADD CONSTRAINT k {using}"],
    ] == sql(groups)


def test_a_primary_key_on_nullable_columns_needs_three_files(
    postgres_server: PostgresServer,
) -> None:
    groups = planned(postgres_server, T, "CREATE TABLE t (a integer PRIMARY KEY, b integer);")

    assert [
        ["ALTER TABLE public.t ADD CONSTRAINT a__set_not_null CHECK (a IS NOT NULL) NOT VALID"],
        ["CREATE UNIQUE INDEX CONCURRENTLY t_pkey ON public.t (a)"],
        [
            "ALTER TABLE public.t VALIDATE CONSTRAINT a__set_not_null",
            "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL",
            "ALTER TABLE public.t DROP CONSTRAINT a__set_not_null",
            "ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey",
        ],
    ] == sql(groups)


def test_a_changed_key_is_replaced_in_one_transaction_with_what_references_it(
    postgres_server: PostgresServer,
) -> None:
    def script(key: str) -> str:
        return (
            "CREATE TABLE p (id integer NOT NULL, n integer NOT NULL,"
            f" CONSTRAINT k PRIMARY KEY {key}, CONSTRAINT u UNIQUE (id));"
            "CREATE TABLE c (id integer CONSTRAINT f REFERENCES p (id));"
        )

    groups = planned(
        postgres_server,
        (
            "CREATE TABLE p (id integer NOT NULL, n integer NOT NULL,"
            " CONSTRAINT k PRIMARY KEY (id));"
            "CREATE TABLE c (id integer CONSTRAINT f REFERENCES p (id));"
        ),
        script("(id, n)"),
    )

    assert [
        [
            "CREATE UNIQUE INDEX CONCURRENTLY k__new ON public.p (id, n)",
            "CREATE UNIQUE INDEX CONCURRENTLY u ON public.p (id)",
        ],
        [
            "ALTER TABLE public.c DROP CONSTRAINT f",
            "ALTER TABLE public.p DROP CONSTRAINT k",
            "ALTER TABLE public.p ADD CONSTRAINT k PRIMARY KEY USING INDEX k__new",
            "ALTER TABLE public.p ADD CONSTRAINT u UNIQUE USING INDEX u",
            (
                "ALTER TABLE public.c ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES public.p(id)"
                " NOT VALID"
            ),
        ],
        ["ALTER TABLE public.c VALIDATE CONSTRAINT f"],
    ] == sql(groups)


def test_a_column_of_a_replaced_key_allows_null_after_the_key_is_gone(
    postgres_server: PostgresServer,
) -> None:
    def script(a: str, b: str, key: str) -> str:
        return f"CREATE TABLE t (a integer {a}, b integer {b}, CONSTRAINT k PRIMARY KEY ({key}));"

    groups = planned(postgres_server, script("", "NOT NULL", "a"), script("", "NOT NULL", "b"))

    assert [
        ["CREATE UNIQUE INDEX CONCURRENTLY k__new ON public.t (b)"],
        [
            "ALTER TABLE public.t DROP CONSTRAINT k",
            "ALTER TABLE public.t ALTER COLUMN a DROP NOT NULL",
            "ALTER TABLE public.t ADD CONSTRAINT k PRIMARY KEY USING INDEX k__new",
        ],
    ] == sql(groups)


def test_data_is_destroyed_behind_everything_that_can_fail(
    postgres_server: PostgresServer,
) -> None:
    groups = planned(
        postgres_server, f"{T} CREATE TABLE gone ();", f"{T} CREATE UNIQUE INDEX i ON t (a);"
    )

    assert [
        ["CREATE UNIQUE INDEX CONCURRENTLY i ON public.t USING btree (a)"],
        ["DROP TABLE public.gone"],
    ] == sql(groups)
