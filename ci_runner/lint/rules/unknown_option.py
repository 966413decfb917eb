"""An option of a change set that Liquibase passes over without a word."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    for file in review.change.added:
        found = file.change_set
        for name in found.options.unknown if found else ():
            message = f"Liquibase knows no option {name}, and passes over it"
            yield Hit(message, _first(review, file), path=file.path)


def _first(review: Review, file: MigrationFile) -> Step | None:
    """The first statement below the line that has the option."""
    above = file.change_set.line if file.change_set else 0
    placed = ((step, step.statement) for step in review.steps)
    return next((step for step, at in placed if at.path == file.path and at.line > above), None)


RULE = Rule(
    id="unknown-option",
    title="Option of a change set that means nothing",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="A misspelt `runInTransaction:false` or `dbms:` is as good as none: the change set runs"
    " where, or as, it was not meant to.",
    instead="Correct the name, or say it in a comment.",
    check=_check,
    group="history",
)
