"""Read CREATE TABLE and ALTER TABLE: columns, constraints, partitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
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
from ci_runner.dialects.postgres.parse.elements import (
    ColumnDefinition,
    Command,
    Constraint,
    TypeName,
    type_of,
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
from ci_runner.dialects.postgres.parse.parsed import Parsed
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


def create_table(statement: Parsed) -> Iterator[Operation]:
    """The table, then the constraints that it is made with."""
    node = statement.node
    table = relation(node.relation)
    parent = None
    if node.HasField("partbound"):
        parent = relation(node.inh_relations[0].range_var)
    temporary = node.relation.relpersistence == "t"
    yield _create_table(table, temporary, bool(node.if_not_exists), parent)
    for element in statement.elements:
        if isinstance(element, ColumnDefinition):
            yield from _inline(table, element)
        elif isinstance(element, Constraint):
            yield from _constraint(table, element, ())


def create_table_as(statement: Parsed) -> Iterator[Operation]:
    node = statement.node
    made = relation(node.into.rel)
    if word(node, "objtype") == "OBJECT_TABLE":
        temporary = node.into.rel.relpersistence == "t"
        yield CreateTable(made, temporary, bool(node.if_not_exists))
    else:
        yield CreateObject("materialized view", made)


def alter_table(statement: Parsed) -> Iterator[Operation]:
    """One operation or more for each action; views, indexes and types are other objects."""
    table = relation(statement.node.relation)
    kind = word(statement.node, "objtype").removeprefix("OBJECT_").lower()
    for command in statement.commands:
        if kind in {"table", "foreign_table"}:
            yield from _command(table, command)
        else:
            yield _of_other(kind, table, command)


def _of_other(kind: str, name: Target, command: Command) -> AlterObject:
    action = command.action
    if kind == "type" and command.column is not None:
        return AlterObject("type", name, "ADD ATTRIBUTE", command.column.name)
    if kind == "type" and action == "AT_DropColumn":
        return AlterObject("type", name, "DROP ATTRIBUTE", command.node.name)
    spelled = {"matview": "materialized view"}.get(kind, kind)
    return AlterObject(spelled, name, _ACTIONS.get(action, action), command.node.name)


def _command(table: Target, done: Command) -> Iterator[Operation]:
    if done.column is not None:
        yield _add_column(table, done.column)
        yield from _inline(table, done.column)
    elif done.constraint is not None:
        yield from _constraint(table, done.constraint, ())
    else:
        yield from _changed(table, done.action, done.node)


def _changed(table: Target, action: str, command: Node) -> Iterator[Operation]:
    cascade = word(command, "behavior") == "DROP_CASCADE"
    match action:
        case "AT_DropColumn":
            yield DropColumn(table, command.name, cascade)
        case "AT_AlterColumnType":
            column = definition(command).column_def
            new = type_name(type_of(column.type_name))
            yield AlterColumnType(table, command.name, new, _computed(column.raw_default))
        case "AT_SetNotNull":
            yield SetNotNull(table, command.name)
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


def _inline(table: Target, column: ColumnDefinition) -> Iterator[Operation]:
    """The constraints that are written behind a column."""
    for each in column.constraints:
        if each.kind in _CONSTRAINTS:
            yield from _constraint(table, each, (column.name,), inline=True)


def _constraint(
    table: Target, written: Constraint, columns: tuple[str, ...], *, inline: bool = False
) -> Iterator[Operation]:
    kind, node = _CONSTRAINTS.get(written.kind), written.node
    if kind is None:
        if written.kind == "CONSTR_NOTNULL":
            yield from _not_null(table, written)
        return
    refers = kind == "foreign key"
    named = written.own if refers else written.keys
    later = kind in {"check", "foreign key"}
    yield _add_constraint(
        table,
        kind,
        written.name,
        named or columns,
        later and not (node.is_enforced and not node.skip_validation),
        bool(node.indexname),
        written.parent if refers else None,
        inline,
        tuple(_never_null(node.raw_expr)) if kind == "check" else (),
    )


def _not_null(table: Target, written: Constraint) -> Iterator[Operation]:
    """ADD CONSTRAINT ... NOT NULL column, of PostgreSQL 18: SET NOT NULL, unless NOT VALID."""
    columns = written.keys
    if written.node.skip_validation:
        yield AddConstraint(
            table, "check", written.name, columns, not_valid=True, never_null=columns
        )
    else:
        yield from (SetNotNull(table, column) for column in columns)


def proven(checks: Iterable[Constraint]) -> tuple[str, ...]:
    """The columns that checks prove NOT NULL."""
    return tuple(column for each in checks for column in _never_null(each.node.raw_expr))


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


def _add_column(table: Target, column: ColumnDefinition) -> AddColumn:
    found = column.by_kind()
    kind = type_name(column.type)
    default = found.get("CONSTR_DEFAULT")
    generated = found.get("CONSTR_GENERATED")
    return _new_column(
        table,
        column.name,
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


@lru_cache(maxsize=4096)
def type_name(kind: TypeName) -> str:
    """The type's own name with its modifiers: `varchar(50)`, `int4[]`."""
    name = kind.names[-1] if kind.names else ""
    suffix = f"({','.join(map(str, kind.modifiers))})" if kind.modifiers else ""
    return f"{name}{suffix}{'[]' * kind.dimensions}"


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
