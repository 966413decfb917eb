"""A statement was seen rewriting a table, whatever it says."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Cluster, Data, Operation, Vacuum
from ci_runner.lint.effects import Rewrite
from ci_runner.lint.rewrites import blamed, family
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step, touches in review.statements(Rewrite):
        if any(map(_names_it, step.operations)):
            continue
        if step.observed.online is not None:
            continue  # the server has said how it does it, and other rules judge that
        causes = blamed(step, touches) if review.dialect == "postgres" else ()
        told = {each for touch in causes for each in family(step, touch.table)}
        for touch in touches:
            if isinstance(touch.operation, Rewrite) and touch.known and touch.table not in told:
                where = touch.table.qualified
                yield Hit(
                    f"writes table {where} anew",
                    step,
                    evidence=f"{where} got a new file",
                    # Inside of a program the server does not say whether writers have to wait.
                    severity=Severity.WARNING if review.dialect == "mysql" else None,
                )


def _names_it(operation: Operation) -> bool:
    """Whether a rule of its own tells what the statement writes again."""
    match operation:
        case Data(verb="TRUNCATE") | Cluster(table=None) | Vacuum(table=None):
            return True
        case _:
            return False


RULE = Rule(
    id="rewrite-observed",
    title="Rewrite seen on the dev database",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="The whole table is written again while nobody can read or write it.",
    instead="Find the part of the statement that does it, and reach the same in small steps.",
    check=_check,
    aliases=("E10",),
    waits=True,
)
