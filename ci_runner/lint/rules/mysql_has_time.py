"""A TIMESTAMP, which ends in 2038."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import of_type
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    yield from of_type(
        review, lambda kind: kind.startswith("timestamp"), "it ends on the 19th of January 2038"
    )


RULE = Rule(
    id="mysql-has-time",
    title="TIMESTAMP ends in 2038",
    severity=Severity.OFF,
    dialects=("mysql",),
    why="It counts seconds in 32 bits, and is shown in the time zone of whoever asks.",
    instead="datetime(6), in UTC.",
    check=_check,
    aliases=(
        "has-time",
        "has_timestamp",
        "SQLE00068",
    ),
    group="design",
)
