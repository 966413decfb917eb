"""Extensions come before what uses them, in the version and schema that was asked for."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.model import Identity, home


def planned(server: PostgresServer, old: str, new: str) -> list[str]:
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))
        return [each.sql for each in plan]


def test_only_an_unusual_version_is_asked_for(postgres_server: PostgresServer) -> None:
    found = planned(
        postgres_server, "SELECT 1", "CREATE EXTENSION hstore VERSION '1.4'; CREATE EXTENSION ltree"
    )

    assert [
        "CREATE EXTENSION hstore WITH SCHEMA public VERSION '1.4'",
        "CREATE EXTENSION ltree WITH SCHEMA public",
    ] == found


def test_a_newer_version_is_an_update_an_older_one_is_not(postgres_server: PostgresServer) -> None:
    older, newer = "CREATE EXTENSION hstore VERSION '1.4'", "CREATE EXTENSION hstore VERSION '1.8'"

    assert ["ALTER EXTENSION hstore UPDATE TO '1.8'"] == planned(postgres_server, older, newer)
    assert "DROP EXTENSION hstore" == planned(postgres_server, newer, older)[0]


def test_whatever_uses_a_member_needs_the_extension(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute(
            """CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; CREATE EXTENSION seg;
               CREATE TABLE t (a citext, several citext[], b text,
                               d text DEFAULT similarity('a', 'b'));
               CREATE INDEX i ON t USING gin (b gin_trgm_ops);
               CREATE VIEW v AS SELECT a = 'x' AS same FROM t"""
        )
        schema = DIALECT.inspect(connection)

    citext, trgm = (Identity("extension", "", name) for name in ("citext", "pg_trgm"))
    assert {
        (Identity("column", "public", "a", "t"), citext),
        (Identity("column", "public", "several", "t"), citext),
        (Identity("column", "public", "d", "t"), trgm),
        (Identity("index", "public", "i"), trgm),
        (Identity("view", "public", "v"), citext),
    } <= schema.dependencies
    assert () == schema.unmanaged


def test_members_keep_their_owners_and_what_is_granted_on_them_is_compared(
    superuser_server: PostgresServer,
) -> None:
    with superuser_server.database() as connection:
        connection.execute(
            """DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL;
               END $$;
               CREATE EXTENSION seg; ALTER FUNCTION seg_size(seg) OWNER TO case_reader;
               REVOKE EXECUTE ON FUNCTION seg_cmp(seg, seg) FROM PUBLIC"""
        )
        schema = DIALECT.inspect(connection)

    extension = Identity("extension", "", "seg")
    assert ["grant extension seg function public.seg_cmp(public.seg,public.seg) to PUBLIC"] == [
        str(each.identity) for each in schema.objects if home(each) == extension
    ]
    assert () == schema.unmanaged


def test_a_comment_of_its_own_files_is_none(postgres_server: PostgresServer) -> None:
    plain, own = "CREATE EXTENSION seg", "CREATE EXTENSION seg; COMMENT ON EXTENSION seg IS 'ours'"

    assert ["COMMENT ON EXTENSION seg IS 'ours'"] == planned(postgres_server, plain, own)
    (back,) = planned(postgres_server, own, plain)
    assert back.startswith("COMMENT ON EXTENSION seg IS 'data type for representing line segments")


def test_a_database_without_plpgsql_is_named(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        connection.execute("DROP EXTENSION plpgsql")

        assert ["extension plpgsql, which this database lacks"] == [
            str(each) for each in DIALECT.inspect(connection).unmanaged
        ]
