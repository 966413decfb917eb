"""A rule for a domain is checked against every table that uses it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject
from ci_runner.lint.objects import known, ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

_ACTIONS = frozenset({"ADD CONSTRAINT", "SET NOT NULL"})


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for change in step.operations:
            if not isinstance(change, AlterObject) or change.kind != "domain":
                continue
            if change.action in _ACTIONS and not change.not_valid and _reads(review, step, change):
                read = ", ".join(each.qualified for each in step.observed.scanned)
                yield Hit(
                    f"changes domain {change.name}: {change.action} checks every row of its tables",
                    step,
                    evidence=f"read in full: {read}" if read else "",
                )


def _reads(review: Review, step: Step, change: AlterObject) -> bool:
    """What the text alone tells of SET NOT NULL is left to those who know the tables."""
    if ran(step):
        return any(each in review.base.by_identity for each in step.observed.scanned)
    checks = change.action == "ADD CONSTRAINT"
    return checks and known(review, step, "domain", change.name)


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
