"""The functions and procedures that the new files bring, each as its last statement leaves it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse_routine import Routine, routine, routines
from ci_runner.lint.rule import Review
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity
from ci_runner.schema.routines import Function, Procedure


def brought(review: Review) -> Iterator[tuple[Step, Routine]]:
    """Read from the server's own definition, or from the text of what was not run."""
    for each in review.written_as("create_function_stmt"):
        if not (each.step.executed and each.step.failure is None):
            yield each.step, routine(each.node)
    last: dict[Identity, tuple[Step, str]] = {}
    for arrival in review.arriving(Function, Procedure):
        if isinstance(arrival.new, Function | Procedure):
            last[arrival.new.identity] = arrival.step, arrival.new.definition
    for step, definition in last.values():
        for found in routines(definition):
            yield step, found
