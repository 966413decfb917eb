"""What a plan does to functions, triggers and rules, statement by statement."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres import DIALECT
from tests.dialects.postgres.laws import obeys

USERS = """
CREATE FUNCTION public.shape(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS '{body}';
CREATE FUNCTION public.tells() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RETURN NULL; END $$;
CREATE TABLE t (
    id integer DEFAULT shape(1),
    made integer GENERATED ALWAYS AS (shape(4)) STORED,
    CHECK (shape(id) > 0)
);
CREATE INDEX shaped ON t (shape(id));
CREATE VIEW v AS SELECT shape(id) AS s FROM t;
CREATE FUNCTION calls(a integer) RETURNS integer LANGUAGE sql RETURN shape(a);
CREATE TRIGGER told AFTER INSERT ON t FOR EACH ROW WHEN (shape(NEW.id) > 1)
EXECUTE FUNCTION tells();
"""


def planned(server: PostgresServer, old: str, new: str) -> list[str]:
    """The statements of the plan between two scripts, after it has been seen to obey the laws."""
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        return [each.sql for each in obeys(server, left, right).statements]


def test_replacing_a_function_touches_nothing_that_depends_on_it(
    postgres_server: PostgresServer,
) -> None:
    old, new = USERS.format(body="SELECT a"), USERS.format(body="SELECT a + 1")

    replaced = (
        "CREATE OR REPLACE FUNCTION public.shape(a integer)\n"
        " RETURNS integer\n"
        " LANGUAGE sql\n"
        " IMMUTABLE\n"
        "AS $function$SELECT a + 1$function$"
    )
    assert [replaced] == planned(postgres_server, old, new)


def test_making_a_function_again_touches_only_what_depends_on_it(
    postgres_server: PostgresServer,
) -> None:
    def script(argument: str) -> str:
        return f"""
            CREATE FUNCTION f({argument} integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION f({argument} text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION apart() RETURNS integer LANGUAGE sql AS 'SELECT f(1)';
            CREATE TABLE t (id integer DEFAULT f(1));
            CREATE VIEW v AS SELECT f(id) AS s FROM t;
            CREATE VIEW w AS SELECT id FROM t;
            """.replace(f"{argument} text", "a text")

    def function(argument: str) -> str:
        return (
            f"CREATE FUNCTION public.f({argument} integer)\n"
            " RETURNS integer\n LANGUAGE sql\nAS $function$SELECT 1$function$"
        )

    assert [
        "DROP VIEW public.v",
        "ALTER TABLE public.t ALTER COLUMN id DROP DEFAULT",
        "DROP FUNCTION public.f(integer)",
        function("b"),
        "ALTER TABLE public.t ALTER COLUMN id SET DEFAULT public.f(1)",
        "CREATE VIEW public.v (s) AS\nSELECT public.f(t.id) AS s\n   FROM public.t",
    ] == planned(postgres_server, script("a"), script("b"))


def heads(statements: list[str]) -> list[str]:
    return [each.split("(")[0].split("\n")[0].strip() for each in statements]


def test_functions_that_call_each_other_are_made_while_bodies_are_not_checked(
    postgres_server: PostgresServer,
) -> None:
    def calls(name: str, other: str) -> str:
        return (
            f"CREATE FUNCTION {name}(n integer) RETURNS integer LANGUAGE sql"
            f" AS 'SELECT {other}(n - 1)';"
        )

    circle = calls("a", "b") + calls("b", "c") + calls("c", "a")
    found = planned(
        postgres_server, "", f"SET check_function_bodies = off; {circle}" + calls("last", "a")
    )

    # One of the three cannot come after what it calls; the others can.
    assert [
        "SET check_function_bodies = off",
        "CREATE FUNCTION public.a",
        "RESET check_function_bodies",
        "CREATE FUNCTION public.c",
        "CREATE FUNCTION public.b",
        "CREATE FUNCTION public.last",
    ] == heads(found)


def test_functions_that_call_each_other_return_when_their_drop_is_undone(
    postgres_server: PostgresServer,
) -> None:
    circle = """SET check_function_bodies = off;
        CREATE FUNCTION a() RETURNS integer LANGUAGE sql AS 'SELECT b()';
        CREATE FUNCTION b() RETURNS integer LANGUAGE sql AS 'SELECT a()'"""

    assert ["DROP FUNCTION public.a", "DROP FUNCTION public.b"] == sorted(
        heads(planned(postgres_server, circle, ""))
    )


def test_a_body_comes_after_the_views_and_functions_that_it_mentions(
    postgres_server: PostgresServer,
) -> None:
    new = """
        CREATE TABLE z (id integer);
        CREATE VIEW y AS SELECT id FROM z;
        CREATE FUNCTION x() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM y';
        CREATE VIEW w AS SELECT x() AS n;
        CREATE FUNCTION a() RETURNS bigint LANGUAGE sql AS 'SELECT x() + n FROM w'"""

    assert [
        "CREATE TABLE public.z",
        "CREATE VIEW public.y",
        "CREATE FUNCTION public.x",
        "CREATE VIEW public.w",
        "CREATE FUNCTION public.a",
    ] == heads(planned(postgres_server, "", new))


def test_a_replaced_body_comes_after_the_column_that_it_mentions(
    postgres_server: PostgresServer,
) -> None:
    def script(columns: str, column: str) -> str:
        return f"""CREATE TABLE t ({columns});
            CREATE FUNCTION a() RETURNS bigint LANGUAGE sql AS 'SELECT sum({column}) FROM t'"""

    found = planned(postgres_server, script("id integer", "id"), script("id int, z int", "z"))

    assert ["ALTER TABLE public.t ADD COLUMN z integer"] == found[:1]
    assert ["CREATE OR REPLACE FUNCTION public.a"] == heads(found[1:])


def test_a_default_that_asks_its_own_table_needs_no_check_only_in_sql(
    postgres_server: PostgresServer,
) -> None:
    def script(language: str, body: str) -> str:
        return f"""SET check_function_bodies = off;
            CREATE FUNCTION next() RETURNS integer LANGUAGE {language} AS $${body}$$;
            CREATE TABLE t (id integer DEFAULT next())"""

    in_sql = planned(postgres_server, "", script("sql", "SELECT max(id) + 1 FROM t"))
    block = "BEGIN RETURN (SELECT max(id) + 1 FROM t); END"
    in_plpgsql = planned(postgres_server, "", script("plpgsql", block))

    assert [
        "SET check_function_bodies = off",
        "CREATE FUNCTION public.next",
        "RESET check_function_bodies",
        "CREATE TABLE public.t",
    ] == heads(in_sql)
    assert ["CREATE FUNCTION public.next", "CREATE TABLE public.t"] == heads(in_plpgsql)


@pytest.mark.parametrize(
    ("old", "new", "replaced"),
    [
        ("f(a integer) RETURNS integer", "f(a integer DEFAULT 1) RETURNS integer", True),
        ("f(integer) RETURNS integer", "f(a integer) RETURNS integer", True),
        ("f(a integer) RETURNS integer", "f(a integer) RETURNS integer COST 7", True),
        ("f(a integer[]) RETURNS integer", "f(VARIADIC a integer[]) RETURNS integer", True),
        ("f(a integer DEFAULT 1) RETURNS integer", "f(a integer) RETURNS integer", False),
        ("f(a integer) RETURNS integer", "f(integer) RETURNS integer", False),
        ("f(a integer) RETURNS integer", "f(a integer) RETURNS SETOF integer", False),
        ("f(OUT a integer, OUT b integer)", "f(OUT a integer, OUT c integer)", False),
        ("f() RETURNS TABLE (a integer)", "f() RETURNS TABLE (b integer)", False),
    ],
)
def test_a_function_is_replaced_wherever_the_server_accepts_it(
    old: str, new: str, replaced: bool, postgres_server: PostgresServer
) -> None:
    rest = "LANGUAGE plpgsql AS $$ BEGIN END $$"
    found = planned(
        postgres_server, f"CREATE FUNCTION {old} {rest}", f"CREATE FUNCTION {new} {rest}"
    )

    assert (["CREATE OR REPLACE"] if replaced else ["DROP FUNCTION", "CREATE FUNCTION"]) == [
        " ".join(each.split()[: 3 if "REPLACE" in each else 2]) for each in found
    ]


def test_overloads_are_told_apart_by_their_input_types(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("""
            CREATE FUNCTION total(a integer, b text, OUT c integer) LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION total(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
            CREATE PROCEDURE total() LANGUAGE sql AS ''""")
        schema = DIALECT.inspect(connection)

    assert [
        "function public.total(integer)",
        "function public.total(integer, text)",
        "procedure public.total()",
        "schema public",
    ] == [str(each.identity) for each in schema.objects if each.identity.kind != "grant"]


def test_what_a_range_type_brings_along_is_not_a_function_of_ours(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TYPE span AS RANGE (subtype = integer)")
        kinds = {each.identity.kind for each in DIALECT.inspect(connection).objects}

    assert not {"function", "aggregate"} & kinds


def test_a_disabled_trigger_stays_disabled_when_it_is_replaced(
    postgres_server: PostgresServer,
) -> None:
    def script(event: str) -> str:
        return f"""CREATE TABLE t (a integer);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER x AFTER {event} ON t FOR EACH ROW EXECUTE FUNCTION f();
            ALTER TABLE t DISABLE TRIGGER x"""

    replaced = (
        "CREATE OR REPLACE TRIGGER x AFTER DELETE ON public.t"
        " FOR EACH ROW EXECUTE FUNCTION public.f()"
    )
    assert [replaced, "ALTER TABLE public.t DISABLE TRIGGER x"] == planned(
        postgres_server, script("INSERT"), script("DELETE")
    )


def test_a_copy_of_a_trigger_that_fires_differently_is_named(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("""CREATE TABLE p (a integer) PARTITION BY LIST (a);
            CREATE TABLE q PARTITION OF p DEFAULT;
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER x AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()""")
        same = {str(each) for each in DIALECT.inspect(connection).unmanaged}
        connection.execute("ALTER TABLE q DISABLE TRIGGER x")
        other = {str(each) for each in DIALECT.inspect(connection).unmanaged}

    assert {"firing of a copied trigger public.q.x"} == other - same
