"""Row-level security is missing, switched off, or lets everything pass."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.arrivals import Arrival
from ci_runner.lint.designs import in_the_end, of_table
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Drop
from ci_runner.schema.model import Identity, Table
from ci_runner.schema.security import Policy

_ENABLED = "row level security"
_WIDE = {"true", "(true)"}


def _check(review: Review) -> Iterator[Hit]:
    secured = _secured(review)
    for each in review.arriving(Table, Policy):
        match each.new:
            case Table() as table if each.created and each.old is None:
                yield from _new_table(review, each, table, secured)
            case Table() as table if not each.created and isinstance(each.old, Table):
                if _ENABLED in each.old.options and _ENABLED not in table.options:
                    name = of_table(review, each.table)
                    says = f"{name} is no longer guarded by its policies"
                    yield Hit(says, each.step, severity=Severity.WARNING)
            case Policy() as policy:
                yield from _policy(review, each, policy, secured)
            case _:
                pass
    yield from _switched_off(review)
    yield from _dropped(review)


def _secured(review: Review) -> set[Identity]:
    """The tables that have row-level security when all is done."""
    end = in_the_end(review) or review.base
    return {table.identity for table in end.of_type(Table) if _ENABLED in table.options}


def _new_table(
    review: Review, each: Arrival, table: Table, secured: set[Identity]
) -> Iterator[Hit]:
    """Where the tables beside it are guarded, a new one that is not was forgotten."""
    beside = {
        known.identity
        for known in review.base.of_type(Table)
        if known.schema == table.schema and not known.bound
    }
    guarded = {known for known in beside if known in secured}
    if each.table not in secured and not table.bound and len(guarded) * 2 > len(beside):
        yield Hit(
            f"{of_table(review, each.table)} has no row-level security; the tables beside it have",
            each.step,
            severity=Severity.WARNING,
        )


def _policy(review: Review, each: Arrival, policy: Policy, secured: set[Identity]) -> Iterator[Hit]:
    name = of_table(review, policy.on)
    wide = policy.permissive and {policy.using, policy.check} & _WIDE and policy.command != "SELECT"
    if policy.on not in secured and each.step.executed:
        yield Hit(
            f"policy {policy.name} does nothing: {name} has no row-level security enabled",
            each.step,
            severity=Severity.WARNING,
        )
    elif wide and not policy.roles:
        says = f"policy {policy.name} lets everyone write any row of {name}"
        yield Hit(says, each.step, severity=Severity.WARNING)
    else:
        yield Hit(f"policy {policy.name} changes who sees which rows of {name}", each.step)


def _switched_off(review: Review) -> Iterator[Hit]:
    """The same of what was not run."""
    for touch in review.on_known(AlterTable):
        if touch.operation.action == "AT_DisableRowSecurity" and not ran(touch.step):
            says = f"{touch.operation.table} is no longer guarded by its policies"
            yield Hit(says, touch.step, severity=Severity.WARNING)


def _dropped(review: Review) -> Iterator[Hit]:
    again = {each.new.identity for each in review.arriving(Policy)}
    steps: Iterator[Step] = (step for step in review.steps if step.failure is None)
    for step in steps:
        for change in step.observed.changes:
            if isinstance(change, Drop) and isinstance(change.old, Policy):
                old = change.old
                if old.identity not in again and review.base.get(old.identity) is not None:
                    name = of_table(review, old.on)
                    yield Hit(f"policy {old.name} no longer says who sees rows of {name}", step)


RULE = Rule(
    id="rls",
    title="Row-level security missing or changed",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="A table without it shows every tenant's rows to everyone who may read it, a policy on such"
    " a table does nothing, and one that says true guards nothing.",
    instead="ALTER TABLE ... ENABLE ROW LEVEL SECURITY and a policy for each role, in one file with"
    " the table.",
    check=_check,
    aliases=(
        "ban-create-policy",
        "ban-alter-policy-condition",
        "ban-alter-policy-roles",
        "ban-alter-row-level-security",
        "rls_disabled_in_public",
        "policy_exists_rls_disabled",
        "rls_policy_always_true",
    ),
    group="security",
)
