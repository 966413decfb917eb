"""Read CREATE TABLE and ALTER TABLE: columns, constraints, partitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterObject,
    AlterTable,
    AttachPartition,
    CreateObject,
    CreateTable,
    DetachPartition,
    DropColumn,
    DropConstraint,
    Operation,
    SetNotNull,
    Target,
    ValidateConstraint,
)
from ci_runner.dialects.postgres.parse.nodes import (
    definition,
    inner,
    relation,
    strings,
    text,
    within,
    word,
)
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.schema.drafts import quickly

_SERIAL = frozenset({"serial", "serial4", "bigserial", "serial8", "smallserial", "serial2"})
_CONSTRAINTS: dict[str, Literal["primary key", "unique", "check", "foreign key", "exclude"]] = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_EXCLUSION": "exclude",
}
_ACTIONS = {
    "AT_AddIdentity": "ADD GENERATED",
    "AT_AlterConstraint": "ALTER CONSTRAINT",
    "AT_ChangeOwner": "OWNER TO",
    "AT_ClusterOn": "CLUSTER ON",
    "AT_DisableRule": "DISABLE RULE",
    "AT_DisableTrig": "DISABLE TRIGGER",
    "AT_DisableTrigAll": "DISABLE TRIGGER ALL",
    "AT_DisableTrigUser": "DISABLE TRIGGER USER",
    "AT_DropExpression": "DROP EXPRESSION",
    "AT_DropIdentity": "DROP IDENTITY",
    "AT_DropNotNull": "DROP NOT NULL",
    "AT_EnableAlwaysTrig": "ENABLE ALWAYS TRIGGER",
    "AT_EnableReplicaTrig": "ENABLE REPLICA TRIGGER",
    "AT_EnableTrig": "ENABLE TRIGGER",
    "AT_EnableTrigAll": "ENABLE TRIGGER ALL",
    "AT_EnableTrigUser": "ENABLE TRIGGER USER",
    "AT_ReplicaIdentity": "REPLICA IDENTITY",
    "AT_SetAccessMethod": "SET ACCESS METHOD",
    "AT_SetExpression": "SET EXPRESSION",
    "AT_SetIdentity": "SET GENERATED",
    "AT_SetLogged": "SET LOGGED",
    "AT_SetTableSpace": "SET TABLESPACE",
    "AT_SetUnLogged": "SET UNLOGGED",
}


_create_table = quickly(CreateTable)
_add_constraint = quickly(AddConstraint)
_new_column = quickly(AddColumn)


def create_table(node: Node) -> Iterator[Operation]:
    """The table, then the constraints that it is made with."""
    table = relation(node.relation)
    parent = None
    if node.HasField("partbound"):
        parent = relation(node.inh_relations[0].range_var)
    temporary = node.relation.relpersistence == "t"
    yield _create_table(table, temporary, bool(node.if_not_exists), parent)
    for element in node.table_elts:
        if element.HasField("column_def"):
            yield from _inline(table, element.column_def)
        elif element.HasField("constraint"):
            yield from _constraint(table, element.constraint, ())


def create_table_as(node: Node) -> Iterator[Operation]:
    made = relation(node.into.rel)
    if word(node, "objtype") == "OBJECT_TABLE":
        temporary = node.into.rel.relpersistence == "t"
        yield CreateTable(made, temporary, bool(node.if_not_exists))
    else:
        yield CreateObject("materialized view", made)


def alter_table(node: Node) -> Iterator[Operation]:
    """One operation or more for each action; views, indexes and types are other objects."""
    table = relation(node.relation)
    kind = word(node, "objtype").removeprefix("OBJECT_").lower()
    for each in node.cmds:
        command = each.alter_table_cmd
        if kind in {"table", "foreign_table"}:
            yield from _command(table, command)
        else:
            yield _of_other(kind, table, command)


def _of_other(kind: str, name: Target, command: Node) -> AlterObject:
    action = word(command, "subtype")
    if kind == "type" and action == "AT_AddColumn":
        column = definition(command).column_def
        return AlterObject("type", name, "ADD ATTRIBUTE", column.colname)
    if kind == "type" and action == "AT_DropColumn":
        return AlterObject("type", name, "DROP ATTRIBUTE", command.name)
    spelled = {"matview": "materialized view"}.get(kind, kind)
    return AlterObject(spelled, name, _ACTIONS.get(action, action), command.name)


def _command(table: Target, command: Node) -> Iterator[Operation]:
    cascade = word(command, "behavior") == "DROP_CASCADE"
    match word(command, "subtype"):
        case "AT_AddColumn":
            yield _add_column(table, definition(command).column_def)
            yield from _inline(table, definition(command).column_def)
        case "AT_DropColumn":
            yield DropColumn(table, command.name, cascade)
        case "AT_AlterColumnType":
            column = definition(command).column_def
            new = type_name(column.type_name)
            yield AlterColumnType(table, command.name, new, _computed(column.raw_default))
        case "AT_SetNotNull":
            yield SetNotNull(table, command.name)
        case "AT_AddConstraint":
            yield from _constraint(table, definition(command).constraint, ())
        case "AT_ValidateConstraint":
            yield ValidateConstraint(table, command.name)
        case "AT_DropConstraint":
            yield DropConstraint(table, command.name, cascade)
        case "AT_AttachPartition":
            yield AttachPartition(table, relation(definition(command).partition_cmd.name))
        case "AT_DetachPartition":
            part = definition(command).partition_cmd
            yield DetachPartition(table, relation(part.name), bool(part.concurrent))
        case "AT_ColumnDefault":
            has = command.HasField("def")
            value = text(definition(command)) if has else ""
            yield AlterTable(table, "SET DEFAULT" if has else "DROP DEFAULT", command.name, value)
        case other:
            yield AlterTable(table, _ACTIONS.get(other, other), command.name)


def _inline(table: Target, column: Node) -> Iterator[Operation]:
    """The constraints that are written behind a column."""
    name = (column.colname,)
    for each in column.constraints:
        yield from _constraint(table, each.constraint, name, inline=True)


def _constraint(
    table: Target, node: Node, columns: tuple[str, ...], *, inline: bool = False
) -> Iterator[Operation]:
    written = word(node, "contype")
    kind = _CONSTRAINTS.get(written)
    if kind is None:
        if written == "CONSTR_NOTNULL" and not inline:
            yield from _not_null(table, node)
        return
    named = strings(node.fk_attrs) if kind == "foreign key" else strings(node.keys)
    yield _add_constraint(
        table,
        kind,
        node.conname,
        named or columns,
        kind in {"check", "foreign key"} and not (node.is_enforced and not node.skip_validation),
        bool(node.indexname),
        relation(node.pktable) if kind == "foreign key" else None,
        inline,
        tuple(_never_null(node.raw_expr)) if kind == "check" else (),
    )


def _not_null(table: Target, node: Node) -> Iterator[Operation]:
    """ADD CONSTRAINT ... NOT NULL column, of PostgreSQL 18: SET NOT NULL, unless NOT VALID."""
    columns = strings(node.keys)
    if node.skip_validation:
        yield AddConstraint(
            table, "check", node.conname, columns, not_valid=True, never_null=columns
        )
    else:
        yield from (SetNotNull(table, column) for column in columns)


def proven(statement: Node) -> tuple[str, ...]:
    """The columns that the check of an ALTER TABLE ... ADD CHECK proves NOT NULL."""
    command = statement.cmds[0].alter_table_cmd
    return tuple(_never_null(definition(command).constraint.raw_expr))


def _never_null(expression: Node) -> Iterator[str]:
    """Columns of `x IS NOT NULL`, alone or as a part of AND."""
    match expression.WhichOneof("node"):
        case "null_test" if word(expression.null_test, "nulltesttype") == "IS_NOT_NULL":
            yield from strings(expression.null_test.arg.column_ref.fields)[-1:]
        case "bool_expr" if word(expression.bool_expr, "boolop") == "AND_EXPR":
            for each in expression.bool_expr.args:
                yield from _never_null(each)
        case _:
            pass


def _add_column(table: Target, column: Node) -> AddColumn:
    found = {word(each.constraint, "contype"): each.constraint for each in column.constraints}
    kind = type_name(column.type_name)
    default = found.get("CONSTR_DEFAULT")
    generated = found.get("CONSTR_GENERATED")
    return _new_column(
        table,
        column.colname,
        kind,
        not_null="CONSTR_NOTNULL" in found or "CONSTR_PRIMARY" in found,
        default=None if default is None else text(default.raw_expr),
        default_calls=() if default is None else tuple(dict.fromkeys(_calls(default))),
        serial=kind in _SERIAL or "CONSTR_IDENTITY" in found,
        generated="" if generated is None else _generated(generated),
        primary_key="CONSTR_PRIMARY" in found,
        unique="CONSTR_UNIQUE" in found,
        own_calls=() if default is None else tuple(dict.fromkeys(_own_calls(default))),
    )


def _generated(node: Node) -> Literal["stored", "virtual"]:
    return "virtual" if getattr(node, "generated_kind", "s") == "v" else "stored"


def type_name(node: Node) -> str:
    """The type's own name with its modifiers: `varchar(50)`, `int4[]`."""
    name = strings(node.names)[-1] if node.names else ""
    modifiers = [
        str(each.a_const.ival.ival) for each in node.typmods if each.WhichOneof("node") == "a_const"
    ]
    suffix = f"({','.join(modifiers)})" if modifiers else ""
    return f"{name}{suffix}{'[]' * len(node.array_bounds)}"


def _calls(default: Node) -> Iterator[str]:
    """Names of the functions called anywhere in a default, lower case."""
    for field, node in within(default):
        if field == "func_call":
            yield strings(node.funcname)[-1].lower()


def _own_calls(default: Node) -> Iterator[str]:
    """`schema.name` of those that are written with a schema other than the system's."""
    for field, node in within(default):
        if field == "func_call":
            schema, *name = strings(node.funcname)
            if name and schema != "pg_catalog":
                yield f"{schema}.{name[-1]}".lower()


def _computed(using: Node) -> bool:
    """Whether an expression is there and is neither a column nor a cast of one."""
    kind, node = inner(using)
    if kind == "type_cast":
        return _computed(node.arg)
    return kind not in {"", "column_ref"}
