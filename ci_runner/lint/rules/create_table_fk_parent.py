"""A new table with a foreign key locks the table that it refers to."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable
from ci_runner.lint.locks import parents
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step, touches in review.statements(CreateTable):
        locked = parents(review, touches)
        if locked:
            names = ", ".join(each.qualified for each in locked)
            yield Hit(f"a new table refers to {names}: writes there wait", step)


RULE = Rule(
    id="create-table-fk-parent",
    title="New table locks its parent",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "Writes to the parent wait until the transaction ends, and it waits for those that"
        " are under way."
    ),
    instead="Make the table first; add the foreign key NOT VALID in another transaction.",
    check=_check,
    aliases=("E9",),
)
