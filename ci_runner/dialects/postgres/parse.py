"""Read what a statement says it does, from the tree that PostgreSQL's own parser makes of it.

The parser is libpg_query behind postgast; only this module and tree.py know of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    Concurrently,
    CreateIndex,
    CreateTable,
    CreateView,
    Data,
    DropColumn,
    DropIndex,
    DropSchema,
    DropTable,
    Operation,
    Other,
    RenameColumn,
    RenameTable,
    SearchPath,
    SetNotNull,
    Target,
    Transaction,
    Unparsed,
    ValidateConstraint,
)
from ci_runner.dialects.postgres.tree import Node, library, tree

_SERIAL = frozenset({"serial", "serial4", "bigserial", "serial8", "smallserial", "serial2"})
_CONSTRAINTS: dict[str, Literal["primary key", "unique", "check", "foreign key", "exclude"]] = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_EXCLUSION": "exclude",
}
_TRANSACTIONS: dict[str, Literal["begin", "commit", "rollback"]] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
}
_DATA = {
    "insert_stmt": "INSERT",
    "update_stmt": "UPDATE",
    "delete_stmt": "DELETE",
    "merge_stmt": "MERGE",
    "copy_stmt": "COPY",
}
_LEADING_DATA = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|COPY)\b", re.IGNORECASE)


def parse(sql: str) -> tuple[Operation, ...]:
    """The operations of one statement. Never raises: what can't be read is Unparsed."""
    parsed = tree(sql)
    if isinstance(parsed, Unparsed):
        data = _LEADING_DATA.match(sql)
        return (Data(data[1].upper()) if data else parsed,)
    return tuple(
        operation for statement in parsed.stmts for operation in _statement(statement.stmt)
    )


def _word(message: Node, field: str) -> str:
    """The name of an enum field's value."""
    number = getattr(message, field)
    return str(message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[number].name)


def _statement(statement: Node) -> Iterator[Operation]:
    kind = statement.WhichOneof("node") or ""
    node: Node = getattr(statement, kind) if kind else None
    match kind:
        case "create_stmt":
            yield from _create_table(node)
        case "alter_table_stmt":
            yield from _alter_table(node)
        case "rename_stmt":
            yield _rename(node)
        case "drop_stmt":
            yield from _drop(node)
        case "index_stmt":
            yield _index(node)
        case "view_stmt":
            yield CreateView(_target(node.view), bool(node.replace))
        case "transaction_stmt":
            verb = _TRANSACTIONS.get(_word(node, "kind"))
            yield Transaction(verb) if verb else Other(_word(node, "kind"))
        case "reindex_stmt":
            names = {parameter.def_elem.defname for parameter in node.params}
            yield Concurrently("REINDEX") if "concurrently" in names else Other(kind)
        case "create_table_as_stmt" | "select_stmt" | "create_schema_stmt":
            yield from _also_create(kind, node)
        case _:
            yield from _touch(kind, node)


def _also_create(kind: str, node: Node) -> Iterator[Operation]:
    """Statements that may create a table without being CREATE TABLE (...)."""
    match kind:
        case "create_schema_stmt":
            yield Other(kind)
            for element in node.schema_elts:
                yield from _statement(element)
        case "create_table_as_stmt" if _word(node, "objtype") == "OBJECT_TABLE":
            yield CreateTable(_target(node.into.rel), node.into.rel.relpersistence == "t")
        case "select_stmt" if node.HasField("into_clause"):
            into = node.into_clause.rel
            yield CreateTable(_target(into), into.relpersistence == "t")
        case _:
            yield Other(kind)


