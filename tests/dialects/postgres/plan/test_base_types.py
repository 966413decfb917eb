"""Base types and the functions that they are made of, while they come and go."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres import DIALECT
from tests.dialects.postgres.watch.test_look import same

STATEMENTS = (
    "CREATE TYPE t",
    "CREATE FUNCTION t_in(cstring) RETURNS t LANGUAGE internal IMMUTABLE STRICT AS 'textin'",
    "CREATE FUNCTION t_out(t) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout'",
    "CREATE TYPE t (INPUT = t_in, OUTPUT = t_out, LIKE = text)",
    "CREATE TABLE holds (one t, several t[])",
    "CREATE FUNCTION takes(t) RETURNS t LANGUAGE sql AS 'SELECT $1'",
    "ALTER TYPE t SET (STORAGE = main)",
    "ALTER TYPE t RENAME TO other",
    "COMMENT ON TYPE other IS 'words'",
    "DROP TYPE other CASCADE",
)


def test_each_step_is_seen_as_it_is(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        look = DIALECT.sight(connection)
        for statement in STATEMENTS:
            connection.execute(statement)
            look = same(connection, look)


def test_functions_of_a_type_need_its_name_and_all_else_needs_the_type(
    superuser_server: PostgresServer,
) -> None:
    with superuser_server.database() as connection:
        for statement in STATEMENTS[:6]:
            connection.execute(statement)
        needs = {f"{one} -> {other}" for one, other in DIALECT.inspect(connection).dependencies}

    shell, whole = "shell type public.t", "base type public.t"
    takes_in, gives_out = "function public.t_in(cstring)", "function public.t_out(public.t)"
    assert {
        f"{takes_in} -> {shell}",
        f"{gives_out} -> {shell}",
        f"{whole} -> {shell}",
        f"{whole} -> {takes_in}",
        f"{whole} -> {gives_out}",
        f"function public.takes(public.t) -> {whole}",
        f"column public.holds.one -> {whole}",
        f"column public.holds.several -> {whole}",
    } == needs
