"""A merged file was edited or removed, or a new one stands before it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for before, after in review.change.edited:
        yield Hit(f"{before.name} was merged and is edited here", path=after.path)
    for file in review.change.removed:
        yield Hit(f"{file.name} was merged and is removed here", path=file.path)
    for file in review.change.behind:
        yield Hit(f"{file.name} stands before files that are merged already", path=file.path)


RULE = Rule(
    id="non-linear-history",
    title="History rewritten",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="Databases that have run the old file never run the new one: they part ways for good.",
    instead="Leave merged files as they are; write the correction as a new file behind them."
    " `schema-ci rebase` moves files that are not merged behind those that are.",
    check=_check,
    aliases=("non_linear",),
    group="history",
)
