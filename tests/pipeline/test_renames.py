"""Declared renames keep the data, lead to the desired schema and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.replay import replay
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.dialects.postgres import DIALECT as POSTGRES
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import UsageError
from ci_runner.migrations.plan import sql, undo_sql
from ci_runner.migrations.statements import split
from ci_runner.pipeline.compare import Compared, compare
from ci_runner.pipeline.declared import flags, in_source
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.sources import load, loaded, scripts
from ci_runner.schema.model import Identity, Schema, Table
from tests.dialects.postgres.laws import seen, unnamed_difference

CASES = Path(__file__).parent.parent / "cases" / "renames"
FOLDERS = sorted(CASES.glob("*/*"))


@pytest.fixture
def sqlite_server() -> Iterator[Server]:
    with embedded(SQLITE) as server:
        yield server


def run(connection: Connection, dialect: Dialect, text: str) -> None:
    for statement in split(text, "plan.sql", dialect.syntax):
        connection.execute(statement.text)


def counted(connection: Connection, dialect: Dialect, schema: Schema) -> list[int]:
    """How many rows all tables hold, sorted: a rename changes none of these."""
    found = []
    for each in schema.of_type(Table):
        name = ".".join(dialect.quote(part) for part in (each.schema, each.name) if part)
        ((rows,),) = connection.query(f"SELECT count(*) FROM {name}")
        found.append(int(str(rows)))
    return sorted(found)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_renamed_object_keeps_its_rows_there_and_back(
    folder: Path, postgres_server: PostgresServer, sqlite_server: Server
) -> None:
    server: Server = postgres_server if folder.parent.name == "postgres" else sqlite_server
    dialect = server.dialect
    terms = Terms(declared=in_source(str(folder / "new.sql")))
    with loaded(server, str(folder / "old.sql")) as left:
        old, goal = dialect.inspect(left), load(server, str(folder / "new.sql"))
        rows = counted(left, dialect, old)

        compared = compare(left, dialect, old, goal, terms)

        text = sql(compared.plan)
        assert old == dialect.inspect(left), "the database was not left as it was"
        assert not compared.plan.destructive, text
        assert () == compared.questions
        run(left, dialect, text)
        after = dialect.inspect(left)
        assert rows == counted(left, dialect, after)
        assert () == dialect.plan(after, goal), text
        assert () == compare(left, dialect, after, goal, terms).plan.statements, "not quiet"
        if isinstance(server, PostgresServer):
            with loaded(server, str(folder / "new.sql")) as right:
                assert [] == unnamed_difference(seen(server, left), seen(server, right), ())
        undo = undo_sql(compared.plan)
        if "no way back" not in undo:
            run(left, dialect, undo)
            assert () == dialect.plan(dialect.inspect(left), old), undo
            assert rows == counted(left, dialect, old)


def planned(server: PostgresServer, tmp_path: Path, old: str, new: str, *renames: str) -> Compared:
    (tmp_path / "old.sql").write_text(old)
    (tmp_path / "new.sql").write_text(new)
    goal = load(server, str(tmp_path / "new.sql"))
    declared = (*flags("rename", renames), *in_source(str(tmp_path / "new.sql")))
    with server.database() as connection:
        replay(connection, scripts(POSTGRES, str(tmp_path / "old.sql")))
        schema = POSTGRES.inspect(connection)
        return compare(connection, POSTGRES, schema, goal, Terms(declared=declared))


USERS = "CREATE TABLE users (id int, email text);"
MAILS = "CREATE TABLE users (id int, mail text);"


@pytest.mark.parametrize(
    ("old", "new", "rename", "said"),
    [
        (USERS, MAILS, "users.emial -> users.mail", "there is no object users.emial"),
        (USERS, MAILS, "view users -> people", "there is no view users"),
        (USERS, MAILS, "users.email -> users.mial", "has no column users.mial"),
        (USERS, MAILS, "users.email -> orders.mail", "has no column orders.mail"),
        (
            f"{USERS} CREATE SCHEMA users;",
            "CREATE TABLE people (id int, email text); CREATE SCHEMA users;",
            "users -> people",
            "users may be any of: schema users, table public.users",
        ),
        (
            f"{USERS} ALTER TABLE users ADD mail text;",
            MAILS,
            "users.email -> users.mail",
            "both are there",
        ),
        (
            f"{USERS} CREATE VIEW people AS SELECT 1 AS one;",
            "CREATE TABLE people (id int, email text);",
            "users -> people",
            "a declared rename does not run",
        ),
    ],
)
def test_a_rename_that_fits_neither_side_is_an_error(
    postgres_server: PostgresServer, tmp_path: Path, old: str, new: str, rename: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        planned(postgres_server, tmp_path, old, new, rename)


def test_two_renames_of_one_thing_are_an_error(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="two renames speak of") as wrong:
        planned(
            postgres_server,
            tmp_path,
            USERS,
            "CREATE TABLE users (id int, mail text, address text);",
            "users.email -> users.mail",
            "users.email -> users.address",
        )

    assert "--rename 'users.email -> users.address'" == wrong.value.where


def test_a_rename_of_long_ago_says_nothing_where_both_sides_have_it(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    said = "-- schema-ci:rename users.email -> mail\n-- schema-ci:rename accounts -> users\n"

    assert () == planned(postgres_server, tmp_path, MAILS, said + MAILS).plan.statements


def test_a_rename_says_nothing_to_an_empty_database(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    said = "-- schema-ci:rename users.email -> users.mail\n"
    found = planned(postgres_server, tmp_path, "", said + MAILS)

    assert ["Create table public.users"] == [each.summary for each in found.plan.statements]


def test_a_swap_that_shows_in_nothing_is_made_when_a_flag_asks_for_it(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    tables = "CREATE TABLE blue (id int); CREATE TABLE green (id int);"
    renames = ("blue -> green", "green -> blue")
    said = "".join(f"-- schema-ci:rename {each}\n" for each in renames)

    quiet = planned(postgres_server, tmp_path, tables, said + tables)
    asked = planned(postgres_server, tmp_path, tables, tables, *renames)

    assert () == quiet.plan.statements
    assert [
        "ALTER TABLE public.blue RENAME TO blue__aside",
        "ALTER TABLE public.green RENAME TO blue",
        "ALTER TABLE public.blue__aside RENAME TO green",
    ] == [each.sql for each in asked.plan.statements]


def test_a_routine_and_a_trigger_are_renamed_by_the_forms_that_they_ask_for() -> None:
    def said(old: Identity, new: Identity) -> list[str]:
        return [each.sql for each in POSTGRES.rename(old, new)]

    assert ['ALTER FUNCTION public.f(integer) RENAME TO "G"'] == said(
        Identity("function", "public", "f(integer)"), Identity("function", "public", "G(integer)")
    )
    assert ["ALTER TRIGGER a ON public.t RENAME TO b"] == said(
        Identity("trigger", "public", "a", "t"), Identity("trigger", "public", "b", "t")
    )
    assert ["ALTER DOMAIN public.d RENAME CONSTRAINT a TO b"] == said(
        Identity("domain constraint", "public", "a", "d"),
        Identity("domain constraint", "public", "b", "d"),
    )
    assert [] == said(Identity("extension", "", "a"), Identity("extension", "", "b"))
    assert [
        "ALTER MATERIALIZED VIEW a.m SET SCHEMA b",
        "ALTER MATERIALIZED VIEW b.m RENAME TO n",
    ] == said(Identity("materialized view", "a", "m"), Identity("materialized view", "b", "n"))
