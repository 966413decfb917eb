"""A function builds SQL from a value that it does not quote."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.routine import unquoted_execute
from ci_runner.lint.routines import brought
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step, each in review.once(brought):
        if unquoted_execute(each.body, each.parameters):
            severity = Severity.WARNING if each.definer else Severity.NOTE
            says = " with its owner's rights" if each.definer else ""
            yield Hit(
                f"{each.name} runs SQL{says} with a value in it that is not quoted",
                step,
                severity=severity,
            )


RULE = Rule(
    id="dynamic-sql-injection",
    title="EXECUTE of a text with an unquoted value",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Whoever gives the value gives SQL, which runs with the rights of the function. It is"
    " warned of where those are the owner's; a name that is a regclass, or a number, is safe.",
    instead="format() with %I for names and %L for values, or EXECUTE ... USING.",
    check=_check,
    group="security",
)
