"""Values survive when the type of their columns is made again, or the plan says so."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import replay, script
from ci_runner.dialects.base import PlannedStatement, StatementFailed
from ci_runner.dialects.postgres import DIALECT
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.plan import make_plan, sql, undo_sql
from ci_runner.schema.model import Identity


def migrated(
    server: PostgresServer, old: str, new: str, rows: str, query: str
) -> list[tuple[object, ...]]:
    """What `query` finds once `rows` have gone through the plan from `old` to `new`."""
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        wanted = DIALECT.inspect(right)
        text = sql(make_plan(DIALECT, DIALECT.inspect(left), wanted))
        left.execute(rows)
        name = "20260101000000_plan.sql"
        file = MigrationFile(name, name, text.encode(), "20260101000000", "plan")
        replay(left, (script(file, "atlas", DIALECT),))
        assert "" == sql(make_plan(DIALECT, DIALECT.inspect(left), wanted))
        return left.query(query)


def planned(server: PostgresServer, old: str, new: str) -> tuple[PlannedStatement, ...]:
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        return make_plan(DIALECT, DIALECT.inspect(left), DIALECT.inspect(right)).statements


def hazards(plan: tuple[PlannedStatement, ...]) -> list[str]:
    return [hazard for statement in plan for hazard in statement.hazards]


def test_values_of_a_domain_go_through_its_new_type(postgres_server: PostgresServer) -> None:
    table = "CREATE TABLE t (a d, b d[], c outer_d)"
    outer = "CREATE DOMAIN outer_d AS d"

    assert [("7", "{1,NULL}", "9")] == migrated(
        postgres_server,
        f"CREATE DOMAIN d AS integer CHECK (VALUE > 0); {outer}; {table}",
        f"CREATE DOMAIN d AS numeric CHECK (VALUE > 0); {outer}; {table}",
        "INSERT INTO t VALUES (7, '{1,NULL}', 9)",
        "SELECT a::text, b::text, c::text FROM t",
    )


def test_rows_are_moved_by_the_names_of_their_fields(postgres_server: PostgresServer) -> None:
    table = "CREATE TABLE t (id integer, a pair, b holder)"
    holder = "CREATE TYPE holder AS (pair pair)"

    assert [(1, "(2,x)", '("(4,y)")'), (2, None, None), (3, "(,)", "()")] == migrated(
        postgres_server,
        f"CREATE TYPE pair AS (name text, size integer); {holder}; {table}",
        f"CREATE TYPE pair AS (size bigint, name text); {holder}; {table}",
        """INSERT INTO t VALUES (1, ROW('x', 2), ROW(ROW('y', 4))), (2, NULL, NULL),
           (3, ROW(NULL, NULL), ROW(NULL))""",
        "SELECT id, a::text, b::text FROM t ORDER BY id",
    )


def test_a_row_becomes_another_type_with_the_same_fields_by_name(
    postgres_server: PostgresServer,
) -> None:
    types = "CREATE TYPE a AS (x text, y text); CREATE TYPE b AS (y text, x text)"

    assert [("(2,1)",)] == migrated(
        postgres_server,
        f"{types}; CREATE TABLE t (c a)",
        f"{types}; CREATE TABLE t (c b)",
        "INSERT INTO t VALUES (ROW(1, 2))",
        "SELECT c::text FROM t",
    )


def test_rows_become_json_and_come_back(postgres_server: PostgresServer) -> None:
    kind = "CREATE TYPE pair AS (a integer, b text)"

    assert [({"a": 1, "b": "x"}, "(2,y)")] == migrated(
        postgres_server,
        f"{kind}; CREATE TABLE t (c pair, d jsonb)",
        f"{kind}; CREATE TABLE t (c jsonb, d pair)",
        """INSERT INTO t VALUES (ROW(1, 'x'), '{"b": "y", "a": 2}')""",
        "SELECT c, d::text FROM t",
    )


def test_a_cast_of_ones_own_is_taken_where_there_is_one(postgres_server: PostgresServer) -> None:
    kind = "CREATE TYPE mood AS ENUM ('1', '2')"
    table, cast = "CREATE TABLE t (a {})", "CREATE CAST (mood AS integer) WITH INOUT"
    old, new = table.format("mood"), table.format("integer")

    assert ["a::text::integer", "a::integer"] == [
        planned(postgres_server, f"{kind}; {old}{more}", f"{kind}; {new}{more}")[0].sql.split()[-1]
        for more in ("", f"; {cast}")
    ]


def test_rows_in_arrays_are_never_taken_for_other_fields(postgres_server: PostgresServer) -> None:
    old = "CREATE TYPE pair AS (a text, b text); CREATE TABLE t (c pair[])"
    new = "CREATE TYPE pair AS (b text, a text); CREATE TABLE t (c pair[])"

    assert [("{}",)] == migrated(
        postgres_server, old, new, "INSERT INTO t VALUES ('{}')", "SELECT c::text FROM t"
    )
    with pytest.raises(SqlError, match="moved by hand"):
        migrated(
            postgres_server,
            old,
            new,
            "INSERT INTO t VALUES (ARRAY[ROW(1, 2)::pair])",
            "SELECT c::text FROM t",
        )
    assert (
        "fails if an array holds a row: SELECT count(*) FROM public.t WHERE cardinality(c) > 0"
        in hazards(planned(postgres_server, old, new))
    )


def test_ranges_are_text_while_their_type_is_made_again(postgres_server: PostgresServer) -> None:
    table = "CREATE TABLE t (a span, b span[])"
    index = "CREATE INDEX i ON t USING gist (a)"

    assert [("[1,3)", '{"[1,2)",empty}')] == migrated(
        postgres_server,
        f"CREATE TYPE span AS RANGE (subtype = integer); {table}; {index}",
        f"CREATE TYPE span AS RANGE (subtype = bigint); {table}; {index}",
        """INSERT INTO t VALUES ('[1,3)', '{"[1,2)",empty}')""",
        "SELECT a::text, b::text FROM t",
    )


def test_a_domain_that_asks_more_is_made_again_under_what_contains_it(
    postgres_server: PostgresServer,
) -> None:
    rest = "CREATE TYPE c AS (d d); CREATE TABLE t (a d[], b c, e d DEFAULT 2)"

    assert [("{1,2}", "(3)", "4")] == migrated(
        postgres_server,
        f"CREATE DOMAIN d AS integer; {rest}",
        f"CREATE DOMAIN d AS integer NOT NULL CHECK (VALUE > 0); {rest}",
        "INSERT INTO t VALUES ('{1,2}', ROW(3), 4)",
        "SELECT a::text, b::text, e::text FROM t",
    )


def test_a_check_of_a_domain_says_which_rows_are_in_its_way(
    postgres_server: PostgresServer,
) -> None:
    rest = """CREATE TABLE t ("A" d, b integer)"""
    plan = planned(
        postgres_server,
        f"CREATE DOMAIN d AS text; {rest}",
        f"CREATE DOMAIN d AS text NOT NULL CHECK (VALUE <> 'VALUE'); {rest}",
    )
    queries = [hazard.split(": ", 1)[1] for hazard in hazards(plan) if ": " in hazard]

    assert [
        'SELECT count(*) FROM public.t WHERE "A" IS NULL',
        """SELECT count(*) FROM public.t WHERE NOT (("A" <> 'VALUE'::text))""",
    ] == queries
    with postgres_server.database() as connection:
        connection.execute(f"CREATE DOMAIN d AS text; {rest}")
        connection.execute("INSERT INTO t VALUES ('VALUE'), (NULL), ('x')")

        assert [[(1,)], [(1,)]] == [connection.query(query) for query in queries]


def test_a_removed_value_says_which_rows_are_in_its_way(postgres_server: PostgresServer) -> None:
    table = "CREATE TABLE t (a mood, b mood[])"
    old = f"CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s'); {table}"
    plan = planned(postgres_server, old, f"CREATE TYPE mood AS ENUM ('ok'); {table}")
    queries = [hazard.split(": ", 1)[1] for hazard in hazards(plan) if ": " in hazard]
    with postgres_server.database() as connection:
        connection.execute(old)
        connection.execute("INSERT INTO t VALUES ('sad', '{ok,sad}'), ('ok', '{ok}'), ('ok', NULL)")

        assert [[(1,)], [(1,)]] == [connection.query(query) for query in queries]


def test_a_dropped_attribute_is_destructive_where_a_column_holds_it(
    postgres_server: PostgresServer,
) -> None:
    old, new = "CREATE TYPE c AS (a integer, b text)", "CREATE TYPE c AS (a integer)"
    table = "CREATE TABLE t (c c)"

    assert [False] == [each.destructive for each in planned(postgres_server, old, new)]
    assert [True] == [
        each.destructive for each in planned(postgres_server, f"{old}; {table}", f"{new}; {table}")
    ]


def test_a_domain_without_checks_takes_its_type_without_a_rewrite(
    postgres_server: PostgresServer,
) -> None:
    domain = "CREATE DOMAIN d AS text; CREATE DOMAIN e AS text CHECK (VALUE <> '')"
    old, new = f"{domain}; CREATE TABLE t (a text, b text)", f"{domain}; CREATE TABLE t (a d, b e)"
    plan = planned(postgres_server, old, new)

    assert [
        "ALTER TABLE public.t ALTER COLUMN a TYPE public.d",
        "ALTER TABLE public.t ALTER COLUMN b TYPE public.e",
    ] == [each.sql for each in plan]
    assert [[], [Identity("table", "public", "t")]] == [
        rewritten(postgres_server, old, each.sql) for each in plan
    ]


def rewritten(server: PostgresServer, schema: str, statement: str) -> list[Identity]:
    with server.database() as connection:
        connection.execute(schema)
        before = DIALECT.sight(connection).storage
        connection.execute(statement)
        after = DIALECT.sight(connection).storage
        return [name for name, node in before.items() if after.get(name) != node]


def test_only_what_needs_an_operator_is_made_again_with_it(
    postgres_server: PostgresServer,
) -> None:
    rest = """CREATE TABLE t (a integer); CREATE VIEW uses AS SELECT a FROM t WHERE a ==> 1;
        CREATE VIEW apart AS SELECT a FROM t WHERE a = 1; CREATE INDEX i ON t (a) WHERE a ==> 2"""
    create = "CREATE OPERATOR ==> (FUNCTION = {}, LEFTARG = integer, RIGHTARG = integer)"
    plan = planned(
        postgres_server,
        f"{create.format('int4ge')}; {rest}",
        f"{create.format('int4gt')}; {rest}",
    )

    assert [
        "DROP VIEW",
        "DROP INDEX",
        "DROP OPERATOR",
        "CREATE OPERATOR",
        "CREATE INDEX",
        "CREATE VIEW",
    ] == [" ".join(each.sql.split()[:2]) for each in plan]


def test_a_changed_mapping_touches_nothing_else(postgres_server: PostgresServer) -> None:
    config = """CREATE TEXT SEARCH CONFIGURATION c (parser = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH {};
        CREATE TABLE t (a text, b tsvector GENERATED ALWAYS AS (to_tsvector('c', a)) STORED)"""

    at = "ALTER TEXT SEARCH CONFIGURATION public.c"

    assert [f"{at} ALTER MAPPING FOR word WITH pg_catalog.english_stem"] == [
        each.sql
        for each in planned(postgres_server, config.format("simple"), config.format("english_stem"))
    ]


def test_a_composite_type_used_by_nothing_is_altered_in_place(
    postgres_server: PostgresServer,
) -> None:
    plan = planned(
        postgres_server,
        "CREATE TYPE c AS (a integer, b text)",
        "CREATE TYPE c AS (a bigint, b text, d date)",
    )

    assert [
        "ALTER TYPE public.c ALTER ATTRIBUTE a TYPE bigint",
        "ALTER TYPE public.c ADD ATTRIBUTE d date",
    ] == [each.sql for each in plan]


def test_the_server_refuses_what_the_plan_goes_around(postgres_server: PostgresServer) -> None:
    """Should a version of the server allow one of these, the plan could be shorter."""
    for script_, refused in (
        (
            "CREATE DOMAIN d AS integer; CREATE TABLE t (a d[])",
            "ALTER DOMAIN d ADD CHECK (VALUE > 0)",
        ),
        (
            "CREATE TYPE c AS (a integer); CREATE TABLE t (a c[])",
            "ALTER TYPE c ALTER ATTRIBUTE a TYPE bigint",
        ),
        (
            "CREATE TYPE r AS RANGE (subtype = integer)",
            "ALTER FUNCTION r(integer, integer) RENAME TO q",
        ),
    ):
        with postgres_server.database() as connection:
            connection.execute(script_)
            with pytest.raises(StatementFailed):
                connection.execute(refused)


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        ("ENUM ('c', 'b', 'a')", "ENUM ('a', 'b', 'z')", "('a', '{b,NULL}', NULL)"),
        ("(x integer, y text)", "(y text, x bigint, z date)", "((1, 'a'), '{}', (NULL, 'b'))"),
        ("RANGE (subtype = integer)", "RANGE (subtype = bigint)", "('[1,3)', '{empty}', NULL)"),
    ],
    ids=["enum", "composite", "range"],
)
def test_the_undo_leads_the_values_back(
    old: str, new: str, rows: str, postgres_server: PostgresServer
) -> None:
    table = "CREATE TABLE t (a kind, b kind[], c kind); CREATE VIEW v AS SELECT a FROM t"
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(f"CREATE TYPE kind AS {old}; {table}")
        right.execute(f"CREATE TYPE kind AS {new}; {table}")
        start = DIALECT.inspect(left)
        plan = make_plan(DIALECT, start, DIALECT.inspect(right))
        left.execute(f"INSERT INTO t VALUES {rows}")
        before = left.query("SELECT a::text, b::text, c::text FROM t")
        for each in plan.statements:
            left.execute(each.sql)
        left.execute(undo_sql(plan))

        assert before == left.query("SELECT a::text, b::text, c::text FROM t")
        assert start.objects == DIALECT.inspect(left).objects


def test_the_undo_says_which_values_have_no_place(postgres_server: PostgresServer) -> None:
    table = "CREATE TABLE t (a mood)"
    old, new = (f"CREATE TYPE mood AS ENUM ({each}); {table}" for each in ("'a', 'b'", "'a', 'z'"))
    plan = planned(postgres_server, old, new)
    (query,) = [
        hazard.split(": ", 1)[1]
        for each in plan
        for hazard in each.undo_hazards
        if hazard.startswith("rows that hold z make it fail")
    ]
    with postgres_server.database() as connection:
        connection.execute(new)
        connection.execute("INSERT INTO t VALUES ('z'), ('a')")

        assert [(1,)] == connection.query(query)
