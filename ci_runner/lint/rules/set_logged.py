"""A table becomes logged or unlogged."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.rewrites import rewritten_by
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ACTIONS = frozenset(["SET LOGGED", "SET UNLOGGED"])


def _says(change: AlterTable) -> str:
    return f"makes {change.table} {change.action.removeprefix('SET ')}"


def _check(review: Review) -> Iterator[Hit]:
    return rewritten_by(review, _ACTIONS, _says)


RULE = Rule(
    id="set-logged",
    title="SET LOGGED or UNLOGGED",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table and its indexes are written again while nobody can read or write it.",
    instead="Make a new table, write both, copy in batches, then swap them.",
    check=_check,
    aliases=(
        "set-logged-unlogged",
        "table-logging-mode-rewrites",
    ),
    waits=True,
)
