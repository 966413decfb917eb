"""Plans for a database that is only read are proven on another one with the same schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.server import Server
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import ProofError
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.schema_diff import schema_diff
from ci_runner.schema.select import Selection, pattern

# Only a superuser can make such a function, and the dev server's owner is none.
ODD = (
    "CREATE FUNCTION odd() RETURNS int LANGUAGE internal AS 'pg_backend_pid'",
    "CREATE TABLE odd (a int DEFAULT odd())",
    "CREATE TABLE plain (a int)",
)


@pytest.fixture
def source(superuser_server: PostgresServer) -> Iterator[str]:
    with superuser_server.database() as session:
        for each in ODD:
            session.execute(each)
        ((name,),) = session.query("SELECT current_database()")
        host = dict(part.split("=") for part in superuser_server.admin.split())["host"]
        yield f"postgres://postgres@/{name}?host={host}"


@pytest.fixture
def goal(tmp_path: Path) -> str:
    (tmp_path / "new.sql").write_text("CREATE TABLE plain (a int, b int);\n")
    return str(tmp_path / "new.sql")


def test_a_schema_that_can_not_be_made_here_gives_no_plan(
    source: str, goal: str, postgres_server: PostgresServer
) -> None:
    with pytest.raises(ProofError, match="the old schema can't be made") as wrong:
        schema_diff(postgres_server, source, goal, Terms())

    assert "--exclude" in wrong.value.next_step


def test_what_is_left_out_need_not_be_made_and_the_plan_says_so(
    source: str, goal: str, postgres_server: PostgresServer
) -> None:
    terms = Terms(selection=Selection(exclude=(pattern("public.odd"),)))

    found = schema_diff(postgres_server, source, goal, terms)

    (added,) = found.plan.statements
    assert ("ALTER TABLE public.plain ADD COLUMN b integer", 1) == (added.sql, len(added.locks))
    assert "the plan was proven without what is left out" in found.remark


def test_nothing_needs_to_be_made_where_nothing_differs(
    source: str, postgres_server: PostgresServer
) -> None:
    found = schema_diff(postgres_server, source, source, Terms())

    assert ((), "") == (found.plan.statements, found.remark)


def folder(root: Path, *files: str) -> str:
    root.mkdir()
    for number, sql in enumerate(files, start=1):
        (root / f"{number}.sql").write_text(sql)
    return str(root)


@pytest.mark.parametrize(
    "shared",
    [
        "CREATE TABLE t (a int);",
        "CREATE TEMP TABLE gone (a int); CREATE TABLE t (a int);",  # is in no copy
    ],
)
@pytest.mark.parametrize("server", ["postgres_server", "sqlite_server"])
def test_what_both_sides_begin_with_is_part_of_both(
    request: pytest.FixtureRequest, server: str, shared: str, tmp_path: Path
) -> None:
    old = folder(tmp_path / "old", shared, "CREATE TABLE old (a int);")
    new = folder(tmp_path / "new", shared, "CREATE TABLE new (a int);", "DROP TABLE t;")

    compared = schema_diff(request.getfixturevalue(server), old, new, Terms())

    assert {"create table", "drop table"} == {
        " ".join(each.sql.split()[:2]).lower() for each in compared.plan.statements
    }
    assert {"new", "old", "t"} == {each.object.name for each in compared.plan.statements}


def test_equal_sources_have_no_plan(postgres_server: PostgresServer, tmp_path: Path) -> None:
    one = folder(tmp_path / "one", "CREATE TABLE t (a int);")

    assert () == schema_diff(postgres_server, one, one, Terms()).plan.statements


@pytest.fixture
def sqlite_server() -> Iterator[Server]:
    with embedded(SQLITE) as server:
        yield server
