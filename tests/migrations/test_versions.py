"""Order of versions and the one that comes next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ci_runner.migrations.versions import following, natural, slug

WHEN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_digits_count_as_numbers_in_every_part() -> None:
    names = ["0.2/00__a.sql", "0.10/00__x.sql", "0.10/1.sql", "0.10/02.sql"]

    assert names == sorted(reversed(names), key=natural)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("000009", "000010"),
        ("9", "10"),
        ("20240101000000", "20260203040506"),
        ("20260203235959", "20260204000000"),
        ("20269999999999", "20270000000000"),
        ("1510262030", str(int(WHEN.timestamp()))),
        ("1999999999", "2000000000"),
    ],
)
def test_next_version_keeps_the_style_and_comes_after(last: str, expected: str) -> None:
    assert expected == following(last, WHEN)


def test_description_becomes_a_file_name_part() -> None:
    assert "add_users_email" == slug("Add users.email!")
    assert "change" == slug("../")
