"""A query says what it hardly means, or finds its rows the slow way."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.queries import remarks as remarks_of_mysql
from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse_query import remarks
from ci_runner.dialects.postgres.parse_where import Wrapped, wrapped
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.written import Written
from ci_runner.schema.model import Identity, Index, PrimaryKey, Schema, Unique

_QUERY = "select"
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
    for step in review.steps if review.dialect == "mysql" else ():
        told = list(remarks_of_mysql(step.statement.text))
        if told:
            yield Hit("; ".join(told), step)
    keys = _Keys(review.default_schema)
    for each in review.written_as(*_WITH_QUERIES):
        if _only_values(each):
            said = [*remarks(each.node, rows=False)]
        else:
            said = [*remarks(each.node), *_wrapped(each, keys)]
        if said:
            yield Hit("; ".join(said), each.step)


def _only_values(each: Written) -> bool:
    """Whether it is an INSERT of VALUES with no query or condition among them."""
    if each.kind != "insert_stmt" or each.node.HasField("on_conflict_clause"):
        return False
    values = each.node.select_stmt.select_stmt.values_lists
    return bool(values) and _QUERY not in each.step.statement.text.lower()


def _wrapped(each: Written, keys: _Keys) -> Iterator[str]:
    said: dict[str, None] = {}
    for column in wrapped(each.node):
        if keys.lost(each.step.before, column):
            said[f"{column.expression} makes no use of the index on {column.column}"] = None
    yield from said


class _Keys:
    """The keys of every table's indexes; remembered, as most statements see one schema."""

    def __init__(self, default_schema: str) -> None:
        self._default = default_schema
        self._schema: Schema | None = None
        self._keys: dict[Identity, set[str]] = {}

    def lost(self, schema: Schema, column: Wrapped) -> bool:
        """Whether the column has an index, and what is asked for has none."""
        for tables in column.sources:
            for table in tables:
                if self._has(schema, table, column.column):
                    keys = self._of(schema).get(self._identity(table), set())
                    return column.column in keys and _plain(column.expression) not in keys
        return False

    def _identity(self, table: Target) -> Identity:
        return table.identity("table", self._default)

    def _has(self, schema: Schema, table: Target, column: str) -> bool:
        at = self._identity(table)
        return Identity("column", at.schema, column, at.name) in schema.by_identity

    def _of(self, schema: Schema) -> dict[Identity, set[str]]:
        if self._schema is not schema:
            self._schema, self._keys = schema, {}
            for each in schema.objects:
                if isinstance(each, Index | PrimaryKey | Unique):
                    columns = each.keys if isinstance(each, Index) else each.columns
                    table = Identity("table", each.schema, each.table)
                    self._keys.setdefault(table, set()).update(map(_plain, columns))
        return self._keys


def _plain(expression: str) -> str:
    """An expression without blanks and casts, as far as two spellings of one thing differ."""
    return expression.lower().replace(" ", "").replace("::text", "").strip("()")


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
