"""An ENUM or SET whose values do not only grow at the end."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"changes the values of {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )


RULE = Rule(
    id="enum-set-copy",
    title="ENUM or SET changed in the middle",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "Rows hold the number of a value: what is inserted, moved, renamed or removed "
        "makes the server write every row again, while nobody can write."
    ),
    instead=("Add values at the end, up to 255 of an ENUM and 8 of a SET; or use a lookup table."),
    check=_check,
    aliases=(
        "MY110",
        "MY111",
        "MY112",
        "MY113",
        "MY120",
        "MY121",
        "MY122",
        "MY123",
    ),
    waits=True,
)
