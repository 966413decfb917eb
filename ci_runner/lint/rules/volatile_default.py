"""A column is added with a default that differs from row to row."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_VOLATILE = frozenset(
    {
        "random",
        "clock_timestamp",
        "timeofday",
        "nextval",
        "gen_random_uuid",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
        "uuidv4",
        "uuidv7",
    }
)


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if (
                not isinstance(operation, AddColumn)
                or operation.default is None
                or not review.existed(operation.table)
            ):
                continue
            said = f"adds column {operation.column} to {operation.table} with a volatile default"
            if not step.executed or step.failure is not None:
                if _VOLATILE.intersection(operation.default_calls):
                    yield Hit(f"{said}, which rewrites the table", step)
            elif review.identity(operation.table) in step.observed.rewritten:
                yield Hit(
                    f"{said}, which rewrites the table",
                    step,
                    evidence="seen on the dev database: the table got a new file",
                )


RULE = Rule(
    id="volatile-default",
    title="Volatile default",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table is written again while nobody can read or write it.",
    instead="Add the column without the default, set the default, then fill old rows in batches.",
    check=_check,
    aliases=("PG302", "adding-field-with-default"),
)
