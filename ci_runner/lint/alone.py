"""Statements that the server runs outside a transaction only."""

from __future__ import annotations

from ci_runner.dialects.operations import (
    Alone,
    CreateIndex,
    DetachPartition,
    DropIndex,
    Reindex,
    Vacuum,
)
from ci_runner.lint.effects import Effect
from ci_runner.lint.rule import Review

# What says it can be CONCURRENTLY, and what wants no transaction besides.
CONCURRENT = (CreateIndex, DropIndex, Reindex, DetachPartition)
ALONE = (Alone, Vacuum, Reindex)


def untold(review: Review) -> set[str]:
    """Files of which nobody knows whether they run in a transaction: no tool, and no `txmode`."""
    if review.tool_known:
        return set()
    paths = {step.statement.path for step in review.steps}
    return paths - {
        step.statement.path
        for step in review.steps
        if any(each.verb == "txmode" for each in step.statement.directives)
    }


def concurrently(operation: Effect) -> str:
    """The words of a statement with CONCURRENTLY that wants no transaction, "" for any other."""
    match operation:
        case CreateIndex(concurrently=True):
            return "CREATE INDEX CONCURRENTLY"
        case DropIndex(concurrently=True):
            return "DROP INDEX CONCURRENTLY"
        case Reindex(concurrently=True):
            return "REINDEX CONCURRENTLY"
        case DetachPartition(concurrently=True):
            return "DETACH PARTITION CONCURRENTLY"
        case _:
            return ""


def alone(operation: Effect) -> str:
    """The words of any other statement that wants no transaction, "" for one that may have it."""
    match operation:
        case Alone(what=what):
            return what
        case Vacuum():
            return "VACUUM"
        case Reindex(kind="schema" | "database" | "system" as kind):
            return f"REINDEX {kind.upper()}"
        case _:
            return ""
