"""A query says what it hardly means, or finds its rows the slow way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ci_runner.dialects.mysql.parse.queries import remarks as remarks_of_mysql
from ci_runner.dialects.mysql.parse.wrapped import wrapped as wrapped_on_mysql
from ci_runner.dialects.postgres.parse.query import remarks
from ci_runner.dialects.postgres.parse.where import wrapped
from ci_runner.dialects.wrapped import Wrapped
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.written import Written
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Index, PrimaryKey, Schema, Unique

_QUERY = "select"
# `name`(10) DESC, as MySQL shows a key.
_PREFIX = re.compile(r"(?<=\w)\(\d+\)$|(?<=\w)(?:\(\d+\))? desc$")
_WITH_QUERIES = {
    "select_stmt",
    "insert_stmt",
    "update_stmt",
    "delete_stmt",
    "merge_stmt",
    "view_stmt",
    "create_table_as_stmt",
    "explain_stmt",
}


def _check(review: Review) -> Iterator[Hit]:
    keys = _Keys(review.default_schema)
    for step in review.steps if review.dialect == "mysql" else ():
        sql = step.statement.text
        told = [*remarks_of_mysql(sql), *_lost(wrapped_on_mysql(sql), step, keys)]
        if told:
            yield Hit("; ".join(told), step)
    for each in review.written_as(*_WITH_QUERIES):
        if _only_values(each):
            said = [*remarks(each.node, rows=False)]
        else:
            said = [*remarks(each.node), *_lost(wrapped(each.node), each.step, keys)]
        if said:
            yield Hit("; ".join(said), each.step)


def _only_values(each: Written) -> bool:
    """Whether it is an INSERT of VALUES with no query or condition among them."""
    if each.kind != "insert_stmt" or each.node.HasField("on_conflict_clause"):
        return False
    values = each.node.select_stmt.select_stmt.values_lists
    return bool(values) and _QUERY not in each.step.statement.text.lower()


def _lost(columns: Iterable[Wrapped], step: Step, keys: _Keys) -> Iterator[str]:
    said: dict[str, None] = {}
    for column in columns:
        if keys.lost(step.before, column):
            said[f"{column.expression} makes no use of the index on {column.column}"] = None
    yield from said


class _Keys:
    """Every table's columns and the keys of its indexes, whatever their case.

    Remembered, as most statements see one schema.
    """

    def __init__(self, default_schema: str) -> None:
        self._default = default_schema
        self._schema: Schema | None = None
        self._columns: set[tuple[str, ...]] = set()
        self._keys: dict[tuple[str, ...], set[str]] = {}

    def lost(self, schema: Schema, column: Wrapped) -> bool:
        """Whether the column has an index, and what is asked for has none."""
        self._look(schema)
        name = column.column.lower()
        for tables in column.sources:
            for table in tables:
                at = ((table.schema or self._default).lower(), table.name.lower())
                if (*at, name) in self._columns:
                    keys = self._keys.get(at, set())
                    return name in keys and _plain(column.expression) not in keys
        return False

    def _look(self, schema: Schema) -> None:
        if self._schema is schema:
            return
        self._schema, self._keys = schema, {}
        self._columns = {
            (each.schema.lower(), each.parent.lower(), each.name.lower())
            for each in schema.by_identity
            if each.kind == "column"
        }
        for index in schema.objects:
            if isinstance(index, Index | PrimaryKey | Unique):
                columns = index.keys if isinstance(index, Index) else index.columns
                table = (index.schema.lower(), index.table.lower())
                self._keys.setdefault(table, set()).update(map(_plain, columns))


def _plain(expression: str) -> str:
    """An expression without blanks, quotes, casts and the length of a prefix."""
    bare = _PREFIX.sub("", expression.lower().replace("`", ""))
    return bare.replace(" ", "").replace("::text", "").strip("()")


RULE = Rule(
    id="query-lint",
    title="Query that hardly means what it says",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="= NULL is never true, NOT IN of a NULL is never true either, SELECT * and INSERT without"
    " columns change with the table, and a function around a column reads every row.",
    instead="Name the columns, IS NULL, NOT EXISTS, and leave the column by itself on one side.",
    check=_check,
    aliases=(
        "STATEMENT_SELECT_NO_SELECT_ALL",
        "STATEMENT_INSERT_MUST_SPECIFY_COLUMN",
        "STATEMENT_WHERE_NO_LEADING_WILDCARD_LIKE",
        "STATEMENT_INSERT_DISALLOW_ORDER_BY_RAND",
        "STATEMENT_WHERE_NO_EQUAL_NULL",
        "STATEMENT_WHERE_DISALLOW_FUNCTIONS_AND_CALCULATIONS",
        "GN024",
        "GN026",
        "GN027",
        "GN028",
        "GN031",
        "GN033",
        "GN036",
        "QY001",
        "QY002",
    ),
    group="design",
)
