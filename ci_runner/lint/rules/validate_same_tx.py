"""A constraint is validated in the transaction that added it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, Transaction, ValidateConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    added: set[tuple[Identity, str]] = set()
    file = ""
    for touch in review.among(Transaction, AddConstraint, ValidateConstraint):
        step = touch.step
        if not step.transactional or step.statement.path != file:
            added.clear()
        file = step.statement.path
        match touch.operation:
            case Transaction():
                added.clear()
            case AddConstraint(not_valid=True, name=name) if touch.known:
                added.add((touch.table, name))
            case ValidateConstraint(table, name) if (touch.table, name) in added:
                yield Hit(
                    f"validates {name} of {table} in the transaction that added it: the lock of"
                    " the ADD is held while every row is read",
                    step,
                )
            case _:
                pass


RULE = Rule(
    id="validate-same-tx",
    title="Constraint added and validated in one transaction",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="NOT VALID gains nothing: the strong lock is kept until the commit, the scan included.",
    instead="VALIDATE CONSTRAINT in a file of its own, which is another transaction; or run both"
    " in a file without one.",
    check=_check,
    aliases=("constraint-missing-not-valid", "E4"),
    waits=True,
)
