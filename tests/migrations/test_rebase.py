"""Unmerged files get versions behind the merged ones, in each format's own manner."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.errors import SqlError
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.ours import marked
from ci_runner.migrations.rebase import rebased

WHEN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
NUMBERED = {
    "atlas": "202601010000{:02}_{}.sql",
    "golang-migrate": "{:04}_{}.up.sql",
    "flyway": "V{}__{}.sql",
    "goose": "{:05}_{}.sql",
    "dbmate": "202601010000{:02}_{}.sql",
    "plain": "{:03}_{}.sql",
}


def moves(
    style: str, merged: list[str], mine: dict[str, bytes], *, only_generated: bool = False
) -> dict[str, str]:
    """New names by old ones."""
    files = dict.fromkeys(merged, b"SELECT 1;\n")
    found = rebased("m", style, files, mine, WHEN, only_generated=only_generated)
    return {old: new for new, old in found.names.items()}


@pytest.mark.parametrize(
    ("style", "merged", "mine", "expected"),
    [
        (
            "atlas",
            ["20260301000000_a.sql"],
            ["20260201000000_b.sql"],
            {"20260201000000_b.sql": "20260301000001_b.sql"},
        ),
        ("atlas", ["20260101000000_a.sql"], ["20260201000000_b.sql"], {}),
        ("atlas", ["1_a.sql", "2_m.sql"], ["2_b.sql"], {"2_b.sql": "3_b.sql"}),
        (
            "golang-migrate",
            ["0001_a.up.sql", "0003_m.up.sql"],
            ["0002_b.up.sql", "0002_b.down.sql", "0004_c.up.sql"],
            {
                "0002_b.up.sql": "0004_b.up.sql",
                "0002_b.down.sql": "0004_b.down.sql",
                "0004_c.up.sql": "0005_c.up.sql",
            },
        ),
        (
            "flyway",
            ["V1__a.sql", "V1.2__m.sql"],
            ["V1.1__b.sql", "U1.1__b.sql", "V1.1__b.sql.conf", "R__views.sql"],
            {
                "V1.1__b.sql": "V1.3__b.sql",
                "U1.1__b.sql": "U1.3__b.sql",
                "V1.1__b.sql.conf": "V1.3__b.sql.conf",
            },
        ),
        ("flyway", ["V1_1__a.sql"], ["x/V1_1__b.sql"], {"x/V1_1__b.sql": "x/V1_2__b.sql"}),
        ("plain", ["1_a.sql", "10_m.sql"], ["9_b.sql"], {"9_b.sql": "11_b.sql"}),
        (
            "plain",
            ["001_a/up.sql", "003_m/up.sql"],
            ["002_b/up.sql", "002_b/down.sql"],
            {"002_b/up.sql": "004_b/up.sql", "002_b/down.sql": "004_b/down.sql"},
        ),
    ],
)
def test_each_format_is_moved_in_its_own_manner(
    style: str, merged: list[str], mine: list[str], expected: dict[str, str]
) -> None:
    assert expected == moves(style, merged, dict.fromkeys(mine, b"SELECT 2;\n"))


@pytest.mark.parametrize("style", sorted(NUMBERED))
@settings(deadline=None)
@given(
    versions=st.lists(st.integers(1, 30), min_size=1, max_size=10, unique=True),
    shared=st.integers(0, 30),
    data=st.data(),
)
def test_moved_files_keep_their_order_and_come_behind_all_merged_ones(
    style: str, versions: list[int], shared: int, data: st.DataObject
) -> None:
    split = data.draw(st.integers(0, len(versions)))
    merged = [NUMBERED[style].format(version, "m") for version in versions[:split]]
    numbers = sorted({*versions[split:], *([shared] if shared else [])})
    mine = {NUMBERED[style].format(number, f"b{number}"): b"" for number in numbers}

    found = moves(style, merged, mine)

    after = FORMATS[style].read(
        "m", dict.fromkeys([*merged, *(found.get(n, n) for n in mine)], b"")
    )
    names = [file.name for file in after.files]
    order = [file.name for file in FORMATS[style].read("m", mine).files]
    assert [found.get(name, name) for name in order] == names[len(merged) :]
    again = moves(style, merged, {found.get(name, name): b"" for name in mine})
    assert {} == again


def test_only_what_was_generated_moves_on_request() -> None:
    mine = {"002_b.sql": marked(b"SELECT 1;\n"), "003_c.sql": b"SELECT 2;\n"}

    assert {"002_b.sql": "005_b.sql"} == moves(
        "plain", ["001_a.sql", "004_m.sql"], mine, only_generated=True
    )


@pytest.mark.parametrize(
    ("merged", "mine", "said"),
    [
        (["1_a.sql", "z.sql"], ["x.sql"], "holds no version"),
        (["2_m/1_x.sql"], ["1_b/1_y.sql"], "no version puts the files behind"),
    ],
)
def test_what_no_version_can_move_is_said(merged: list[str], mine: list[str], said: str) -> None:
    with pytest.raises(SqlError, match=said):
        moves("plain", merged, dict.fromkeys(mine, b"SELECT 1;\n"))


def test_two_files_of_one_version_had_no_order_before() -> None:
    merged = {"0001_a.up.sql": b"", "0002_m.up.sql": b""}

    found = rebased(
        "m", "golang-migrate", merged, {"0002_b.up.sql": b""}, WHEN, only_generated=False
    )

    assert found.before is None
    assert ["0001_a.up.sql", "0002_m.up.sql", "0003_b.up.sql"] == [
        f.name for f in found.after.files
    ]
