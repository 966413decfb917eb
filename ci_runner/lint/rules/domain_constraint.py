"""A rule for a domain is checked against every table that uses it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject
from ci_runner.lint.objects import known, ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

# How grave the text alone is: whoever says SET NOT NULL may know that no table has the domain.
_TOLD = {"ADD CONSTRAINT": Severity.WARNING, "SET NOT NULL": Severity.NOTE}


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(AlterObject):
        for change in step.operations:
            if not isinstance(change, AlterObject) or change.kind != "domain":
                continue
            if change.action in _TOLD and not change.not_valid and _reads(review, step, change):
                read = ", ".join(each.qualified for each in step.observed.scanned)
                yield Hit(
                    f"changes domain {change.name}: {change.action} checks every row of its tables",
                    step,
                    evidence=f"read in full: {read}" if read else "",
                    severity=None if ran(step) else _TOLD[change.action],
                )


def _reads(review: Review, step: Step, change: AlterObject) -> bool:
    """What was not run is judged by its text: any table may have a column of the domain."""
    if ran(step):
        return any(each in review.base.by_identity for each in step.observed.scanned)
    return known(review, step, "domain", change.name)


RULE = Rule(
    id="domain-constraint",
    title="Domain constraint that reads tables",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=("Every table with a column of the domain is read in full while nobody can write to it."),
    instead="ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT in a later transaction.",
    check=_check,
    aliases=(
        "ban-alter-domain-with-add-constraint",
        "AddDomainCheckConstraintCheck",
    ),
    waits=True,
)
