"""A statement that the dev database refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Concurrently, CreateIndex, DropIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        failure = step.failure
        if failure is None or (failure.code == "25001" and _concurrent(step.operations)):
            continue
        code = f" (SQLSTATE {failure.code})" if failure.code else ""
        remarks = [text for text in (failure.detail, failure.hint) if text]
        yield Hit(
            f"the dev database refuses it: {failure.message}{code}",
            step,
            evidence=" ".join(remarks),
        )


def _concurrent(operations: tuple[object, ...]) -> bool:
    """Whether `concurrently-in-transaction` says already why it failed."""
    return any(isinstance(each, Concurrently | CreateIndex | DropIndex) for each in operations)


RULE = Rule(
    id="syntax-error",
    title="Statement fails",
    severity=Severity.ERROR,
    dialects=("postgres", "sqlite"),
    why="The migration stops here, in production too.",
    instead="Correct the statement.",
    check=_check,
    aliases=("replay",),
)
