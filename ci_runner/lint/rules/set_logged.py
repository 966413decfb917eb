"""A table becomes logged or unlogged."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.follow import watched
from ci_runner.lint.rewrites import family
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ACTIONS = frozenset(["SET LOGGED", "SET UNLOGGED"])


def _check(review: Review) -> Iterator[Hit]:
    """Where the dev database was seen writing nothing again, nothing is said."""
    for touch in review.on_known(AlterTable):
        change = touch.operation
        files = family(touch.step, touch.table).intersection(touch.step.observed.rewritten)
        if change.action in _ACTIONS and (files or not watched(touch.step, touch.table)):
            yield Hit(
                f"makes {change.table} {change.action.removeprefix('SET ')}, which writes it again",
                touch.step,
                evidence=f"{touch.table} got a new file" if files else "",
            )


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
