"""A file with more than one change of the schema."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data, SearchPath, Transaction
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    first: dict[str, Step] = {}
    said: set[str] = set()
    for step in review.steps:
        path = step.statement.path
        if not _changes(step):
            continue
        if path in first and path not in said:
            said.add(path)
            line = first[path].statement.line
            yield Hit(f"the statement of line {line} is a change by itself", step)
        first.setdefault(path, step)


def _changes(step: Step) -> bool:
    """Whether it changes the schema: what was run was seen."""
    if step.executed and step.failure is None:
        return bool(step.observed.changes)
    return not all(isinstance(each, Data | SearchPath | Transaction) for each in step.operations)


RULE = Rule(
    id="one-change",
    title="More than one change in a file",
    severity=Severity.OFF,
    dialects=("postgres", "mysql", "sqlite"),
    why="Where the tool does not run a file in a transaction, a failure leaves half of it.",
    instead="A file for each change.",
    check=_check,
    aliases=("OneChangePerChangeset",),
    group="design",
)
