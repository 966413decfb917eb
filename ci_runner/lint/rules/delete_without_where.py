"""Every row of a known table is deleted."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(Data):
        data = touch.operation
        if data.verb.upper() == "DELETE" and data.everywhere:
            yield Hit(f"deletes every row of {data.table}", touch.step)


RULE = Rule(
    id="delete-without-where",
    title="DELETE of every row",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="All rows are gone, and every one is locked until the end of the transaction.",
    instead="Say WHERE, and delete in batches by key.",
    check=_check,
    aliases=(
        "banDeleteWithoutWhere",
        "GN023",
        "MutationWithoutWhereCheck",
        "STATEMENT_WHERE_REQUIRE_UPDATE_DELETE",
    ),
)
