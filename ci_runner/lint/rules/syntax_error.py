"""A statement that the dev database refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.advice import advice
from ci_runner.dialects.base import Failure
from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# invalid schema name; undefined table, column, object, function: errcodes-appendix.html
_MISSING = frozenset({"3F000", "42P01", "42703", "42704", "42883"})
# The same of MySQL: bad column, no such table, no such routine.
_MISSING |= {"1054", "1146", "1305"}
_SETUP = "Give the schema that it runs on with --setup, or correct the statement."


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        failure = step.failure
        if failure is None or explained(step):
            continue
        remarks = [failure.detail, "" if advice(failure) == failure.hint else failure.hint]
        yield Hit(
            f"the dev database refuses it: {failure}",
            step,
            evidence=" ".join(text for text in remarks if text),
            instead=advice(failure) or ("" if review.base_known or not _lacks(failure) else _SETUP),
        )


def _lacks(failure: Failure) -> bool:
    """Whether something that it uses does not exist."""
    return failure.code in _MISSING or failure.message.startswith("no such ")


RULE = Rule(
    id="syntax-error",
    title="Statement fails",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="The migration stops here, in production too.",
    instead="Correct the statement.",
    check=_check,
    aliases=("replay",),
)
