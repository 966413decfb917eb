"""A column of type timestamp without time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.lint.designs import of_type
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_WITHOUT = re.compile(r"timestamp(\(\d+\))? without time zone$")


def _check(review: Review) -> Iterator[Hit]:
    return of_type(
        review,
        lambda kind: _WITHOUT.match(kind) is not None,
        "in which time zone is not said",
    )


RULE = Rule(
    id="prefer-timestamptz",
    title="timestamp without time zone",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="What moment a value means depends on what each client takes for granted; two clients in"
    " two time zones write what looks alike and is not.",
    instead="Use timestamptz: it stores the moment in the same 8 bytes.",
    check=_check,
    aliases=(
        "prefer-timestamp-tz",
        "preferTimestamptz",
        "TP001",
        "TimestampTypeCheck",
        "PGM101",
        "timestamptz-over-timestamp-preferred",
    ),
    group="design",
)
