"""A foreign key between columns of different types."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ci_runner.dialects.mysql.plan.types import bare
from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column
from ci_runner.schema.changes import Create
from ci_runner.schema.model import ForeignKey, Identity, Schema


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if step.failure is not None and explained(step) == "fk-type-mismatch":
            yield Hit(step.failure.message, step, evidence=step.failure.detail)
        for change in step.observed.changes:
            match change:
                case Create(new=ForeignKey() as key):
                    for message in _differing(step.after, key, _bare(review.dialect)):
                        yield Hit(message, step)
                case _:
                    pass


def _bare(dialect: str) -> Callable[[str], str]:
    """A type without the parts that are free to differ: on MySQL the width of an integer."""
    return bare if dialect == "mysql" else str


def _differing(schema: Schema, key: ForeignKey, of_type: Callable[[str], str]) -> Iterator[str]:
    child = Identity("table", key.schema, key.table)
    for mine, theirs in zip(key.columns, key.referenced_columns, strict=True):
        left = of_column(schema, child, mine)
        right = of_column(schema, key.references, theirs)
        if left is not None and right is not None and of_type(left.type) != of_type(right.type):
            yield (
                f"{key.table}.{mine} is {left.type}, but {key.references.name}.{theirs} is"
                f" {right.type}"
            )


RULE = Rule(
    id="fk-type-mismatch",
    title="Foreign key of another type",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why=(
        "It fails, or compares by a cast for every row: numbers that fit one side may be too"
        " large for the other."
    ),
    instead="Give both columns the same type.",
    check=_check,
    aliases=(
        "mismatched_foreign_key_type",
        "SDLForeignKeyTypeMismatch",
    ),
    group="design",
)
