"""A table gets another access method."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.rewrites import rewritten_by
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ACTIONS = frozenset(["SET ACCESS METHOD"])


def _says(change: AlterTable) -> str:
    return f"stores {change.table} by {change.name}"


def _check(review: Review) -> Iterator[Hit]:
    return rewritten_by(review, _ACTIONS, _says)


RULE = Rule(
    id="set-access-method",
    title="SET ACCESS METHOD",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table and its indexes are written again while nobody can read or write it.",
    instead="Make a new table, write both, copy in batches, then swap them.",
    check=_check,
    aliases=("access-method-change-rewrites",),
    waits=True,
)
