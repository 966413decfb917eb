"""A view, function, type or the like that running clients know is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropObject
from ci_runner.lint.objects import comes_back, known
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ELSEWHERE = frozenset({"database"})


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.upon(DropObject):
        drop = touch.operation
        if drop.kind not in _ELSEWHERE:
            place = drop.kind, drop.name, drop.table
            if known(review, touch.step, *place) and not comes_back(review, touch.step, *place):
                on = f" on {drop.table}" if drop.table else ""
                yield Hit(f"drops {drop.kind} {drop.name}{on}", touch.step)


RULE = Rule(
    id="drop-object-other",
    title="Dropped view, function, type, ...",
    severity=Severity.WARNING,
    dialects=(
        "postgres",
        "sqlite",
        "mysql",
    ),
    why="Clients that still use it fail at once.",
    instead="Stop using it first; drop it in a later release. CREATE OR REPLACE keeps it in use.",
    check=_check,
    aliases=(
        "ban-drop-view",
        "ban-drop-function",
        "ban-drop-type",
        "ban-drop-sequence",
        "ban-drop-domain",
        "ban-drop-extension",
        "ban-drop-trigger",
        "ban-drop-policy",
        "banDropTrigger",
        "US007",
    ),
    group="compatibility",
)
