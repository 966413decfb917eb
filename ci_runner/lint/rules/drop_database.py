"""A database is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropObject
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(DropObject):
        for drop in step.operations:
            if isinstance(drop, DropObject) and drop.kind == "database":
                yield Hit(f"drops database {drop.name} with all that is in it", step)


RULE = Rule(
    id="drop-database",
    title="Dropped database",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="Everything in it is gone, for every client at once.",
    instead="Drop it by hand, after a backup, when nothing connects to it any more.",
    check=_check,
    aliases=(
        "ban-drop-database",
        "banDropDatabase",
        "US008",
        "DropDatabaseCheck",
    ),
)