def _touch(kind: str, node: Node) -> Iterator[Operation]:
    """Statements on rows, and what no rule asks for."""
    match kind:
        case "truncate_stmt":
            for relation in node.relations:
                yield Data("TRUNCATE", _target(relation.range_var))
        case "insert_stmt" | "update_stmt" | "delete_stmt" | "merge_stmt" | "copy_stmt":
            yield Data(_DATA[kind], _target(node.relation) if node.relation.relname else None)
        case "variable_set_stmt" if node.name == "search_path":
            yield SearchPath(tuple(each.a_const.sval.sval for each in node.args))
        case _:
            yield Other(kind)


def _target(relation: Node) -> Target:
    return Target(relation.schemaname, relation.relname)


def _create_table(node: Node) -> Iterator[Operation]:
    table = _target(node.relation)
    yield CreateTable(table, node.relation.relpersistence == "t")
    for element in node.table_elts:
        if element.WhichOneof("node") == "constraint":
            yield from _constraint(table, element.constraint, ())
        elif element.WhichOneof("node") == "column_def":
            yield from _inline(table, element.column_def)


def _inline(table: Target, column: Node) -> Iterator[Operation]:
    """The constraints that are written behind a column."""
    for each in column.constraints:
        yield from _constraint(table, each.constraint, (column.colname,), inline=True)


def _constraint(
    table: Target, node: Node, columns: tuple[str, ...], *, inline: bool = False
) -> Iterator[Operation]:
    kind = _CONSTRAINTS.get(_word(node, "contype"))
    if kind is None:
        return
    named = _strings(node.fk_attrs) if kind == "foreign key" else _strings(node.keys)
    yield AddConstraint(
        table,
        kind,
        node.conname,
        named or columns,
        kind in {"check", "foreign key"} and not (node.is_enforced and not node.skip_validation),
        bool(node.indexname),
        _target(node.pktable) if kind == "foreign key" else None,
        inline,
        tuple(_never_null(node.raw_expr)) if kind == "check" else (),
    )


def never_null(definition: str) -> tuple[str, ...]:
    """The columns that a check as the catalogue writes it, `CHECK (...)`, proves NOT NULL."""
    parsed = tree(f"ALTER TABLE t ADD {definition}")
    if isinstance(parsed, Unparsed):
        return ()
    command = parsed.stmts[0].stmt.alter_table_stmt.cmds[0].alter_table_cmd
    return tuple(_never_null(_def(command).constraint.raw_expr))


def _never_null(expression: Node) -> Iterator[str]:
    """Columns of `x IS NOT NULL`, alone or as a part of AND."""
    match expression.WhichOneof("node"):
        case "null_test" if _word(expression.null_test, "nulltesttype") == "IS_NOT_NULL":
            yield from _strings(expression.null_test.arg.column_ref.fields)[-1:]
        case "bool_expr" if _word(expression.bool_expr, "boolop") == "AND_EXPR":
            for each in expression.bool_expr.args:
                yield from _never_null(each)
        case _:
            pass


def _strings(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.string.sval for node in nodes if node.WhichOneof("node") == "string")


def _alter_table(node: Node) -> Iterator[Operation]:
    table = _target(node.relation)
    if _word(node, "objtype") != "OBJECT_TABLE":
        yield Other(f"alter {_word(node, 'objtype')}")
        return
    for command in node.cmds:
        yield from _command(table, command.alter_table_cmd)


def _command(table: Target, command: Node) -> Iterator[Operation]:
    match _word(command, "subtype"):
        case "AT_AddColumn":
            yield _add_column(table, _def(command).column_def)
            yield from _inline(table, _def(command).column_def)
        case "AT_DropColumn":
            cascade = _word(command, "behavior") == "DROP_CASCADE"
            yield DropColumn(table, command.name, cascade)
        case "AT_AlterColumnType":
            definition = _def(command).column_def
            using = definition.HasField("raw_default")
            yield AlterColumnType(table, command.name, _type(definition.type_name), using)
        case "AT_SetNotNull":
            yield SetNotNull(table, command.name)
        case "AT_AddConstraint":
            yield from _constraint(table, _def(command).constraint, ())
        case "AT_ValidateConstraint":
            yield ValidateConstraint(table, command.name)
        case "AT_DetachPartition":
            concurrent = _def(command).partition_cmd.concurrent
            yield Concurrently("DETACH PARTITION") if concurrent else Other("AT_DetachPartition")
        case other:
            yield Other(other)


