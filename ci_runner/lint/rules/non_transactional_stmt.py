"""A statement that the server refuses inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.alone import alone
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if step.transactional:
            for what in dict.fromkeys(filter(None, map(alone, step.operations))):
                yield Hit(f"{what} cannot run inside a transaction", step)


RULE = Rule(
    id="non-transactional-stmt",
    title="Statement that wants no transaction",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The statement fails: it must run outside a transaction.",
    instead="Put it into a file of its own, outside a transaction: `-- schema-ci:txmode none`.",
    check=_check,
    aliases=("STATEMENT_NON_TRANSACTIONAL",),
)
