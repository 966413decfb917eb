"""SET NOT NULL reads the whole table where nothing proves it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, SetNotNull, ValidateConstraint
from ci_runner.dialects.postgres.parse.statement import never_null
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Check, Column, Identity

# release-12.html: SET NOT NULL takes a valid check for a proof.
_BELIEVES_CHECKS = 12


def _check(review: Review) -> Iterator[Hit]:
    pending: dict[tuple[Identity, str], tuple[str, ...]] = {}
    proven: set[tuple[Identity, str]] = set()
    trusted: set[Identity] = set()
    for touch in review.among(AddConstraint, ValidateConstraint, SetNotNull):
        match touch.operation:
            case AddConstraint(kind="check", not_valid=True, name=name, never_null=columns):
                pending[touch.table, name] = columns
            case AddConstraint(kind="check", never_null=columns):
                proven.update((touch.table, column) for column in columns)
            case ValidateConstraint(name=name) if (touch.table, name) in pending:
                columns = pending[touch.table, name]
                proven.update((touch.table, column) for column in columns)
            case ValidateConstraint() if not review.base_known:
                trusted.add(touch.table)  # by its text nobody can tell what it checks
            case SetNotNull(table=table, column=column) if touch.known:
                said = touch.table in trusted or (touch.table, column) in proven
                proves = not review.before(_BELIEVES_CHECKS)
                if not (said and proves) and not _holds(touch, column, checks=proves):
                    yield Hit(
                        f"sets column {column} of {table} NOT NULL and reads every row for it",
                        touch.step,
                    )
            case _:
                pass


def _holds(touch: Touch[Effect], column: str, *, checks: bool) -> bool:
    """Whether it is so already or, where that counts, a valid check says so."""
    table, before = touch.table, touch.step.before
    known = before.get(Identity("column", table.schema, column, table.name))
    return (isinstance(known, Column) and known.not_null) or any(
        checks and check.valid and column in never_null(check.definition)
        for check in before.of_type(Check)
        if (check.schema, check.table) == (table.schema, table.name)
    )


RULE = Rule(
    id="set-not-null-scan",
    title="SET NOT NULL reads the table",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="The table is read in full while nobody can read or write it.",
    instead="ADD CHECK (column IS NOT NULL) NOT VALID, VALIDATE it later, then SET NOT NULL.",
    check=_check,
    aliases=("PG303", "adding-not-nullable-field", "E2"),
    waits=True,
)
