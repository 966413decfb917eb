"""A new file without a way back, where the others have one."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    undone = review.change.undone
    for file in review.change.added if undone else ():
        if file.role == "up" and file.version and file.version not in undone:
            yield Hit(f"{file.name} has no way back; others here have one", path=file.path)


RULE = Rule(
    id="no-rollback",
    title="Way back missing",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="Whoever has to go back a version at night finds no way to.",
    instead="Write the down file or part, and say in it what it cannot bring back.",
    check=_check,
    aliases=("RollbackRequired", "PGM901"),
    group="history",
)
