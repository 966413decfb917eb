"""Schema and rows of known tables change in one file."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data, Other, Setting, Transaction
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_NEITHER = Other | Setting | Transaction | Data


def _check(review: Review) -> Iterator[Hit]:
    """Once for each file, at the first rows behind or before a change of schema."""
    schema = {
        touch.step.statement.path
        for touch in review.touches
        if touch.known and not isinstance(touch.operation, _NEITHER)
    }
    told: set[str] = set()
    for touch in review.on_known(Data):
        path = touch.step.statement.path
        if path in schema and path not in told:
            told.add(path)
            yield Hit(f"changes rows of {touch.operation.table} beside the schema", touch.step)


RULE = Rule(
    id="mix-ddl-dml",
    title="Schema and data in one file",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why=(
        "Locks of the schema change are held while rows are written, and one cannot be taken"
        " back without the other."
    ),
    instead="One file for the schema, a later one for the rows.",
    check=_check,
    aliases=(
        "STATEMENT_DISALLOW_MIX_IN_DDL",
        "STATEMENT_DISALLOW_MIX_IN_DML",
    ),
)
