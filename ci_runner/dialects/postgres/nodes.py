"""From libpg_query's nodes to operations. Imports the parser: import this module only to parse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import postgast
from postgast import pg_query_pb2 as pb

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
    SetNotNull,
    Target,
    Transaction,
)
from ci_runner.dialects.postgres.type_names import type_text

_SERIAL = {"smallserial": "smallint", "serial2": "smallint", "serial": "integer",
           "serial4": "integer", "bigserial": "bigint", "serial8": "bigint"}  # fmt: skip
_CONSTRAINTS = {
    pb.CONSTR_PRIMARY: "primary key",
    pb.CONSTR_UNIQUE: "unique",
    pb.CONSTR_CHECK: "check",
    pb.CONSTR_FOREIGN: "foreign key",
    pb.CONSTR_EXCLUSION: "exclude",
}
_TABLES = (pb.OBJECT_TABLE, pb.OBJECT_FOREIGN_TABLE)


def operations(node: pb.Node) -> Iterator[Operation]:
    """What one statement's node does."""
    kind = node.WhichOneof("node") or "nothing"
    match kind:
        case "create_stmt":
            yield CreateTable(_target(node.create_stmt.relation), _temporary(node.create_stmt))
        case "create_table_as_stmt":
            yield _create_as(node.create_table_as_stmt)
        case "create_schema_stmt":
            yield Other("create schema")
            for element in node.create_schema_stmt.schema_elts:
                yield from operations(element)
        case "view_stmt":
            yield CreateView(_target(node.view_stmt.view), node.view_stmt.replace)
        case "index_stmt":
            yield _create_index(node.index_stmt)
        case "alter_table_stmt":
            yield from _alter(node.alter_table_stmt)
        case "rename_stmt":
            yield _rename(node.rename_stmt)
        case "drop_stmt":
            yield from _drop(node.drop_stmt)
        case "reindex_stmt":
            yield _reindex(node.reindex_stmt)
        case "transaction_stmt":
            yield _transaction(node.transaction_stmt)
        case _:
            yield from _touch(node, kind)


def _touch(node: pb.Node, kind: str) -> Iterator[Operation]:
    """Statements on rows, and everything that no rule asks for."""
    match kind:
        case "insert_stmt" | "update_stmt" | "delete_stmt" | "merge_stmt":
            yield Data(kind.removesuffix("_stmt"), _target(getattr(node, kind).relation))
        case "copy_stmt":
            named = node.copy_stmt.HasField("relation")
            yield Data("copy", _target(node.copy_stmt.relation) if named else None)
        case "truncate_stmt":
            for relation in node.truncate_stmt.relations:
                yield Data("truncate", _target(relation.range_var))
        case "select_stmt" if node.select_stmt.HasField("into_clause"):
            into = node.select_stmt.into_clause.rel
            yield CreateTable(_target(into), into.relpersistence == "t")
        case _:
            yield Other(kind.removesuffix("_stmt").replace("_", " "))


def _target(relation: pb.RangeVar) -> Target:
    return Target(relation.schemaname, relation.relname)


def _named(strings: Iterable[pb.Node]) -> Target:
    """From a list of name parts; a catalogue in front is left out."""
    parts = ["", *(each.string.sval for each in strings)]
    return Target(parts[-2], parts[-1])


def _strings(nodes: Iterable[pb.Node]) -> tuple[str, ...]:
    return tuple(each.string.sval for each in nodes)


def _temporary(node: pb.CreateStmt) -> bool:
    return node.relation.relpersistence == "t" or node.relation.schemaname == "pg_temp"


def _create_as(node: pb.CreateTableAsStmt) -> Operation:
    if node.objtype != pb.OBJECT_TABLE:
        return Other("create materialized view")
    return CreateTable(_target(node.into.rel), node.into.rel.relpersistence == "t")


def _create_index(node: pb.IndexStmt) -> CreateIndex:
    return CreateIndex(
        _target(node.relation),
        node.idxname,
        concurrently=node.concurrent,
        unique=node.unique,
        if_not_exists=node.if_not_exists,
        only=not node.relation.inh,
        columns=tuple(key.index_elem.name for key in node.index_params if key.index_elem.name),
    )


def _rename(node: pb.RenameStmt) -> Operation:
    table = _target(node.relation)
    if node.rename_type in _TABLES:
        return RenameTable(table, node.newname)
    if node.rename_type == pb.OBJECT_COLUMN and node.relation_type in _TABLES:
        return RenameColumn(table, node.subname, node.newname)
    return Other("rename")


def _drop(node: pb.DropStmt) -> Iterator[Operation]:
    cascade = node.behavior == pb.DROP_CASCADE
    for each in node.objects:
        if node.remove_type in _TABLES:
            yield DropTable(_named(each.list.items), cascade)
        elif node.remove_type == pb.OBJECT_SCHEMA:
            yield DropSchema(each.string.sval, cascade)
        elif node.remove_type == pb.OBJECT_INDEX:
            yield DropIndex(_named(each.list.items), node.concurrent)
        else:
            what = pb.ObjectType.Name(node.remove_type).removeprefix("OBJECT_").lower()
            yield Other(f"drop {what}")


