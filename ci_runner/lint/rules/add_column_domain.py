"""A column of a domain with rules is added."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.follow import watched
from ci_runner.lint.rewrites import family
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.types import Domain, DomainConstraint


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddColumn):
        added = touch.operation
        constrained = _constrained(touch.step, added.type)
        files = family(touch.step, touch.table).intersection(touch.step.observed.rewritten)
        plain = not (added.serial or added.generated or added.default_calls)
        if constrained and plain and (files or not watched(touch.step, touch.table)):
            yield Hit(
                f"adds column {added.column} of domain {added.type} to {added.table}, which"
                " rewrites the table",
                touch.step,
                evidence=f"{touch.table} got a new file" if files else "",
            )


def _constrained(step: Step, name: str) -> bool:
    """Whether a domain of that name refuses some values."""
    required = (each.name for each in step.before.of_type(Domain) if each.not_null)
    checked = (each.domain for each in step.before.of_type(DomainConstraint))
    return name in {*required, *checked}


RULE = Rule(
    id="add-column-domain",
    title="Column of a domain with a check",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table and its indexes are written again while nobody can read or write it.",
    instead="Add the column with the type below the domain, and the check NOT VALID on the table.",
    check=_check,
    waits=True,
)
