"""A schema that holds objects is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropSchema
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if not isinstance(operation, DropSchema):
                continue
            held = [each for each in review.base.by_identity if each.schema == operation.name]
            seen = any(each.schema == operation.name for each in step.before.by_identity)
            unknown = not review.base.objects
            if held or seen or unknown or operation.cascade:
                number = len({each for each in held if each.kind != "column"})
                evidence = f"it held {number} objects before this change" if number else ""
                yield Hit(
                    f"drops schema {operation.name} with what is in it", step, evidence=evidence
                )


RULE = Rule(
    id="drop-schema",
    title="Dropped schema",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="Everything in it is gone.",
    instead="Drop its objects one by one, on purpose; never with CASCADE.",
    check=_check,
    aliases=("DS101", "ban-drop-schema", "destructive"),
)
