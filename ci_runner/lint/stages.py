"""Safe forms in stages: what the planner knows of a change, and old rows filled in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlanOptions
from ci_runner.dialects.postgres.plan.plan import plan
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Create
from ci_runner.schema.model import (
    Column,
    Identity,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
)

_ONLINE = PlanOptions(online=True)
# Names that no table has: a column of the same name would be ambiguous in PL/pgSQL.
_FILL = """DO $$
DECLARE
  batch_first__ {table}.{key}%TYPE;
  batch_last__ {table}.{key}%TYPE;
BEGIN
  SELECT {key} INTO batch_first__ FROM {table} ORDER BY {key} LIMIT 1;
  WHILE FOUND LOOP
    SELECT {key} INTO batch_last__
      FROM (SELECT {key} FROM {table} WHERE {key} >= batch_first__ ORDER BY {key} LIMIT 1000) AS b
      ORDER BY {key} DESC LIMIT 1;
    UPDATE {table} SET {column} = DEFAULT
      WHERE {key} BETWEEN batch_first__ AND batch_last__ AND {column} IS NULL;
    COMMIT;
    SELECT {key} INTO batch_first__ FROM {table} WHERE {key} > batch_last__ ORDER BY {key} LIMIT 1;
  END LOOP;
END
$$"""


def planned(step: Step) -> tuple[str, ...]:
    """The online plan of all that the statement was seen to do; () where it has no online form."""
    statements = plan(step.before, step.after, _ONLINE)
    online = any(each.apart or not each.transactional for each in statements)
    return tuple(each.sql for each in statements) if online else ()


def filled_later(step: Step) -> tuple[str, ...]:
    """The column, its default for new rows, then old rows in batches by a key of one column."""
    if len(step.observed.changes) != 1:
        return ()
    (change,) = step.observed.changes
    column = change.new if isinstance(change, Create) else None
    if not isinstance(column, Column) or not column.default:
        return ()
    key = _key(step.before, column)
    if not key:
        return ()
    anything = replace(column, not_null=False)
    bare = replace(anything, default=None)
    first, second = (_with(step.after, each) for each in (bare, anything))
    return (
        *_statements(step.before, first),
        *_statements(first, second),
        _FILL.format(
            table=qualified(column.schema, column.table), key=quote(key), column=quote(column.name)
        ),
        *_statements(second, step.after),
    )


def _key(schema: Schema, column: Column) -> str:
    """The column of the primary key, by which rows are walked; "" for several, and with heirs."""
    table = schema.table(column.schema, column.table)
    if table is None or table.partition_key or table.parents or _has_children(schema, table):
        return ""
    keys = [
        each.columns
        for each in schema.of_type(PrimaryKey)
        if (each.schema, each.table) == (table.schema, table.name)
    ]
    return keys[0][0] if len(keys) == 1 and len(keys[0]) == 1 else ""


def _has_children(schema: Schema, table: Table) -> bool:
    return any(table.identity in each.parents for each in schema.of_type(Table))


def _with(schema: Schema, column: Column) -> Schema:
    """The schema with another form of one of its columns."""
    return replace(schema, objects=tuple(_replaced(schema, column)))


def _replaced(schema: Schema, column: Column) -> Iterator[SchemaObject]:
    place = Identity("table", column.schema, column.table)
    for each in schema.objects:
        if isinstance(each, Table) and each.identity == place:
            columns = tuple(column if own.name == column.name else own for own in each.columns)
            yield replace(each, columns=columns)
        else:
            yield each


def _statements(old: Schema, new: Schema) -> Iterator[str]:
    return (each.sql for each in plan(old, new, _ONLINE))
