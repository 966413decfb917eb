"""Times that lose what they should keep: timestamp(0), time with time zone, CURRENT_TIME."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.nodes import within, word
from ci_runner.lint.designs import of_type
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ROUNDS = re.compile(r"time(stamp)?\(0\)")
_ZONED = re.compile(r"time(\(\d+\))? with time zone$")
_CURRENT_TIME = {"SVFOP_CURRENT_TIME", "SVFOP_CURRENT_TIME_N"}
_ASKED = re.compile(r"current_time(?!\w)")


def _check(review: Review) -> Iterator[Hit]:
    yield from of_type(
        review,
        lambda kind: _ROUNDS.match(kind) is not None,
        "rounded to the second, up to half a second into the future",
    )
    yield from of_type(
        review,
        lambda kind: _ZONED.match(kind) is not None,
        "a zone without a date, so that nobody can tell the offset",
    )
    for each in review.written:
        if not _ASKED.search(each.step.statement.text.lower()):
            continue
        asked = (node for field, node in within(each.node) if field == "sqlvalue_function")
        if any(word(node, "op") in _CURRENT_TIME for node in asked):
            yield Hit("CURRENT_TIME is a time with time zone but without a date", each.step)


RULE = Rule(
    id="timestamp-precision",
    title="Time that rounds, or with a zone but no date",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="A precision of 0 rounds 23:59:59.7 into the next day. An offset from UTC means nothing"
    " without a date, since it changes with daylight saving time.",
    instead="Use timestamptz and now(); date_trunc('second', value) where it is shown.",
    check=_check,
    aliases=("PGM102", "TP002", "TP003", "GN020"),
    group="design",
)
