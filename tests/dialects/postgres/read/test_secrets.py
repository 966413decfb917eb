"""Passwords of foreign servers and of publishers are never read, printed or compared."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.foreign import SECRET
from tests.dialects.listening import Listening

FOREIGN = """
CREATE FOREIGN DATA WRAPPER w OPTIONS (access_key '{word}1');
CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'far', api_token '{word}2');
CREATE USER MAPPING FOR PUBLIC SERVER s
    OPTIONS (user 'bob', "PassWord" '{word}3', sslkey '{word}4', password_required 'true');
CREATE FOREIGN TABLE t (a integer OPTIONS (column_name 'b', secret_part '{word}6'))
    SERVER s OPTIONS (path 'x=y', token '{word}7')
"""
SUBSCRIPTION = (
    "CREATE SUBSCRIPTION kept CONNECTION 'host=far password={word}5' PUBLICATION one"
    " WITH (connect = false)"
)


def test_no_value_ever_leaves_the_server(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        connection.execute(FOREIGN.format(word="hush"))
        connection.execute(SUBSCRIPTION.format(word="hush"))
        listening = Listening(connection)
        schema = DIALECT.inspect(listening)

    assert [] == [each for each in listening.heard if "hush" in each]
    assert "'true'" in "".join(each.sql for each in DIALECT.create(schema))
    assert [
        "connection and state of subscription kept",
        "secret option of column public.t.a secret_part",
        "secret option of foreign data wrapper w.access_key",
        "secret option of foreign server s.api_token",
        "secret option of table public.t.token",
        "secret option of user mapping s.PassWord of PUBLIC",
        "secret option of user mapping s.sslkey of PUBLIC",
    ] == [str(each) for each in schema.unmanaged]


def test_what_differs_in_secrets_alone_is_equal(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as left, superuser_server.database() as right:
        for connection, word in ((left, "one"), (right, "two")):
            connection.execute(FOREIGN.format(word=word))
            connection.execute(SUBSCRIPTION.format(word=word))

        assert () == DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))


def test_a_place_for_the_secret_is_written_and_said(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as left, superuser_server.database() as right:
        script = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w"
        left.execute(script)
        right.execute(
            f"{script}; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'hush')"
        )
        old, new = DIALECT.inspect(left), DIALECT.inspect(right)
    (created,) = DIALECT.plan(old, new)
    (dropped,) = DIALECT.plan(new, old)

    assert f"CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password '{SECRET}')" == created.sql
    assert "put the secret in before you run this" in created.hazards[0]
    assert dropped.undo is None


def test_options_that_the_server_hides_are_named(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        connection.execute(
            """DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL;
               END $$;
               CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
               CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'bob')"""
        )
        connection.execute("SET ROLE case_reader")
        schema = DIALECT.inspect(connection)

    assert "options of user mapping s.PUBLIC" in [str(each) for each in schema.unmanaged]


def test_a_dropped_subscription_leaves_its_slot_and_says_so(
    superuser_server: PostgresServer,
) -> None:
    with superuser_server.database() as left, superuser_server.database() as right:
        left.execute(SUBSCRIPTION.format(word=""))
        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))

    assert [
        "ALTER SUBSCRIPTION kept DISABLE",
        "ALTER SUBSCRIPTION kept SET (slot_name = NONE)",
        "DROP SUBSCRIPTION kept",
    ] == [each.sql for each in plan]
    assert "its slot kept stays on the publisher" in plan[-1].hazards[1]
