"""A column of type json is added."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddColumn):
        added = touch.operation
        if added.type == "json":
            yield Hit(f"adds json column {added.column} to {added.table}", touch.step)


RULE = Rule(
    id="add-json",
    title="New json column",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "json has no equality: SELECT DISTINCT, GROUP BY and UNION over all columns, which"
        " running clients send, fail."
    ),
    instead="jsonb.",
    check=_check,
    aliases=(
        "E3",
        "add_column_json",
        "AddJsonColumnCheck",
        "preferJsonb",
    ),
    group="compatibility",
)
