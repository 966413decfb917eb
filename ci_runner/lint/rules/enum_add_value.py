"""A new value of an enum is used in the transaction that adds it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, Transaction
from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    """A server before 12 wants no transaction around ADD VALUE at all, which it says itself."""
    for step in review.steps:
        if step.failure is not None and explained(step) == "enum-add-value":
            yield Hit(f"{step.failure.message}: the statement fails", step)
    if any(True for step in review.doing(AlterObject) for _ in _values(step)):
        yield from _by_text(review)


def _by_text(review: Review) -> Iterator[Hit]:
    """Of what was not run: the value as a literal, before its transaction ends."""
    added: dict[str, None] = {}
    path = ""
    ending = set(map(id, review.doing(Transaction)))
    for step in review.steps:
        ends = id(step) in ending
        if step.executed or not step.transactional or step.statement.path != path or ends:
            added, path = {}, step.statement.path
        else:
            used = [each for each in added if _literal(each) in step.statement.text]
            if used:
                yield Hit(f"uses {', '.join(used)} in the transaction that adds it", step)
        if step.transactional and not step.executed:
            added |= dict.fromkeys(_values(step))


def _values(step: Step) -> Iterator[str]:
    for each in step.operations:
        if isinstance(each, AlterObject) and each.action == "ADD VALUE":
            yield each.value


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


RULE = Rule(
    id="enum-add-value",
    title="Enum value used too early",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why=(
        "The statement fails: a new value can be used only after the transaction that adds it"
        " has ended."
    ),
    instead="Add the value in a file of its own; use it in a later one.",
    check=_check,
    aliases=(
        "avoidAlterEnumAddValue",
        "STATEMENT_NON_TRANSACTIONAL",
    ),
)
