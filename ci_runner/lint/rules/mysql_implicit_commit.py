"""A statement that commits by itself, between others that then can't be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.watch.online import alteration
from ci_runner.dialects.operations import CreateView, DropTable, RenameTable, Transaction
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

_DDL = (CreateView, DropTable, RenameTable)


def _check(review: Review) -> Iterator[Hit]:
    path, opened, changes, told = "", False, 0, False
    for step, touches in review.statements():
        if step.statement.path != path:
            path, opened, changes, told = step.statement.path, False, 0, False
        known = any(touch.known for touch in touches)
        commits = _commits(step)
        if commits and opened:
            yield Hit("commits the transaction that the file has opened", step)
            opened = False
        elif commits and known:
            changes += 1
            if changes > 1 and not told:
                told = True
                yield Hit(
                    "what stands before in this file stays when this fails: each statement commits"
                    " by itself",
                    step,
                    severity=Severity.NOTE,
                )
        for operation in step.operations:
            if isinstance(operation, Transaction):
                opened = operation.verb == "begin"


def _commits(step: Step) -> bool:
    """Whether it changes the schema, which ends every transaction."""
    if alteration(step.statement.text) is not None:
        return True
    return any(isinstance(each, _DDL) for each in step.operations)


RULE = Rule(
    id="mysql-implicit-commit",
    title="Statement that commits by itself",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "A change of the schema commits what is open, and no ROLLBACK takes it or what "
        "stands before it back: a migration that fails half-way leaves its first half."
    ),
    instead="One change of the schema in a file; rows in a file of their own.",
    check=_check,
)
