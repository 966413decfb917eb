"""The functions and procedures that the new files bring, each as its last statement leaves it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.routine import Routine, alteration, routine, routines
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Review
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity
from ci_runner.schema.routines import Function, Procedure


def brought(review: Review) -> Iterator[tuple[Step, Routine]]:
    """Read from the server's own definition, or from the text of what was not run."""
    yield from _told(review)
    last: dict[Identity, tuple[Step, str]] = {}
    for arrival in review.arriving(Function, Procedure):
        if isinstance(arrival.new, Function | Procedure):
            last[arrival.new.identity] = arrival.step, arrival.new.definition
    for step, definition in last.values():
        for found in routines(definition):
            yield step, found


def _told(review: Review) -> Iterator[tuple[Step, Routine]]:
    """What the text of what was not run tells; of overloaded functions the last one."""
    told: dict[str, tuple[Step, Routine]] = {}
    for each in review.written_as("create_function_stmt", "alter_function_stmt"):
        if ran(each.step):
            continue
        if each.kind == "create_function_stmt":
            new = routine(each.node)
            told[new.name] = each.step, new
        else:
            name, change = alteration(each.node)
            step, old = told.get(name, (each.step, Routine(name, False, None, "")))
            told[name] = step, change(old)
    yield from told.values()
