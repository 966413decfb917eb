"""A column that SQLite cannot add."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_CONSTANT = re.compile(r"\(\s*(?:[+-]?\s*[\w.]+|'(?:[^']|'')*')\s*\)")


def _check(review: Review) -> Iterator[Hit]:
    """Some it adds to empty tables alone, such as that of a dev database: their text tells."""
    for step in review.steps:
        if step.failure is not None and explained(step) == "sqlite-add-not-null":
            yield Hit(f"{step.failure.message}: the statement fails", step)
    for touch in review.on_known(AddColumn):
        added = touch.operation
        if touch.step.failure is None and (why := _refused(added)):
            yield Hit(f"adds column {added.column} to {added.table} {why}", touch.step)


def _refused(added: AddColumn) -> str:
    default = (added.default or "").lower()
    computed = default.startswith("(") and not _CONSTANT.fullmatch(default)
    if added.unique or added.primary_key:
        return f"as {'UNIQUE' if added.unique else 'PRIMARY KEY'}, which SQLite never does"
    if added.generated == "stored":
        return "as STORED, which SQLite never does"
    if computed or default.startswith("current_"):
        return f"with the default {added.default}: it fails if the table has rows"
    return ""


RULE = Rule(
    id="sqlite-add-not-null",
    title="Column that SQLite cannot add",
    severity=Severity.ERROR,
    dialects=("sqlite",),
    why=(
        "SQLite adds no column that is UNIQUE, a PRIMARY KEY or STORED, and to a table with rows"
        " none that has a default in parentheses or the current time as one."
    ),
    instead="Add it without, then a unique index; or rebuild the table with the column in it.",
    check=_check,
)
