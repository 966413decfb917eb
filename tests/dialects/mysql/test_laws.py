"""The three laws on every case folder, and on some of the public cases where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from tests.dialects.mysql.laws import ORDERED, UNORDERED, judge, texts

CASES = Path(__file__).parents[2] / "cases"
COMMON = sorted((CASES / "mysql").iterdir())
SHARED = Path(__file__).parents[4] / "shared" / "cases" / "diff" / "mysql"


def flavour(server: MysqlServer) -> str:
    return "mariadb" if server.description.startswith("MariaDB") else "mysql"


@pytest.mark.parametrize("folder", COMMON, ids=lambda folder: folder.name)
def test_a_plan_leads_there_and_back(folder: Path, mysql_server: MysqlServer) -> None:
    found = judge(mysql_server, *texts(folder), ORDERED)

    assert ("", "") == (found.unread, found.broken)


@pytest.mark.parametrize("folder", COMMON, ids=lambda folder: folder.name)
def test_the_way_back_is_a_plan_too(folder: Path, mysql_server: MysqlServer) -> None:
    old, new = texts(folder)
    found = judge(mysql_server, new, old, UNORDERED)

    assert ("", "") == (found.unread, found.broken)


def test_what_only_one_of_them_has_obeys(mysql_server: MysqlServer) -> None:
    wrong: dict[str, str] = {}
    for folder in sorted((CASES / f"{flavour(mysql_server)}-only").iterdir()):
        old, new = texts(folder)
        for found in (
            judge(mysql_server, old, new, ORDERED),
            judge(mysql_server, new, old, UNORDERED),
        ):
            if found.unread or found.broken:
                wrong[folder.name] = found.unread or found.broken

    assert {} == wrong


def test_every_twenty_sixth_public_case_obeys(mysql_superuser_server: MysqlServer) -> None:
    """All of them: script/score-mysql. Some have definers of their own."""
    places = sorted(each.parent for each in SHARED.glob("*/*/new.sql"))[::26]
    if not places:
        pytest.skip("needs ../shared/cases/diff/mysql beside the checkout")
    broken = []
    for place in places:
        level = json.loads((place / "meta.json").read_text())["level"]
        found = judge(mysql_superuser_server, *texts(place), UNORDERED, equal=level == "none")
        broken += [f"{place.name}: {found.broken}"] if found.broken else []

    assert [] == broken
