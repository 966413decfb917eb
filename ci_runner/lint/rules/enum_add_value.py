"""A new value of an enum is used in the transaction that adds it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """A server before 12 wants no transaction around ADD VALUE at all, which it says itself."""
    for step in review.steps:
        if step.failure is not None and explained(step) == "enum-add-value":
            yield Hit(f"{step.failure.message}: the statement fails", step)


RULE = Rule(
    id="enum-add-value",
    title="Enum value used too early",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why=(
        "The statement fails: a new value can be used only after the transaction that adds it"
        " has ended."
    ),
    instead="Add the value in a file of its own; use it in a later one.",
    check=_check,
    aliases=(
        "avoidAlterEnumAddValue",
        "STATEMENT_NON_TRANSACTIONAL",
    ),
)
