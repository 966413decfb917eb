"""Rows may break a unique rule that is added."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, AddConstraint, CreateIndex
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.queries import twice
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on, keys_on
from ci_runner.schema.changes import Create
from ci_runner.schema.model import Index, PrimaryKey, Unique


def _check(review: Review) -> Iterator[Hit]:
    added = {
        (touch.table, touch.operation.column)
        for touch in review.upon(AddColumn)
        if touch.operation.default is None
    }
    for touch in review.among(CreateIndex, AddConstraint):
        match touch.operation:
            case CreateIndex(table=table, unique=True, columns=columns) if touch.known:
                pass
            case AddConstraint(
                table=table, kind="unique" | "primary key", columns=columns, using_index=False
            ) if touch.known and not touch.operation.inline:
                pass
            case _:
                continue
        fresh = bool(columns) and any((touch.table, each) in added for each in columns)
        whole = _keys(touch, columns)
        if not fresh and not _was_unique(review, touch, whole):
            query = twice(table, columns) if columns and columns == whole else ""
            what = f"({', '.join(whole)})" if whole else "by an expression"
            yield Hit(
                f"makes {table} unique {what}: fails if rows are there twice",
                touch.step,
                instead=f"First: {query}" if query else "",
            )


def _keys(touch: Touch[Effect], columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the index that was seen to appear, expressions included; else the plain columns."""
    made = (each.new for each in touch.step.observed.changes if isinstance(each, Create))
    seen = (each.keys for each in made if isinstance(each, Index) and each.unique)
    keys = next(seen, columns) if isinstance(touch.operation, CreateIndex) else columns
    return tuple(each.strip("`") for each in keys)


def _was_unique(review: Review, touch: Touch[Effect], columns: tuple[str, ...]) -> bool:
    """Whether some of the columns were unique before the change, by themselves."""
    wanted = set(columns)
    indexes = (
        set(each.keys)
        for each in indexes_on(review.base, touch.table)
        if each.unique and not each.predicate
    )
    keys = (
        set(each.columns)
        for each in keys_on(review.base, touch.table)
        if isinstance(each, PrimaryKey | Unique)
    )
    return any(each and each <= wanted for each in (*indexes, *keys))


RULE = Rule(
    id="add-unique-data",
    title="Rows may not be unique",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why=(
        "Two rows with the same values stop the migration; CONCURRENTLY leaves an invalid"
        " index behind."
    ),
    instead="Look for rows that are there twice first, and settle which of them stays.",
    check=_check,
    aliases=(
        "MF101",
        "MF102",
        "ADD_UNIQUE",
        "data_depend",
    ),
)
