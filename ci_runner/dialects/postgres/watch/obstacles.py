"""What rows would stop a statement of PostgreSQL, read from its tree."""

from __future__ import annotations

from collections.abc import Iterator

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
from ci_runner.dialects.postgres.parse.nodes import (
    definition,
    relation,
    statements,
    strings,
    text,
    word,
)
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import Check, ForeignKey, Schema

# A column that has one of these gets a value in each row.
_FILLED = frozenset({"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"})
_FORBIDS_NULL = frozenset({"CONSTR_NOTNULL", "CONSTR_PRIMARY"})


def obstacles(sql: str, schema: Schema) -> tuple[Obstacle, ...]:
    """`schema` is that before the statement: it has the constraints that are only named."""
    found: list[Obstacle] = []
    for kind, node in statements(sql):
        if kind not in {"alter_table_stmt", "index_stmt"}:
            continue
        table = relation(node.relation)
        queries = _of_index(node) if kind == "index_stmt" else _of_table(node, table, schema)
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


def _of_table(node: Node, table: Target, schema: Schema) -> Iterator[str]:
    for each in node.cmds:
        command = each.alter_table_cmd
        match word(command, "subtype"):
            case "AT_AddColumn" if not command.missing_ok:
                said = {
                    word(one.constraint, "contype")
                    for one in definition(command).column_def.constraints
                }
                serial = "serial" in strings(definition(command).column_def.type_name.names)[-1]
                if said & _FORBIDS_NULL and not said & _FILLED and not serial:
                    yield all_rows(_name(table))
            case "AT_SetNotNull":
                yield nulls(_name(table), (quote(command.name),))
            case "AT_AddConstraint":
                yield from _of_constraint(definition(command).constraint, table, schema)
            case "AT_ValidateConstraint":
                yield from _of_named(command.name, table, schema)
            case _:
                pass


def _of_constraint(node: Node, table: Target, schema: Schema) -> Iterator[str]:
    if node.skip_validation:
        return
    keys = _quoted(strings(node.keys))
    match word(node, "contype"):
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
            parent = relation(node.pktable)
            key = strings(node.pk_attrs) or key_of(schema, parent.identity("table", "public"))
            columns = strings(node.fk_attrs)
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
            [(_, node)] = statements(f"ALTER TABLE t ADD {each.definition}")
            made = definition(node.cmds[0].alter_table_cmd).constraint
            yield breaking(_name(table), text(made.raw_expr))
