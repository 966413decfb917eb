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
    added = [
        (touch, touch.operation)
        for touch in review.upon(AddConstraint)
        if touch.operation.references is not None and touch.operation.columns
    ]
    indexed = _indexed(review, {touch.table for touch, _ in added})
    for touch, key in added:
        wanted = set(key.columns)
        if not any(set(keys[: len(key.columns)]) == wanted for keys in indexed[touch.table]):
            keys = ", ".join(key.columns)
            yield Hit(f"{key.table} has no index that begins with ({keys})", touch.step)


def _indexed(review: Review, tables: set[Identity]) -> dict[Identity, list[tuple[str, ...]]]:
    """The columns of every whole index that each table has in the end, as far as it is known."""
    schema = review.steps[-1].after if tables else review.base
    found: dict[Identity, list[tuple[str, ...]]] = {
        table: [
            *(each.keys for each in indexes_on(schema, table) if not each.predicate),
            *(
                each.columns
                for each in keys_on(schema, table)
                if isinstance(each, PrimaryKey | Unique)
            ),
        ]
        for table in tables
    }
    for touch in review.among(CreateIndex, AddConstraint):
        match touch.operation:
            case (
                CreateIndex(columns=columns)
                | AddConstraint(kind="primary key" | "unique", columns=columns)
            ) if touch.table in tables and not ran(touch.step):
                found[touch.table].append(columns)
            case _:
                pass
    return found


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
