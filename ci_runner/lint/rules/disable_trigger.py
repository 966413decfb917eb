"""Triggers of a known table are switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.follow import Touch
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ENABLES = re.compile(r"ENABLE (?:ALWAYS |REPLICA )?TRIGGER(?: ALL| USER)?")


def _check(review: Review) -> Iterator[Hit]:
    altered = review.upon(AlterTable)
    for position, touch in enumerate(altered):
        change = touch.operation
        if change.action.startswith("DISABLE TRIGGER"):
            later = altered[position:]
            if touch.known and not any(_enables(each, touch) for each in later):
                what = f"trigger {change.name}" if change.name else _SETS[change.action]
                yield Hit(f"switches off {what} of {change.table}", touch.step)
        elif _ENABLES.fullmatch(change.action):
            earlier = altered[:position]
            if touch.known and not any(_enables(touch, each) for each in earlier):
                what = f"trigger {change.name}" if change.name else "triggers"
                yield Hit(
                    f"switches on {what} of {change.table}: rows that were written before are not"
                    " as it keeps them, and writes wait for a moment",
                    touch.step,
                    severity=Severity.NOTE,
                )


_SETS = {
    "DISABLE TRIGGER ALL": "all triggers, foreign keys among them,",
    "DISABLE TRIGGER USER": "all triggers",
}


def _enables(later: Touch[AlterTable], off: Touch[AlterTable]) -> bool:
    """The same trigger, or all of them, in the same file."""
    on, was = later.operation, off.operation
    return (
        was.action.startswith("DISABLE TRIGGER")
        and later.table == off.table
        and later.step.statement.path == off.step.statement.path
        and on.action.startswith("ENABLE")
        and (on.name == was.name or "ALL" in on.action)
    )


RULE = Rule(
    id="disable-trigger",
    title="Trigger switched off",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "What the trigger kept right is not kept meanwhile; with ALL foreign keys are not"
        " checked either, and nobody checks the rows later."
    ),
    instead="Leave triggers on, or enable them again in the same transaction.",
    check=_check,
    aliases=(
        "ban-disable-trigger",
        "PGM020",
        "avoidEnableDisableTrigger",
    ),
)
