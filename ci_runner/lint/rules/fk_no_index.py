"""A foreign key whose columns no index begins with."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, CreateIndex
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on, keys_on
from ci_runner.schema.model import Identity, PrimaryKey, Unique


def _check(review: Review) -> Iterator[Hit]:
    """An index that comes later in the change counts; a partial one does not."""
    for touch in review.touches:
        added = touch.operation
        if not isinstance(added, AddConstraint) or added.references is None or not added.columns:
            continue
        covered = any(
            set(keys[: len(added.columns)]) == set(added.columns)
            for keys in _indexed(review, touch.table)
        )
        if not covered:
            keys = ", ".join(added.columns)
            yield Hit(f"{added.table} has no index that begins with ({keys})", touch.step)


def _indexed(review: Review, table: Identity) -> Iterator[tuple[str, ...]]:
    """The columns of every whole index that the table has in the end, as far as it is known."""
    schema = review.steps[-1].after
    yield from (each.keys for each in indexes_on(schema, table) if not each.predicate)
    for each in keys_on(schema, table):
        if isinstance(each, PrimaryKey | Unique):
            yield each.columns
    for touch in review.touches:
        made = touch.operation
        match made:
            case CreateIndex(columns=columns):
                pass
            case AddConstraint(kind="primary key" | "unique", columns=columns):
                pass
            case _:
                continue
        if touch.table == table and not ran(touch.step):
            yield columns


RULE = Rule(
    id="fk-no-index",
    title="Foreign key without an index",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "Every DELETE or change of a key in the parent reads the whole child, and holds its"
        " locks meanwhile."
    ),
    instead="CREATE INDEX CONCURRENTLY on the columns of the foreign key.",
    check=_check,
    aliases=(
        "E15",
        "PGM501",
    ),
    group="performance",
)
