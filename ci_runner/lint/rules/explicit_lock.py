"""A table, or all its rows, are locked by hand."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import LockTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_HARMLESS = frozenset({"ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE"})


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(LockTable):
        lock = touch.operation
        if lock.mode not in _HARMLESS:
            what = "all rows of" if lock.mode.startswith("FOR") else "table"
            yield Hit(f"locks {what} {lock.table}: {lock.mode}", touch.step)


RULE = Rule(
    id="explicit-lock",
    title="Table locked by hand",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why="Others wait until the end of the transaction, whatever else it does.",
    instead="Leave locks to the statements that need them, with a lock_timeout.",
    check=_check,
)
