"""A counter that is signed, no integer, or does not begin at 1."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.arrivals import ArrivedColumn
from ci_runner.lint.designs import told_of
from ci_runner.lint.mysql import definition
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    yield from told_of(
        review, lambda each: _counts(each) and _is_inexact(each), "no integer counts"
    )
    yield from told_of(
        review,
        lambda each: _counts(each) and not _is_inexact(each) and "unsigned" not in each.column.type,
        "half of its numbers are below zero and never used",
    )
    for step in review.steps:
        words = [token.text.upper() for token in definition(step, "AUTO_INCREMENT")]
        if _start(words) > 1:
            yield Hit(f"the counter begins at {_start(words)}", step)


def _counts(each: ArrivedColumn) -> bool:
    return bool(each.column.identity_kind)


def _is_inexact(each: ArrivedColumn) -> bool:
    return each.column.type.startswith(("float", "double", "decimal"))


def _start(words: list[str]) -> int:
    """The value of the table's option AUTO_INCREMENT=, 0 without one."""
    for at, word in enumerate(words[:-1]):
        rest = [each for each in words[at + 1 : at + 3] if each != "="]
        if word == "AUTO_INCREMENT" and rest and rest[0].isdigit():
            return int(rest[0])
    return 0


RULE = Rule(
    id="auto-inc",
    title="Counter that wastes numbers",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=(
        "A signed counter ends at half of what the type could count, a float skips "
        "numbers, and a start other than 1 was mostly left behind by a dump."
    ),
    instead="bigint unsigned NOT NULL AUTO_INCREMENT, and no AUTO_INCREMENT= in migrations.",
    check=_check,
    aliases=(
        "COLUMN_AUTO_INCREMENT_MUST_INTEGER",
        "COLUMN_AUTO_INCREMENT_MUST_UNSIGNED",
        "COLUMN_AUTO_INCREMENT_INITIAL_VALUE",
        "COL.003",
        "TBL.004",
        "SQLE00004",
        "SQLE00007",
    ),
    group="design",
)
