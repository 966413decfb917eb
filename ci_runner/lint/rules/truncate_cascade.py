"""TRUNCATE ... CASCADE empties tables that it does not name."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import ForeignKey, Identity, Schema


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(Data):
        data = touch.operation
        if data.verb == "TRUNCATE" and data.cascade:
            others = _referring(touch.step.before, touch.table)
            nobody = review.base_known and not others
            yield Hit(
                f"removes every row of all tables that refer to {data.table}",
                touch.step,
                evidence="no table of the dev database does" if nobody else _reached(others),
                severity=Severity.NOTE if nobody else None,
            )


def _reached(others: list[str]) -> str:
    return f"it reaches {', '.join(others)}" if others else ""


def _referring(schema: Schema, table: Identity) -> list[str]:
    """Whatever refers to the table, directly or not."""
    reached = {table}
    pending = [table]
    while pending:
        target = pending.pop()
        for key in schema.of_type(ForeignKey):
            child = Identity("table", key.schema, key.table)
            if key.references == target and child not in reached:
                reached.add(child)
                pending.append(child)
    return sorted(each.qualified for each in reached - {table})


RULE = Rule(
    id="truncate-cascade",
    title="TRUNCATE with CASCADE",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="Every table that refers to the named one by a foreign key is emptied too, and so on.",
    instead="Name every table; better, delete in batches, outside of migrations.",
    check=_check,
    aliases=(
        "ban-truncate-cascade",
        "banTruncateCascade",
        "PGM204",
    ),
)
