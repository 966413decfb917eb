"""A name stands twice where names must differ."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Repeated
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(Repeated):
        for each in step.operations:
            if isinstance(each, Repeated):
                yield Hit(f"{each.name} stands twice in {each.where}", step)


RULE = Rule(
    id="duplicate-column",
    title="Name given twice",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="The statement fails, or one of the two does nothing.",
    instead="Remove one of them, or correct the name that was meant.",
    check=_check,
    aliases=(
        "ban-duplicate-column-assignments",
        "GN032",
        "CT005",
        "CT006",
        "GN009",
        "INDEX_NO_DUPLICATE_COLUMN",
    ),
)
