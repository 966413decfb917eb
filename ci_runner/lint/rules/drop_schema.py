"""A schema that holds objects is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropSchema, Target
from ci_runner.lint.objects import known
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(DropSchema):
        for drop in step.operations:
            if not isinstance(drop, DropSchema) or _made_here(review, step, drop):
                continue
            held = _held(step, drop)
            emptied = step.executed and not step.failure and not drop.cascade
            if not emptied and (held or drop.cascade or not review.base_known):
                yield Hit(
                    f"drops schema {drop.name} with all that is in it",
                    step,
                    evidence=f"it held {', '.join(map(str, held))}" if held else "",
                )


def _made_here(review: Review, step: Step, drop: DropSchema) -> bool:
    return not known(review, step, "schema", Target("", drop.name))


def _held(step: Step, drop: DropSchema) -> list[Identity]:
    """What stands in the schema when it is dropped, objects that we do not compare included."""
    objects = (each.identity for each in step.before.objects)
    return [
        each
        for each in (*objects, *step.before.unmanaged)
        if each.schema == drop.name and not each.parent
    ]


RULE = Rule(
    id="drop-schema",
    title="Dropped schema",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="Everything in it is gone.",
    instead="Drop or move its objects one by one, on purpose; then DROP SCHEMA without CASCADE.",
    check=_check,
    aliases=("DS101", "ban-drop-schema", "destructive"),
)
