"""Read CREATE, ALTER, RENAME and DROP of what is neither a table nor an index."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import (
    Alone,
    AlterObject,
    AlterTable,
    CreateObject,
    DropIndex,
    DropObject,
    DropSchema,
    DropTable,
    Operation,
    RenameColumn,
    RenameObject,
    RenameTable,
    Target,
)
from ci_runner.dialects.postgres.parse.nodes import (
    definition,
    inner,
    qualified,
    relation,
    strings,
    word,
)
from ci_runner.dialects.postgres.parse.tree import Node

# Where the manual's word is not that of the tree in lower case.
_SPELLED = {
    "foreign_server": "server",
    "foreign_table": "foreign table",
    "matview": "materialized view",
    "statistic_ext": "statistics",
    "tabconstraint": "constraint",
    "domconstraint": "domain constraint",
    "event_trigger": "event trigger",
    "opclass": "operator class",
    "opfamily": "operator family",
    "access_method": "access method",
    "fdw": "foreign data wrapper",
}
_ON_TABLES = frozenset({"trigger", "policy", "rule"})
_SEQUENCE_VALUES = {
    "restart": "RESTART",
    "start": "START",
    "increment": "INCREMENT",
    "minvalue": "MINVALUE",
    "maxvalue": "MAXVALUE",
    "cycle": "CYCLE",
}

# The letters of AlterDomainStmt, but for C, a new constraint.
_DOMAIN_ACTIONS = {
    "O": "SET NOT NULL",
    "V": "VALIDATE CONSTRAINT",
    "X": "DROP CONSTRAINT",
    "N": "DROP NOT NULL",
}


def objects(kind: str, node: Node) -> tuple[Operation, ...]:  # noqa: PLR0911 - one per kind
    """The operations of a statement on objects, () for any other."""
    match kind:
        case "drop_stmt":
            return tuple(_drop(node))
        case "dropdb_stmt":
            return (DropObject("database", Target("", node.dbname)), Alone("DROP DATABASE"))
        case "rename_stmt":
            return (_rename(node),)
        case "alter_object_schema_stmt":
            return _moved(node)
        case "alter_enum_stmt":
            return (_enum(node),)
        case "alter_table_move_all_stmt":
            tables = Target("", node.orig_tablespacename)
            return (AlterObject("tablespace", tables, "MOVE ALL", node.new_tablespacename),)
        case _:
            return _made(kind, node) or _altered(kind, node)


def _kind(node: Node, field: str) -> str:
    name = word(node, field).removeprefix("OBJECT_").lower()
    return _SPELLED.get(name, name)


def _drop(node: Node) -> Iterator[Operation]:
    cascade = word(node, "behavior") == "DROP_CASCADE"
    kind = _kind(node, "remove_type")
    for each in node.objects:
        names = _names(each)
        target = qualified(names)
        match kind:
            case "schema":
                yield DropSchema(target.name, cascade)
            case "table" | "foreign table":
                yield DropTable(target, cascade)
            case "index":
                yield DropIndex(target, bool(node.concurrent))
            case _ if kind in _ON_TABLES:
                yield DropObject(kind, Target("", names[-1]), cascade, qualified(names[:-1]))
            case _:
                yield DropObject(kind, target, cascade)


def _names(node: Node) -> tuple[str, ...]:
    """The parts of a name, however the kind of object writes it."""
    kind, content = inner(node)
    match kind:
        case "string":
            return (content.sval,)
        case "list":
            return strings(content.items)
        case "type_name":
            return strings(content.names)
        case "object_with_args":
            return strings(content.objname)
        case _:
            return ()


def _rename(node: Node) -> Operation:  # noqa: PLR0911 - one return per kind
    kind = _kind(node, "rename_type")
    on = relation(node.relation)
    named = _names(node.object)
    match kind:
        case "table" | "foreign table":
            return RenameTable(on, node.newname)
        case "column" if _kind(node, "relation_type") in {"table", "foreign table"}:
            return RenameColumn(on, node.subname, node.newname)
        case "column" | "attribute":
            return RenameObject(kind, on, node.newname, was=node.subname)
        case "constraint":
            return RenameObject(kind, Target("", node.subname), node.newname, on)
        case "domain constraint":
            return RenameObject(kind, qualified(named), node.newname, was=node.subname)
        case _ if kind in _ON_TABLES:
            return RenameObject(kind, Target("", node.subname), node.newname, on)
        case "schema" | "database" | "role" | "tablespace":
            return RenameObject(kind, Target("", node.subname), node.newname)
        case _:
            return RenameObject(kind, qualified(named) if named else on, node.newname)


def _moved(node: Node) -> tuple[Operation, ...]:
    kind = _kind(node, "object_type")
    if kind in {"table", "foreign table"}:
        return (AlterTable(relation(node.relation), "SET SCHEMA", value=node.newschema),)
    name = relation(node.relation) if node.relation.relname else qualified(_names(node.object))
    return (AlterObject(kind, name, "SET SCHEMA", node.newschema),)


def _enum(node: Node) -> Operation:
    name = qualified(strings(node.type_name))
    if node.old_val:
        return RenameObject("enum value", name, node.new_val, was=node.old_val)
    return AlterObject("type", name, "ADD VALUE", node.new_val)


def _made(kind: str, node: Node) -> tuple[Operation, ...]:  # noqa: PLR0911 - one return per kind
    match kind:
        case "create_function_stmt":
            what = "procedure" if node.is_procedure else "function"
            return (CreateObject(what, qualified(strings(node.funcname)), bool(node.replace)),)
        case "create_trig_stmt":
            name = Target("", node.trigname)
            on = relation(node.relation)
            what = "constraint trigger" if node.isconstraint else "trigger"
            return (CreateObject(what, name, bool(node.replace), on),)
        case "rule_stmt":
            on = relation(node.relation)
            return (CreateObject("rule", Target("", node.rulename), bool(node.replace), on),)
        case "create_policy_stmt":
            return (
                CreateObject("policy", Target("", node.policy_name), table=relation(node.table)),
            )
        case "create_enum_stmt":
            return (CreateObject("type", qualified(strings(node.type_name))),)
        case "composite_type_stmt":
            return (CreateObject("type", relation(node.typevar)),)
        case "create_domain_stmt":
            return (CreateObject("domain", qualified(strings(node.domainname))),)
        case "create_seq_stmt":
            return (CreateObject("sequence", relation(node.sequence)),)
        case "create_extension_stmt":
            return (CreateObject("extension", Target("", node.extname)),)
        case "create_publication_stmt":
            return (CreateObject("publication", Target("", node.pubname)),)
        case _:
            return ()


def _altered(kind: str, node: Node) -> tuple[Operation, ...]:
    match kind:
        case "alter_function_stmt":
            what = _kind(node, "objtype")
            return (AlterObject(what, qualified(strings(node.func.objname)), "options"),)
        case "alter_seq_stmt":
            name = relation(node.sequence)
            return tuple(
                AlterObject("sequence", name, _SEQUENCE_VALUES[each.def_elem.defname])
                for each in node.options
                if each.def_elem.defname in _SEQUENCE_VALUES
            )
        case "alter_publication_stmt":
            return (AlterObject("publication", Target("", node.pubname), "members"),)
        case "alter_domain_stmt":
            return (_domain(node),)
        case _:
            return ()


def _domain(node: Node) -> AlterObject:
    name = qualified(strings(node.type_name))
    if node.subtype in _DOMAIN_ACTIONS:
        return AlterObject("domain", name, _DOMAIN_ACTIONS[node.subtype], node.name)
    match node.subtype:
        case "C":
            constraint = definition(node).constraint
            if word(constraint, "contype") == "CONSTR_NOTNULL":
                return AlterObject("domain", name, "SET NOT NULL")
            later = bool(constraint.skip_validation)
            return AlterObject("domain", name, "ADD CONSTRAINT", constraint.conname, later)
        case _:
            return AlterObject("domain", name, "DEFAULT")