def _reindex(node: pb.ReindexStmt) -> Operation:
    options = {param.def_elem.defname for param in node.params}
    return Concurrently("REINDEX CONCURRENTLY") if "concurrently" in options else Other("reindex")


def _transaction(node: pb.TransactionStmt) -> Operation:
    match node.kind:
        case pb.TRANS_STMT_BEGIN | pb.TRANS_STMT_START:
            return Transaction("begin")
        case pb.TRANS_STMT_COMMIT:
            return Transaction("commit")
        case pb.TRANS_STMT_ROLLBACK:
            return Transaction("rollback")
        case _:
            return Other("transaction")


def _alter(node: pb.AlterTableStmt) -> Iterator[Operation]:
    table = _target(node.relation)
    if node.objtype not in _TABLES:
        yield Other("alter " + pb.ObjectType.Name(node.objtype).removeprefix("OBJECT_").lower())
        return
    for each in node.cmds:
        yield from _action(table, each.alter_table_cmd)


def _action(table: Target, action: pb.AlterTableCmd) -> Iterator[Operation]:
    match action.subtype:
        case pb.AT_AddColumn:
            yield from _add_column(table, getattr(action, "def").column_def)
        case pb.AT_DropColumn:
            yield DropColumn(table, action.name, action.behavior == pb.DROP_CASCADE)
        case pb.AT_AlterColumnType:
            column = getattr(action, "def").column_def
            using = column.HasField("raw_default")
            yield AlterColumnType(table, action.name, type_text(column.type_name), using)
        case pb.AT_SetNotNull:
            yield SetNotNull(table, action.name)
        case pb.AT_AddConstraint:
            yield _constraint(table, getattr(action, "def").constraint, ())
        case pb.AT_DetachPartition if getattr(action, "def").partition_cmd.concurrent:
            yield Concurrently("DETACH PARTITION CONCURRENTLY")
        case _:
            yield Other("alter table " + pb.AlterTableType.Name(action.subtype).removeprefix("AT_"))


def _add_column(table: Target, column: pb.ColumnDef) -> Iterator[Operation]:
    constraints = [each.constraint for each in column.constraints]
    kinds = {each.contype for each in constraints}
    default = next((c.raw_expr for c in constraints if c.contype == pb.CONSTR_DEFAULT), None)
    generated = next((c for c in constraints if c.contype == pb.CONSTR_GENERATED), None)
    type_name = type_text(column.type_name)
    serial = _SERIAL.get(type_name)
    yield AddColumn(
        table,
        column.colname,
        serial or type_name,
        not_null=bool(kinds & {pb.CONSTR_NOTNULL, pb.CONSTR_PRIMARY}),
        default=None if default is None else _text(default),
        default_calls=() if default is None else _calls(default),
        serial=serial is not None or pb.CONSTR_IDENTITY in kinds,
        generated=""
        if generated is None
        else ("virtual" if generated.generated_kind == "v" else "stored"),
        primary_key=pb.CONSTR_PRIMARY in kinds,
        unique=pb.CONSTR_UNIQUE in kinds,
    )
    for each in constraints:
        if each.contype in _CONSTRAINTS:
            yield _constraint(table, each, (column.colname,))


def _constraint(table: Target, node: pb.Constraint, inline: Sequence[str]) -> Operation:
    """`inline` is the column that the constraint stands behind. NOT ENFORCED is never checked."""
    if node.contype not in _CONSTRAINTS:
        return Other("add not null" if node.contype == pb.CONSTR_NOTNULL else "add constraint")
    kind = _CONSTRAINTS[node.contype]
    checked = kind in {"check", "foreign key"}
    return AddConstraint(
        table,
        kind,  # type: ignore[arg-type]  # the values of _CONSTRAINTS are the literal's members
        node.conname,
        tuple(inline) or _strings(node.fk_attrs if kind == "foreign key" else node.keys),
        not_valid=checked and (node.skip_validation or not node.is_enforced),
        using_index=bool(node.indexname),
        references=_target(node.pktable) if kind == "foreign key" else None,
    )


def _text(expression: pb.Node) -> str:
    """The expression as libpg_query writes it."""
    tree = postgast.parse("SELECT 1")
    tree.stmts[0].stmt.select_stmt.target_list[0].res_target.val.CopyFrom(expression)
    return postgast.deparse(tree).removeprefix("SELECT ")


def _calls(expression: pb.Node) -> tuple[str, ...]:
    names = (
        each.funcname[-1].string.sval.lower()
        for each in postgast.find_nodes(expression, pb.FuncCall)
    )
    return tuple(dict.fromkeys(names))
