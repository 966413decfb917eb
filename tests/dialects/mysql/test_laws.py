"""The three laws on every case folder, and on some of the public cases where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.mariadb_local import local_mariadb
from tests.dialects.mysql.laws import ORDERED, UNORDERED, judge, texts

CASES = Path(__file__).parents[2] / "cases" / "mysql"
SHARED = Path(__file__).parents[4] / "shared" / "cases" / "diff" / "mysql"


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_a_plan_leads_there_and_back(folder: Path, maria_server: MysqlServer) -> None:
    found = judge(maria_server, *texts(folder), ORDERED)

    assert ("", "") == (found.unread, found.broken)


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_the_way_back_is_a_plan_too(folder: Path, maria_server: MysqlServer) -> None:
    old, new = texts(folder)
    found = judge(maria_server, new, old, UNORDERED)

    assert ("", "") == (found.unread, found.broken)


def test_every_twenty_sixth_public_case_obeys() -> None:
    """All of them: script/score-mysql."""
    places = sorted(each.parent for each in SHARED.glob("*/*/new.sql"))[::26]
    if not places:
        pytest.skip("needs ../shared/cases/diff/mysql beside the checkout")
    broken = []
    # Some have definers of their own.
    with local_mariadb(superuser=True) as server:
        for place in places:
            level = json.loads((place / "meta.json").read_text())["level"]
            found = judge(server, *texts(place), UNORDERED, equal=level == "none")
            broken += [f"{place.name}: {found.broken}"] if found.broken else []

    assert [] == broken
