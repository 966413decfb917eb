"""A lock that others wait behind is asked for without a limit."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import unlimited_waits
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.waiting import first_in_file, unlimited, waitings


def _check(review: Review) -> Iterator[Hit]:
    if review.dialect == "mysql":
        for step, table in unlimited_waits(review):
            yield Hit(
                f"may wait for {table.qualified} for a day, and everyone else behind it",
                step,
                instead="SET SESSION lock_wait_timeout = 2 at the head of the file, and try again"
                " when it fails.",
            )
    for each in first_in_file(
        review.once(waitings), lambda one: unlimited(one.inforce, "lock_timeout")
    ):
        yield Hit(
            f"may wait for its lock on {each.what} without end, and everyone else behind it",
            each.step,
        )


RULE = Rule(
    id="lock-timeout-missing",
    title="Strong lock without lock_timeout",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Behind one long transaction the statement waits, and every query on the table queues up"
    " behind the statement: seconds of DDL become an outage. Said once for a file.",
    instead="SET LOCAL lock_timeout = '2s' at the head of the file, and try again when it fails;"
    " or set it for the role that migrates.",
    check=_check,
    of_writing=True,
    aliases=("require-lock-timeout", "require-timeout-settings", "E9", "lockTimeoutWarning"),
)
