"""The three laws on every case folder, and on public cases where they are at hand.

Applying the plan leaves no difference, planning again is empty, undoing returns to the start.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlanOptions
from ci_runner.dialects.postgres import DIALECT
from ci_runner.errors import SqlError
from tests.conftest import require
from tests.dialects.postgres.dump import pg_dump
from tests.dialects.postgres.laws import loaded, obeys, reached, there

CASES = Path(__file__).parents[2] / "cases"
# What stands in `postgres-superuser` needs a superuser or roles of its own; roles are made where
# they are missing, for all cases of a server share them.
NAMES = sorted(
    f"{folder}/{each.name}"
    for folder in ("postgres", "postgres-superuser")
    for each in (CASES / folder).iterdir()
)
SHARED = Path(__file__).parents[4] / "shared" / "cases" / "diff" / "postgres"
ONLINE = PlanOptions(online=True, leave=frozenset())


class Place(NamedTuple):
    folder: Path
    server: PostgresServer


@pytest.fixture(scope="session")
def server(postgres_server: PostgresServer) -> PostgresServer:
    if pg_dump() is None:
        require("needs pg_dump: apt-get install postgresql-client")
    return postgres_server


@pytest.fixture(scope="session")
def name(request: pytest.FixtureRequest) -> str:
    """Of the session, so that pytest runs the tests of one case one after another."""
    return str(request.param)


@pytest.fixture
def place(name: str, request: pytest.FixtureRequest, server: PostgresServer) -> Place:
    """A case with the server that it needs."""
    superuser = name.startswith("postgres-superuser/")
    return Place(CASES / name, request.getfixturevalue("superuser_server") if superuser else server)


@pytest.mark.parametrize("name", NAMES, indirect=True)
def test_a_plan_leads_there_and_back(place: Place) -> None:
    there(place.server, place.folder / "old.sql", place.folder / "new.sql")


@pytest.mark.parametrize("name", NAMES, indirect=True)
def test_the_opposite_plan_leads_there_and_back(place: Place) -> None:
    there(place.server, place.folder / "new.sql", place.folder / "old.sql")


@pytest.mark.parametrize(
    ("name", "in_files"),
    [(name, place % 2 == 0) for place, name in enumerate(NAMES)],
    indirect=["name"],
)
def test_an_online_plan_leads_there_and_back(place: Place, *, in_files: bool) -> None:
    """Half of the cases in files for golang-migrate, the others back and as a script."""
    sides = ("old.sql", "new.sql") if in_files else ("new.sql", "old.sql")
    old, new = (place.folder / side for side in sides)
    there(place.server, old, new, ONLINE, in_files=in_files)


@pytest.mark.parametrize("side", ["old.sql", "new.sql"])
@pytest.mark.parametrize("name", NAMES, indirect=True)
def test_a_shown_schema_makes_the_same_schema(side: str, place: Place) -> None:
    shown, _ = loaded(place.server, place.folder / side)
    with place.server.database() as right:
        for statement in DIALECT.create(shown):
            right.execute(statement.sql)
        made = DIALECT.inspect(right)

        assert shown.objects == made.objects
        assert shown.dependencies == made.dependencies


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the public cases in ../shared")
def test_public_cases_lead_there_and_back_too(server: PostgresServer) -> None:
    """Every sixtieth; `script/cases` takes them all. A plan may not run for want of what
    is named as unmanaged, and is not offered then; whatever runs obeys the laws."""
    places = sorted(meta.parent for meta in SHARED.glob("*/*/meta.json"))[::60]
    ran = 0
    for place in places:
        with server.database() as left, server.database() as right:
            try:
                reached(left, place / "old.sql")
                reached(right, place / "new.sql")
            except SqlError:
                continue  # roles and extensions that only a superuser makes
            try:
                obeys(server, left, right)
            except SqlError:
                assert DIALECT.inspect(left).unmanaged or DIALECT.inspect(right).unmanaged, place
                continue
            ran += 1

    assert len(places) // 2 < ran
