"""CONCURRENTLY inside a transaction, which the server refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.alone import CONCURRENT, concurrently
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(*CONCURRENT):
        if step.transactional:
            for what in filter(None, map(concurrently, step.operations)):
                said = f"{what} cannot run inside a transaction"
                yield Hit(said, step, instead=review.outside_instead)


RULE = Rule(
    id="concurrently-in-transaction",
    title="CONCURRENTLY inside a transaction",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The statement fails: it must run outside a transaction.",
    instead="Put it into a file of its own, outside a transaction: `-- atlas:txmode none`.",
    check=_check,
    aliases=("PG103", "ban-concurrent-index-creation-in-transaction"),
)
