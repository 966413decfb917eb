"""Every row of a known table is written again."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(Data):
        data = touch.operation
        if data.verb.upper() == "UPDATE" and data.everywhere:
            yield Hit(f"writes every row of {data.table}", touch.step)


RULE = Rule(
    id="update-without-where",
    title="UPDATE of every row",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why=(
        "Every row is locked until the end of the transaction, and the table grows by as much"
        " again."
    ),
    instead="Update in batches by key, each in a transaction of its own.",
    check=_check,
    aliases=(
        "banUpdateWithoutWhere",
        "GN022",
        "MutationWithoutWhereCheck",
        "STATEMENT_WHERE_REQUIRE_UPDATE_DELETE",
    ),
    waits=True,
)
