"""A default character set that the columns do not follow."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import clauses
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in clauses(review):
        words = [word for word in each.words if word not in {"DEFAULT", "="}]
        if each.known and words[:1] in (["CHARACTER"], ["CHARSET"], ["COLLATE"]):
            yield Hit(
                f"changes the default of {each.table.qualified} and none of its columns", each.step
            )


RULE = Rule(
    id="mysql-default-charset-noop",
    title="Default character set alone",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "Columns that are there keep their character set; only those that are added "
        "later get the new one, and joins between both compare by a conversion that "
        "uses no index."
    ),
    instead=("CONVERT TO CHARACTER SET changes the columns as well, and copies the table for it."),
    check=_check,
    aliases=(
        "ALT.001",
        "SQLE00073",
    ),
    group="design",
)
