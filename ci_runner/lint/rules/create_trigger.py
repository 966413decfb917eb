"""A trigger is made on a table in use."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateObject
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(CreateObject):
        made = touch.operation
        if made.kind in {"trigger", "constraint trigger"}:
            yield Hit(f"makes {made.kind} {made.name} on {made.table}", touch.step)


RULE = Rule(
    id="create-trigger",
    title="New trigger",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why=(
        "Every write pays for it from then on, and fails where it fails; writes wait while it"
        " is made."
    ),
    instead="Keep it short, and release clients that know what it does first.",
    check=_check,
    aliases=(
        "avoidCreateTrigger",
        "TABLE_DISALLOW_TRIGGER",
    ),
)
