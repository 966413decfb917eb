"""A changelog comes from a pull request, and may be written to be read for ever."""

from __future__ import annotations

import pytest

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.entries import entries

# Each line names the one before nine times: the last would print as half a gigabyte.
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("tail", ["databaseChangeLog: [*i]\n", "databaseChangeLog: *i\n"])
def test_aliases_of_aliases_are_not_printed(tail: str) -> None:
    with pytest.raises(SqlError, match="can't be read") as refused:
        entries((BOMB + tail).encode(), "c.yaml")

    assert "a list stands where an include or a change set should" == refused.value.said


def test_what_is_no_include_is_told() -> None:
    with pytest.raises(SqlError) as refused:
        entries(b"databaseChangeLog: [a.sql]\n", "c.yaml")

    assert "'a.sql' stands where an include or a change set should" == refused.value.said
