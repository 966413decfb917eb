"""IF NOT EXISTS keeps an index that a failed build left behind."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex, DropIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    dropped: set[str] = set()
    for touch in review.among(DropIndex, CreateIndex):
        match touch.operation:
            case DropIndex(index=index):
                dropped.add(index.name)
            case CreateIndex(concurrently=True, if_not_exists=True, name=name) if touch.known:
                if name not in dropped:
                    yield Hit(f"keeps an invalid index {name} of a build that failed", touch.step)
            case _:
                pass


RULE = Rule(
    id="cic-if-not-exists-invalid",
    title="CONCURRENTLY with IF NOT EXISTS",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "A build that failed leaves an INVALID index of that name: run again, the statement"
        " finds it and does nothing."
    ),
    instead=(
        "DROP INDEX CONCURRENTLY IF EXISTS first, then CREATE INDEX CONCURRENTLY without IF"
        " NOT EXISTS."
    ),
    check=_check,
)
