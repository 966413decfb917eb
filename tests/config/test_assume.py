"""What `[lint.assume]` may say of production, and where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.config.assume import NOTHING, Assumed
from ci_runner.errors import ConfigError
from tests.config.test_policy import loaded


def test_a_version_and_rows_by_pattern_are_read_in_their_order(tmp_path: Path) -> None:
    text = """[lint.assume]
version = "14.2"
rows = { orders = 118_000_000, "audit.*" = 5 }
"""
    found = loaded(tmp_path, text).policy.assumed

    assert Assumed("14.2", {"orders": 118_000_000, "audit.*": 5}) == found
    assert ["orders", "audit.*"] == list(found.rows)
    assert (14, 2) == found.numbers
    assert "version 14.2, 118000000 rows in orders, 5 rows in audit.*" == str(found)


def test_nothing_is_assumed_where_nothing_is_said(tmp_path: Path) -> None:
    found = loaded(tmp_path, "").policy.assumed

    assert NOTHING == found
    assert ((), "nothing") == (found.numbers, str(found))


def test_a_major_version_may_be_a_number(tmp_path: Path) -> None:
    assert (13,) == loaded(tmp_path, "[lint.assume]\nversion = 13\n").policy.assumed.numbers


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[lint]\nassume = 13", 6, "a table with `version` and `rows`"),
        ("[lint.assume]\nversoin = 13", 6, "did you mean `version`?"),
        ("[lint.assume]\nversion = 13.10", 6, "a version in quotes"),
        ("[lint.assume]\nversion = 'newest'", 6, "can't be 'newest'"),
        ("[lint.assume]\nversion = true", 6, "a version in quotes"),
        ("[lint.assume]\nrows = 3", 6, "a table of name = number of rows"),
        ("[lint.assume.rows]\norders = -1", 5, "a whole number, 0 or more"),
        ("[lint.assume.rows]\norders = 'many'", 5, "a whole number, 0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_on_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)

    assert f"schema-ci.toml:{line}" == refused.value.where
    assert said in str(refused.value)