def _def(command: Node) -> Node:
    """The field `def`, whose name is a keyword here."""
    return getattr(command, "def")


def _add_column(table: Target, column: Node) -> AddColumn:
    found = {_word(each.constraint, "contype"): each.constraint for each in column.constraints}
    kind = _type(column.type_name)
    default = found.get("CONSTR_DEFAULT")
    generated = found.get("CONSTR_GENERATED")
    return AddColumn(
        table,
        column.colname,
        kind,
        not_null="CONSTR_NOTNULL" in found or "CONSTR_PRIMARY" in found,
        default=None if default is None else _text(default.raw_expr),
        default_calls=() if default is None else tuple(dict.fromkeys(_calls(default.raw_expr))),
        serial=kind in _SERIAL or "CONSTR_IDENTITY" in found,
        generated="" if generated is None else _generated(generated),
        primary_key="CONSTR_PRIMARY" in found,
        unique="CONSTR_UNIQUE" in found,
    )


def _generated(node: Node) -> Literal["stored", "virtual"]:
    return "virtual" if getattr(node, "generated_kind", "s") == "v" else "stored"


def _type(node: Node) -> str:
    """The type's own name with its modifiers: `varchar(50)`, `int4[]`."""
    name = _strings(node.names)[-1] if node.names else ""
    modifiers = [
        str(each.a_const.ival.ival) for each in node.typmods if each.WhichOneof("node") == "a_const"
    ]
    suffix = f"({','.join(modifiers)})" if modifiers else ""
    return f"{name}{suffix}{'[]' * len(node.array_bounds)}"


def _text(expression: Node) -> str:
    postgast = library()
    select = postgast.parse("SELECT 1")
    select.stmts[0].stmt.select_stmt.target_list[0].res_target.val.CopyFrom(expression)
    return str(postgast.deparse(select)).removeprefix("SELECT ")


def _calls(node: Node) -> Iterator[str]:
    """Names of the functions called anywhere in an expression, lower case."""
    for field, value in node.ListFields():
        if field.message_type is None:
            continue
        for each in value if field.is_repeated else (value,):
            if field.name == "func_call":
                yield _strings(each.funcname)[-1].lower()
            yield from _calls(each)


def _rename(node: Node) -> Operation:
    match _word(node, "rename_type"):
        case "OBJECT_TABLE":
            return RenameTable(_target(node.relation), node.newname)
        case "OBJECT_COLUMN" if _word(node, "relation_type") == "OBJECT_TABLE":
            return RenameColumn(_target(node.relation), node.subname, node.newname)
        case other:
            return Other(f"rename {other}")


def _drop(node: Node) -> Iterator[Operation]:
    cascade = _word(node, "behavior") == "DROP_CASCADE"
    kind = _word(node, "remove_type")
    for each in node.objects:
        if kind == "OBJECT_SCHEMA":
            yield DropSchema(each.string.sval, cascade)
            continue
        names = _strings(each.list.items)
        target = Target(names[-2] if len(names) > 1 else "", names[-1] if names else "")
        if kind == "OBJECT_TABLE":
            yield DropTable(target, cascade)
        elif kind == "OBJECT_INDEX":
            yield DropIndex(target, bool(node.concurrent))
        else:
            yield Other(f"drop {kind}")


def _index(node: Node) -> CreateIndex:
    columns = (each.index_elem.name for each in node.index_params)
    return CreateIndex(
        _target(node.relation),
        node.idxname,
        bool(node.concurrent),
        bool(node.unique),
        bool(node.if_not_exists),
        not node.relation.inh,
        tuple(column for column in columns if column),
    )
