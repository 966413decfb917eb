"""A statement that the dev database refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Failure
from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# invalid schema name; undefined table, column, object, function: errcodes-appendix.html
_MISSING = frozenset({"3F000", "42P01", "42703", "42704", "42883"})
_SETUP = "Give the schema that it runs on with --setup, or correct the statement."


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        failure = step.failure
        if failure is None or explained(step):
            continue
        code = f" (SQLSTATE {failure.code})" if failure.code else ""
        remarks = [text for text in (failure.detail, failure.hint) if text]
        yield Hit(
            f"the dev database refuses it: {failure.message}{code}",
            step,
            evidence=" ".join(remarks),
            instead="" if review.base_known or not _lacks(failure) else _SETUP,
        )


def _lacks(failure: Failure) -> bool:
    """Whether something that it uses does not exist."""
    return failure.code in _MISSING or failure.message.startswith("no such ")


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
