"""The laws of planning on the newest PostgreSQL: its catalogue is not that of the oldest."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from tests.dialects.postgres.laws import NEWEST, there
from tests.dialects.postgres.test_laws import CASES, NAMES, ONLINE

# The wheel is built without ICU and without most of contrib.
_LACKING = {"postgres/collations_change_under_what_uses_them", "postgres-superuser/extension_moves"}
# Since version 16 a child generates no column that its parent does not generate.
_REFUSED = {"postgres/only_a_child_generates_its_column"}
THERE = [name for name in NAMES if name not in _LACKING | _REFUSED]


def test_it_is_the_newest(newest_server: PostgresServer) -> None:
    with newest_server.database() as connection:
        ((version,),) = connection.query("SHOW server_version_num")

    assert str(NEWEST) == str(version)[:2]


@pytest.mark.parametrize("name", THERE)
def test_a_plan_leads_there_and_back(name: str, newest_server: PostgresServer) -> None:
    there(newest_server, CASES / name / "old.sql", CASES / name / "new.sql")


def test_not_null_goes_on_the_way_back_from_an_online_key(newest_server: PostgresServer) -> None:
    """The key of a partition makes its NOT NULL one of its own."""
    place = CASES / "postgres/partitions_become_not_null_by_a_key"

    there(newest_server, place / "old.sql", place / "new.sql", ONLINE)
