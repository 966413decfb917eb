"""Rows may be NULL where NOT NULL is set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    Data,
    SetNotNull,
    ValidateConstraint,
)
from ci_runner.dialects.postgres.parse.statement import never_null
from ci_runner.lint.objects import ran
from ci_runner.lint.queries import nulls
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import keys_on, of_column
from ci_runner.schema.model import Check, Identity, Schema, Table

# What gives a value in the place of NULL, in a query that copies rows.
_FILLS = re.compile(r"\b(?:coalesce|ifnull|iif|case)\b|\bis\s+not\s+null\b", re.IGNORECASE)


def _check(review: Review) -> Iterator[Hit]:
    yield from (_in_rebuilds if review.dialect == "sqlite" else _in_place)(review)


def _in_rebuilds(review: Review) -> Iterator[Hit]:
    """SQLite's way: a new table that forbids NULL is filled from the old one, which does not."""
    for each in review.arriving(Table):
        if isinstance(each.new, Table) and isinstance(each.old, Table) and each.created:
            strict = {
                column.name
                for column in each.new.columns
                if column.not_null and (was := each.old.column(column.name)) and not was.not_null
            }
            for touch in review.upon(Data):
                if touch.table == each.new.identity:
                    copied = strict & set(touch.operation.columns or strict)
                    if copied and not _FILLS.search(touch.step.statement.text):
                        yield Hit(
                            f"forbids NULL in {', '.join(sorted(copied))} of {each.old.name}:"
                            " copying a row with one fails",
                            each.step,
                        )


def _in_place(review: Review) -> Iterator[Hit]:
    """What a valid check proves, what an UPDATE fills, and what a default fills is safe.

    An UPDATE of chosen rows may fill all that are NULL: only the data tells.
    """
    filled: set[tuple[Identity, str]] = set()
    chosen: set[tuple[Identity, str]] = set()
    for touch in review.among(Data, AddColumn, ValidateConstraint, AddConstraint, SetNotNull):
        match touch.operation:
            case Data(verb="UPDATE" | "update", columns=columns, fills=fills):
                chosen |= {(touch.table, each) for each in columns}
                filled |= {(touch.table, each) for each in fills}
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
                    partly = (touch.table, column) in chosen
                    left = ", and the UPDATE before it may leave some" if partly else ""
                    yield Hit(
                        f"sets column {column} of {table} NOT NULL: fails if a row is NULL{left}",
                        touch.step,
                        severity=Severity.NOTE if partly else None,
                        instead=_first(nulls(table, column)),
                    )
            case _:
                pass


def _first(query: str) -> str:
    return f"Fill the rows first. None may be left: {query}" if query else ""


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
    dialects=("postgres", "mysql", "sqlite"),
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
