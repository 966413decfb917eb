"""A view is changed in place wherever PostgreSQL can, and a materialized view never in silence."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import DIALECT

TABLE = "CREATE TABLE t (id integer, mail text, note text);"


def planned(server: PostgresServer, old: str, new: str) -> tuple[PlannedStatement, ...]:
    with server.database() as left, server.database() as right:
        left.execute(TABLE + old)
        right.execute(TABLE + new)
        return DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))


def statements(server: PostgresServer, old: str, new: str) -> list[str]:
    return [each.sql for each in planned(server, old, new)]


def test_options_alone_are_set_and_reset(postgres_server: PostgresServer) -> None:
    found = statements(
        postgres_server,
        "CREATE VIEW v WITH (security_barrier) AS SELECT id FROM t WHERE id > 0",
        "CREATE VIEW v WITH (check_option = local) AS SELECT id FROM t WHERE id > 0",
    )

    assert [
        "ALTER VIEW public.v RESET (security_barrier)",
        "ALTER VIEW public.v SET (check_option=local)",
    ] == found


def test_a_renamed_column_touches_nothing_that_reads_it(postgres_server: PostgresServer) -> None:
    found = statements(
        postgres_server,
        "CREATE VIEW v AS SELECT id, mail FROM t; CREATE VIEW w AS SELECT mail FROM v;"
        "CREATE MATERIALIZED VIEW m AS SELECT w.mail FROM w JOIN v x ON x.mail = w.mail",
        "CREATE VIEW v AS SELECT id, mail AS address FROM t;"
        "CREATE VIEW w AS SELECT address AS mail FROM v;"
        "CREATE MATERIALIZED VIEW m AS SELECT w.mail FROM w JOIN v x ON x.address = w.mail",
    )

    assert ["ALTER VIEW public.v RENAME COLUMN mail TO address"] == found


def test_names_that_change_places_are_no_renames(postgres_server: PostgresServer) -> None:
    found = statements(
        postgres_server,
        "CREATE VIEW v AS SELECT mail AS a, note AS b FROM t",
        "CREATE VIEW v AS SELECT mail AS b, note AS a FROM t",
    )

    assert ["DROP VIEW public.v", "CREATE VIEW"] == [found[0], found[1][:11]]


def test_a_column_that_is_another_one_is_not_renamed(postgres_server: PostgresServer) -> None:
    found = statements(
        postgres_server,
        "CREATE VIEW v AS SELECT id, mail FROM t",
        "CREATE VIEW v AS SELECT id, note FROM t",
    )

    assert ["DROP VIEW public.v", "CREATE VIEW"] == [found[0], found[1][:11]]


def test_a_column_at_the_end_disturbs_nobody(postgres_server: PostgresServer) -> None:
    (replaced,) = planned(
        postgres_server,
        "CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM v",
        "CREATE VIEW v AS SELECT id, note FROM t; CREATE VIEW w AS SELECT id FROM v",
    )

    assert replaced.sql.startswith("CREATE OR REPLACE VIEW public.v ")
    assert replaced.undo is None


def test_another_query_builds_a_materialized_view_anew_and_says_so(
    postgres_server: PostgresServer,
) -> None:
    index = "; CREATE INDEX i ON m (id); COMMENT ON INDEX i IS 'fast'"
    dropped, created, indexed, commented = planned(
        postgres_server,
        f"CREATE MATERIALIZED VIEW m AS SELECT id FROM t {index}",
        f"CREATE MATERIALIZED VIEW m AS SELECT id FROM t WHERE id > 1 {index}",
    )

    assert not dropped.destructive
    assert ("its rows go with it; they are a copy, computed from what its query reads",) == (
        dropped.hazards
    )
    assert "readers wait" in " ".join(created.hazards)
    assert ["CREATE INDEX", "COMMENT ON I"] == [indexed.sql[:12], commented.sql[:12]]


def test_whether_a_materialized_view_has_rows_is_no_difference(
    postgres_server: PostgresServer,
) -> None:
    assert [] == statements(
        postgres_server,
        "CREATE MATERIALIZED VIEW m AS SELECT id FROM t",
        "CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA",
    )


def test_one_that_should_have_no_rows_is_made_without(postgres_server: PostgresServer) -> None:
    (created,) = planned(
        postgres_server, "", "CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA"
    )

    assert created.sql.endswith("WITH NO DATA")
    assert ("has no rows, and cannot be read, until it is refreshed",) == created.hazards


def test_columns_and_storage_of_a_materialized_view_change_in_place(
    postgres_server: PostgresServer,
) -> None:
    found = statements(
        postgres_server,
        "CREATE MATERIALIZED VIEW m AS SELECT id, note FROM t;"
        "CREATE INDEX note ON m (lower(note), id) INCLUDE (note) WHERE note <> 'note'",
        "CREATE MATERIALIZED VIEW m WITH (fillfactor = 50) AS SELECT id, note AS text FROM t;"
        "CREATE INDEX note ON m (lower(text), id) INCLUDE (text) WHERE text <> 'note';"
        "ALTER MATERIALIZED VIEW m ALTER COLUMN text SET STATISTICS 7",
    )

    assert [
        "ALTER MATERIALIZED VIEW public.m RENAME COLUMN note TO text",
        "ALTER MATERIALIZED VIEW public.m SET (fillfactor=50)",
        "ALTER MATERIALIZED VIEW public.m ALTER COLUMN text SET STATISTICS 7",
    ] == found
