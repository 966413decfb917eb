"""Rows may be NULL where NOT NULL is set."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    Data,
    SetNotNull,
    ValidateConstraint,
)
from ci_runner.dialects.postgres.parse import never_null
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import keys_on, of_column
from ci_runner.schema.model import Check, Identity, Schema


def _check(review: Review) -> Iterator[Hit]:
    """What a valid check proves, what an UPDATE fills, and what a default fills is safe."""
    filled: set[tuple[Identity, str]] = set()
    for touch in review.touches:
        match touch.operation:
            case Data(verb=verb, columns=columns) if verb.upper() == "UPDATE":
                filled |= {(touch.table, each) for each in columns}
            case AddColumn(column=column, default=default) if default is not None:
                filled.add((touch.table, column))
            case ValidateConstraint() | AddConstraint(not_valid=False):
                checked = _proven(touch.step.after, touch.table) if ran(touch.step) else ()
                filled |= {(touch.table, each) for each in checked}
                if not review.base_known and isinstance(touch.operation, ValidateConstraint):
                    filled.add((touch.table, ""))
            case SetNotNull(table=table, column=column) if touch.known:
                known = of_column(touch.step.before, touch.table, column)
                safe = {(touch.table, column), (touch.table, "")} & filled
                if known is not None and known.not_null:
                    continue
                if not safe and column not in _proven(touch.step.before, touch.table):
                    yield Hit(
                        f"sets column {column} of {table} NOT NULL: fails if a row is NULL",
                        touch.step,
                    )
            case _:
                pass


def _proven(schema: Schema, table: Identity) -> tuple[str, ...]:
    """The columns that valid checks keep from being NULL."""
    return tuple(
        column
        for each in keys_on(schema, table)
        if isinstance(each, Check) and each.valid
        for column in never_null(each.definition)
    )


RULE = Rule(
    id="set-not-null-data",
    title="Rows may be NULL",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why="One NULL stops the migration.",
    instead="Fill the rows first, and count those that are NULL.",
    check=_check,
    aliases=(
        "MF104",
        "LT101",
        "NOT_NULL",
        "data_depend",
    ),
)
