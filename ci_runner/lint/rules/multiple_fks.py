"""Foreign keys to several tables in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, Transaction
from ci_runner.lint.locks import known_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    locked: set[Identity] = set()
    path = ""
    for touch in review.among(AddConstraint, Transaction):
        step, added = touch.step, touch.operation
        if not step.transactional or step.statement.path != path:
            locked = set()
        path = step.statement.path
        if isinstance(added, AddConstraint) and added.references:
            parent = known_table(review, added.references)
            if parent is not None and locked and parent not in locked:
                yield Hit(f"locks {parent.qualified} too, for another foreign key", step)
            if parent is not None:
                locked.add(parent)


RULE = Rule(
    id="multiple-fks",
    title="Foreign keys to several tables",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "Writes to all of these tables wait until the last is done; two such transactions may"
        " deadlock."
    ),
    instead="Add one foreign key per file.",
    check=_check,
    aliases=("multiple_foreign_keys",),
)
