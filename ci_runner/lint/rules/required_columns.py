"""A table lacks a column that the team wants in every table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropColumn, RenameColumn
from ci_runner.lint.designs import in_the_end, listed, of_table
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Drop, Rename
from ci_runner.schema.model import Column, Table


def _check(review: Review) -> Iterator[Hit]:
    wanted = dict(_split(each) for each in texts(review.options.get(RULE.id, {}), "columns"))
    if not wanted:
        return
    end = in_the_end(review)
    for each in review.arriving(Table):
        if isinstance(each.new, Table) and each.created and each.old is None:
            last = end.get(each.table) if end else each.new
            if isinstance(last, Table) and not (last.bound or last.server):
                lacks = [name for name in wanted if last.column(name) is None]
                if lacks:
                    yield Hit(f"{of_table(review, each.table)} has no {listed(lacks)}", each.step)
    for found in review.columns:
        kind = wanted.get(found.column.name, "")
        if kind and not _is(found.column, kind):
            table = of_table(review, found.table)
            yield Hit(f"{table}: {found.column.name} is not {kind}", found.step)
    yield from _lost(review, wanted)


def _split(said: str) -> tuple[str, str]:
    name, _, kind = said.strip().partition(" ")
    return name, kind.strip().lower()


def _is(column: Column, wanted: str) -> bool:
    """`type`, `default value` or `type default value`; a server writes parentheses behind calls."""
    kind, _, default = f"{wanted} ".partition("default ")
    said = (column.default or "").lower().removesuffix("()")
    fits = not kind.strip() or column.type.lower() == kind.strip()
    return fits and (not default or said == default.strip().removesuffix("()"))


def _lost(review: Review, wanted: dict[str, str]) -> Iterator[Hit]:
    for step in review.steps:
        for table, name in _gone(step):
            if name in wanted:
                yield Hit(f"{table} loses {name}, which every table has", step)


def _gone(step: Step) -> Iterator[tuple[str, str]]:
    """(table, column) that a statement drops or renames: as seen, or as written where it failed."""
    if step.executed and step.failure is None:
        for change in step.observed.changes:
            if isinstance(change, Drop | Rename) and isinstance(change.old, Column):
                yield change.old.table, change.old.name
        return
    for operation in step.operations:
        if isinstance(operation, DropColumn | RenameColumn):
            yield operation.table.name, operation.column


RULE = Rule(
    id="required-columns",
    title="Column missing that every table has",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="What the team relies on in every table, such as when a row was made, can't be known of"
    " rows that were written without it.",
    instead="Add the column with the table.",
    check=_check,
    aliases=("require-columns", "GN011", "GN012", "GN013", "TP015", "COLUMN_REQUIRED"),
    options=(
        RuleOption(
            "columns",
            "texts",
            "names, with or without a type and a default: `made timestamptz default now()`",
        ),
    ),
    group="design",
)
