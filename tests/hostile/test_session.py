"""What a migration leaves in its session, its role or its database deceives nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import Script, rehearse
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.postgres.read.inspect import refuse_too_many
from ci_runner.dialects.postgres.session import LONGEST_NOTICE, MOST_NOTICES
from ci_runner.errors import SqlError
from ci_runner.migrations.statements import split
from ci_runner.schema.changes import Create, Drop

SHADOWS = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql
  AS $$ SELECT 'evil' $$;
CREATE FUNCTION evil.pg_backend_pid() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION evil.never(oid, oid) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.never(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.never(name, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.never(name, name) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION evil.never("char", "char") RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE OPERATOR evil.= (FUNCTION = evil.never, LEFTARG = oid, RIGHTARG = oid);
CREATE OPERATOR evil.>= (FUNCTION = evil.never, LEFTARG = oid, RIGHTARG = oid);
CREATE OPERATOR evil.= (FUNCTION = evil.never, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR evil.= (FUNCTION = evil.never, LEFTARG = name, RIGHTARG = name);
CREATE OPERATOR evil.!~ (FUNCTION = evil.never, LEFTARG = name, RIGHTARG = text);
CREATE OPERATOR evil.= (FUNCTION = evil.never, LEFTARG = "char", RIGHTARG = "char");
CREATE FUNCTION evil.array_agg(name) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
CREATE TABLE evil.pg_class (oid oid);
CREATE TEMP TABLE pg_class (oid oid);
CREATE TEMP TABLE pg_locks (oid oid);
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN pg_temp.regclass AS pg_catalog.regclass CHECK (false);
CREATE DOMAIN pg_temp.oid AS pg_catalog.oid CHECK (false);
SET search_path = pg_temp, evil, pg_catalog;
SET client_encoding = 'SQL_ASCII';
SET standard_conforming_strings = off;
SET statement_timeout = '20s';
"""
WHAT_IS_DONE = """
ALTER TABLE public.victim ADD COLUMN b int;
DROP TABLE public.victim;
CREATE TABLE public."größe" (a int PRIMARY KEY, b pg_catalog.text DEFAULT 'x');
"""


def script(server: PostgresServer, text: str, *, wrapped: bool = False) -> Script:
    return Script("m/1.sql", split(text, "m/1.sql", server.dialect.syntax), wrapped)


@pytest.mark.parametrize("wrapped", [True, False])
def test_nothing_stands_in_for_what_our_queries_name(
    postgres_server: PostgresServer, *, wrapped: bool
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE victim (a int)")
        for each in script(postgres_server, SHADOWS).statements:
            connection.execute(each.text)
        new = script(postgres_server, WHAT_IS_DONE, wrapped=wrapped)
        history = rehearse(connection, postgres_server.dialect, [new])

    assert history.failed is None
    alter, drop, create = (step.observed for step in history.steps)
    assert ["victim"] == [each.old.identity.name for each in drop.changes if isinstance(each, Drop)]
    assert "größe" in {
        each.new.identity.name for each in create.changes if isinstance(each, Create)
    }
    if wrapped:
        assert [("victim", "ACCESS EXCLUSIVE")] == [
            (lock.relation.name, lock.mode) for lock in alter.locks
        ]


def test_a_look_leaves_the_session_as_it_was(postgres_server: PostgresServer) -> None:
    shown = "SELECT pg_catalog.current_setting('search_path')"
    with postgres_server.database() as connection:
        connection.execute(r"""CREATE SCHEMA "it's \ odd" """)
        connection.execute(r"""SET search_path = "it's \ odd" """)
        before = connection.query(shown)
        connection.execute("BEGIN")
        connection.execute("SET LOCAL search_path = public")
        postgres_server.dialect.inspect(connection)
        assert [("public",)] == connection.query(shown)
        connection.execute("COMMIT")
        assert before == connection.query(shown)
        for setting in ("on", "off"):
            connection.execute(f"SET standard_conforming_strings = {setting}")
            postgres_server.dialect.inspect(connection)

            assert before == connection.query(shown)


def test_limits_that_a_migration_sets_do_not_stop_our_looks(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a int)")
        connection.execute("SET statement_timeout = '5ms'")

        assert postgres_server.dialect.inspect(connection).objects


@pytest.mark.parametrize(
    "setting",
    ["search_path = evil", "local_preload_libraries = 'nowhere'", "statement_timeout = '1ms'"],
)
def test_settings_of_the_role_do_not_reach_the_next_database(
    postgres_server: PostgresServer, setting: str
) -> None:
    name = setting.partition(" ")[0]
    shown = f"SELECT current_setting('{name}')"
    with postgres_server.database() as connection:
        usual = connection.query(shown)
        connection.execute(f"ALTER ROLE CURRENT_USER SET {setting}")
    with postgres_server.database() as connection:
        assert usual == connection.query(shown)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER DATABASE {} IS_TEMPLATE true",
        "ALTER DATABASE {} CONNECTION LIMIT 0",
        "ALTER DATABASE {} SET search_path = evil",
        "ALTER DATABASE {} SET local_preload_libraries = 'nowhere'",
        "COMMENT ON DATABASE {} IS 'not yours'",
        "REVOKE ALL ON DATABASE {} FROM public, CURRENT_USER",
        "SELECT pg_advisory_lock(1)",
        "PREPARE p AS SELECT 1",
        "LISTEN everything",
    ],
)
def test_database_is_dropped_whatever_was_made_of_it(
    postgres_server: PostgresServer, sql: str
) -> None:
    with postgres_server.database() as connection:
        [(name,)] = connection.query("SELECT current_database()")
        connection.execute(sql.format(name))
        assert postgres_server.dialect.inspect(connection).dialect == "postgres"

    with connect(postgres_server.admin) as admin:
        assert [] == admin.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")


def _peak() -> int:
    """The most memory that this process has held since it was last asked, in MiB."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets the peak
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 1000) FROM generate_series(1, 200000)",
        "DO $$ BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE '%', repeat('x', 10000); END LOOP; END $$",
        "SELECT pg_notify('c', n::text || repeat('x', 900)) FROM generate_series(1, 100000) n",
    ],
)
def test_what_the_server_sends_takes_no_memory(postgres_server: PostgresServer, sql: str) -> None:
    with postgres_server.database() as connection:
        connection.execute("LISTEN c")
        _peak()
        before = _peak()
        outcome = connection.execute(sql)

        assert _peak() - before < 60
    assert len(outcome.notices) <= MOST_NOTICES
    assert all(len(each) <= LONGEST_NOTICE for each in outcome.notices)


def test_more_relations_than_memory_holds_are_not_read(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        for each in range(6):
            connection.execute(f"CREATE TABLE t{each} (a int PRIMARY KEY)")
        refuse_too_many(connection, 12)
        with pytest.raises(SqlError, match="has 12 tables, indexes") as refused:
            refuse_too_many(connection, 11)

    assert "more than 11 are not compared" in refused.value.said


@pytest.mark.parametrize("command", ["\\! id", "\\i /etc/passwd", "\\copy t from program 'id'"])
def test_backslash_commands_are_an_error(postgres_server: PostgresServer, command: str) -> None:
    with pytest.raises(SqlError) as refused:
        script(postgres_server, f"SELECT 1;\n{command}\n")

    assert f"psql command {command.partition(' ')[0]} cannot be run" == refused.value.what
    assert "m/1.sql:2" == refused.value.where
    assert "never through psql" in refused.value.next_step
