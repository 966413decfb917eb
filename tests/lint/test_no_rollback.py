"""Where a directory has down files, a new file needs one."""

from __future__ import annotations

import pytest

from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Review
from ci_runner.migrations.directory import Directory, changed
from ci_runner.migrations.formats import FORMATS
from ci_runner.schema.model import Schema


def reviewed(*names: str) -> list[tuple[str, str]]:
    """The findings on a directory that had 1_users in both directions, and has `names` now."""

    def directory(*found: str) -> Directory:
        return FORMATS["golang-migrate"].read("migrations", dict.fromkeys(found, b"SELECT 1;"))

    merged = ("1_users.up.sql", "1_users.down.sql")
    change = changed(directory(*merged), directory(*names))
    review = Review("postgres", "public", Schema("postgres"), (), change)
    return [(each.rule, each.path) for each in check(review, Policy())]


@pytest.mark.parametrize(
    "names",
    [
        ("1_users.up.sql", "1_users.down.sql", "2_email.up.sql", "2_email.down.sql"),
        ("1_users.up.sql", "2_email.up.sql"),
        ("1_users.up.sql", "1_users.down.sql"),
    ],
)
def test_a_file_with_its_down_file_or_among_others_without_is_fine(names: tuple[str, ...]) -> None:
    assert [] == reviewed(*names)


def test_a_file_without_its_down_file_is_told() -> None:
    found = reviewed("1_users.up.sql", "1_users.down.sql", "2_email.up.sql")

    assert [("no-rollback", "migrations/2_email.up.sql")] == found
