"""What rows would stop a statement of PostgreSQL, read from its tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_runner.dialects.obstacles import (
    Obstacle,
    all_rows,
    breaking,
    key_of,
    nulls,
    orphans,
    repeated,
)
from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.elements import ColumnDefinition, Command, Constraint
from ci_runner.dialects.postgres.parse.nodes import relation, strings, text
from ci_runner.dialects.postgres.parse.parsed import added, statements
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import Check, ForeignKey, Schema

# A column that has one of these gets a value in each row.
_FILLED = frozenset({"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"})
_FORBIDS_NULL = frozenset({"CONSTR_NOTNULL", "CONSTR_PRIMARY"})


def obstacles(sql: str, schema: Schema) -> tuple[Obstacle, ...]:
    """`schema` is that before the statement: it has the constraints that are only named."""
    found: list[Obstacle] = []
    for each in statements(sql):
        if each.kind not in {"alter_table_stmt", "index_stmt"}:
            continue
        table = relation(each.node.relation)
        indexes = each.kind == "index_stmt"
        queries = _of_index(each.node) if indexes else _of_table(each.commands, table, schema)
        found += (Obstacle(table, query) for query in queries if query)
    return tuple(found)


def _name(table: Target) -> str:
    return qualified(table.schema, table.name)


def _quoted(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(quote, columns))


def _of_index(node: Node) -> Iterator[str]:
    """Expressions are left out: they may be of any function."""
    columns = tuple(each.index_elem.name for each in node.index_params)
    if node.unique and all(columns) and not node.nulls_not_distinct:
        condition = text(node.where_clause) if node.HasField("where_clause") else ""
        yield repeated(_name(relation(node.relation)), _quoted(columns), condition)


def _of_table(commands: Iterable[Command], table: Target, schema: Schema) -> Iterator[str]:
    for each in commands:
        match each:
            case Command(column=ColumnDefinition() as column) if not each.node.missing_ok:
                said = column.by_kind().keys()
                serial = "serial" in column.type.names[-1]
                if said & _FORBIDS_NULL and not said & _FILLED and not serial:
                    yield all_rows(_name(table))
            case Command(action="AT_SetNotNull"):
                yield nulls(_name(table), (quote(each.node.name),))
            case Command(constraint=Constraint() as constraint):
                yield from _of_constraint(constraint, table, schema)
            case Command(action="AT_ValidateConstraint"):
                yield from _of_named(each.node.name, table, schema)
            case _:
                pass


def _of_constraint(written: Constraint, table: Target, schema: Schema) -> Iterator[str]:
    node = written.node
    if node.skip_validation:
        return
    keys = _quoted(written.keys)
    match written.kind:
        case "CONSTR_NOTNULL":
            yield nulls(_name(table), keys)
        case "CONSTR_CHECK":
            yield breaking(_name(table), text(node.raw_expr))
        case "CONSTR_UNIQUE" if keys and not node.nulls_not_distinct:
            yield repeated(_name(table), keys)
        case "CONSTR_PRIMARY" if keys:
            yield nulls(_name(table), keys)
            yield repeated(_name(table), keys)
        case "CONSTR_FOREIGN":
            parent = written.parent
            key = strings(node.pk_attrs) or key_of(schema, parent.identity("table", "public"))
            columns = written.own
            yield orphans(_name(table), _quoted(columns), _name(parent), _quoted(key))
        case _:
            pass


def _of_named(name: str, table: Target, schema: Schema) -> Iterator[str]:
    """What VALIDATE reads: the constraint as it was made earlier."""
    for each in schema.objects:
        if not isinstance(each, Check | ForeignKey) or each.name != name:
            continue
        if each.table != table.name or table.schema not in {"", each.schema}:
            continue
        if isinstance(each, ForeignKey):
            parent = qualified(each.references.schema, each.references.name)
            columns, referenced = _quoted(each.columns), _quoted(each.referenced_columns)
            yield orphans(_name(table), columns, parent, referenced)
        else:
            for made in added(each.definition):
                yield breaking(_name(table), text(made.node.raw_expr))
