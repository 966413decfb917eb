"""The type of a column that a view uses is changed, which the server refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if step.failure is not None and explained(step) == "type-change-view":
            yield Hit(
                f"{step.failure.message}: the statement fails", step, evidence=step.failure.detail
            )


RULE = Rule(
    id="type-change-view",
    title="Type change under a view",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The statement fails as long as a view, a rule or a generated column uses the column.",
    instead="Drop the view, change the type and make the view again, in one file.",
    check=_check,
)
