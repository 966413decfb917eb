"""CONCURRENTLY inside a transaction, which the server refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Concurrently, CreateIndex, DropIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if not step.transactional:
            continue
        for operation in step.operations:
            match operation:
                case CreateIndex(concurrently=True) | DropIndex(concurrently=True):
                    yield Hit("CONCURRENTLY cannot run inside a transaction", step)
                case Concurrently(what):
                    yield Hit(f"{what} CONCURRENTLY cannot run inside a transaction", step)
                case _:
                    pass


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
