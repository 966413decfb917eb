"""Migrations that are no SQL are named: new ones loudly, merged ones once."""

from __future__ import annotations

from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Review
from ci_runner.migrations.directory import Directory, changed
from ci_runner.migrations.formats import FORMATS
from ci_runner.schema.model import Schema


def directory(*names: str) -> Directory:
    return FORMATS["goose"].read("migrations", dict.fromkeys(names, b"-- +goose Up\n"))


def reviewed(base: Directory, head: Directory) -> list[tuple[str, str, str]]:
    review = Review("postgres", "public", Schema("postgres"), (), changed(base, head))
    return [(each.rule, str(each.severity), each.path) for each in check(review, Policy())]


def test_sql_alone_is_fine() -> None:
    assert [] == reviewed(directory("1_a.sql"), directory("1_a.sql", "2_b.sql"))


def test_a_new_one_is_a_warning_and_all_merged_ones_are_one_note() -> None:
    found = reviewed(
        directory("1_a.sql", "2_b.go", "3_c.go"), directory("1_a.sql", "2_b.go", "3_c.go", "4_d.go")
    )

    assert [
        ("unread-migration", "note", "migrations/2_b.go"),
        ("unread-migration", "warning", "migrations/4_d.go"),
    ] == found
