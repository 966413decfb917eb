"""Ask the schema and the trace what a rule needs to know of one table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.objects import ran
from ci_runner.lint.rewrites import family
from ci_runner.migrations.history import Step
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKey,
    Schema,
    Unique,
)
from ci_runner.schema.tables import Exclusion


def read(step: Step, table: Identity) -> bool:
    """Whether the table, a partition or a child of it was seen read from end to end."""
    return ran(step) and bool(family(step, table).intersection(step.observed.scanned))


def of_column(schema: Schema, table: Identity, column: str) -> Column | None:
    """A column of a table as the catalogue has it."""
    found = schema.get(Identity("column", table.schema, column, table.name))
    return found if isinstance(found, Column) else None


def indexes_on(schema: Schema, table: Identity) -> Iterator[Index]:
    for each in schema.of_type(Index):
        if (each.schema, each.table) == (table.schema, table.name):
            yield each


def keys_on(
    schema: Schema, table: Identity
) -> Iterator[PrimaryKey | Unique | ForeignKey | Check | Exclusion]:
    """The constraints of a table."""
    for each in schema.objects:
        if isinstance(each, PrimaryKey | Unique | ForeignKey | Check | Exclusion) and (
            each.schema,
            each.table,
        ) == (table.schema, table.name):
            yield each
