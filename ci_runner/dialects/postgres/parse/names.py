"""The names that a statement gives: to what it creates, adds or renames, as they are written.

Names that the server makes up for what has none are not among them. Names are folded and unquoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_runner.dialects.names import Given
from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.elements import ColumnDefinition, Constraint, Element
from ci_runner.dialects.postgres.parse.nodes import (
    inner,
    qualified,
    relation,
    strings,
    word,
)
from ci_runner.dialects.postgres.parse.parsed import Parsed, parsed
from ci_runner.dialects.postgres.parse.tree import Node

_CONSTRAINTS = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_EXCLUSION": "exclusion",
}
# kind of statement -> kind of object, and the field that has its name.
_SIMPLE = {
    "create_schema_stmt": ("schema", "schemaname"),
    "create_trig_stmt": ("trigger", "trigname"),
    "rule_stmt": ("rule", "rulename"),
    "createdb_stmt": ("database", "dbname"),
    "create_table_space_stmt": ("tablespace", "tablespacename"),
    "create_role_stmt": ("role", "role"),
    "create_policy_stmt": ("policy", "policy_name"),
    "create_publication_stmt": ("publication", "pubname"),
    "create_event_trig_stmt": ("event trigger", "trigname"),
}
_LISTED = {
    "create_enum_stmt": ("type", "type_name"),
    "create_range_stmt": ("type", "type_name"),
    "create_domain_stmt": ("domain", "domainname"),
    "create_stats_stmt": ("statistics object", "defnames"),
}
_RELATION = {
    "create_seq_stmt": ("sequence", "sequence"),
    "view_stmt": ("view", "view"),
    "composite_type_stmt": ("type", "typevar"),
}
_RENAMED = {
    "OBJECT_COLUMN": "column",
    "OBJECT_TABCONSTRAINT": "constraint",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_DOMCONSTRAINT": "constraint",
    "OBJECT_FOREIGN_TABLE": "table",
    "OBJECT_ATTRIBUTE": "column",
}
_UNNAMED_HERE = {"OBJECT_EXTENSION", "OBJECT_LANGUAGE"}


def given(statement: Parsed) -> tuple[Given, ...]:
    """Every name that one statement gives, outer ones first; empty ones left out."""
    return tuple([each for each in _given(statement) if each.name])


def _given(statement: Parsed) -> Iterator[Given]:
    kind, node = statement.kind, statement.node
    match kind:
        case "create_stmt":
            yield from _table(node.relation.relname, statement.elements)
        case "create_foreign_table_stmt":
            yield from _table(node.base_stmt.relation.relname, statement.elements)
        case "create_table_as_stmt":
            what = "table" if word(node, "objtype") == "OBJECT_TABLE" else "materialized view"
            yield Given(what, node.into.rel.relname)
        case "select_stmt" if node.HasField("into_clause"):
            yield Given("table", node.into_clause.rel.relname)
        case "index_stmt":
            yield _index(node)
        case "alter_table_stmt":
            table = node.relation.relname
            for command in statement.commands:
                if command.column is not None:
                    yield from _column(table, command.column)
                elif command.constraint is not None:
                    yield from _constraint(table, command.constraint, ())
        case "rename_stmt":
            yield from _rename(node)
        case "create_function_stmt":
            what = "procedure" if node.is_procedure else "function"
            yield Given(what, qualified(strings(node.funcname)).name)
        case _:
            yield from _plain(kind, node)


def _plain(kind: str, node: Node) -> Iterator[Given]:
    """Statements that give one name, in one field."""
    if kind in _SIMPLE:
        what, field = _SIMPLE[kind]
        table = node.relation.relname if kind in {"create_trig_stmt", "rule_stmt"} else ""
        yield Given(what, getattr(node, field), table)
    elif kind in _LISTED:
        what, field = _LISTED[kind]
        yield Given(what, qualified(strings(getattr(node, field))).name)
    elif kind in _RELATION:
        what, field = _RELATION[kind]
        yield Given(what, getattr(node, field).relname)
    if kind == "create_schema_stmt":
        for each in node.schema_elts:
            yield from _given(parsed(each))


def _table(table: str, elements: Iterable[Element]) -> Iterator[Given]:
    yield Given("table", table)
    for each in elements:
        if isinstance(each, ColumnDefinition):
            yield from _column(table, each)
        elif isinstance(each, Constraint):
            yield from _constraint(table, each, ())


def _column(table: str, column: ColumnDefinition) -> Iterator[Given]:
    kind, name = column.type.names, column.name
    yield Given("column", name, table, type=kind[-1] if kind else "")
    for each in column.constraints:
        if each.name:
            yield from _constraint(table, each, (name,))


def _constraint(table: str, written: Constraint, columns: tuple[str, ...]) -> Iterator[Given]:
    kind = _CONSTRAINTS.get(written.kind)
    if kind is not None and written.name:
        yield Given(
            kind,
            written.name,
            table,
            written.own or written.keys or columns,
            written.node.pktable.relname,
            strings(written.node.pk_attrs),
        )


def _index(node: Node) -> Given:
    columns = tuple(each.index_elem.name for each in node.index_params if each.index_elem.name)
    kind = "unique index" if node.unique else "index"
    return Given(kind, node.idxname, node.relation.relname, columns)


def _rename(node: Node) -> Iterator[Given]:
    kind = word(node, "rename_type")
    if kind in _UNNAMED_HERE:
        return
    named = _RENAMED.get(kind, kind.removeprefix("OBJECT_").replace("_", " ").lower())
    inside = named in {"column", "constraint", "trigger", "rule", "policy"}
    table = node.relation.relname if inside else ""
    yield Given(named, node.newname, table, old=node.subname or node.relation.relname)


def addressed(kind: str, node: Node) -> Iterator[tuple[str, Target]]:
    """(kind of object, name) of what a statement creates, alters or drops by a name that may have a
    schema. Temporary tables are left out: they have none to give.
    """
    match kind:
        case "create_stmt" | "alter_table_stmt" if node.relation.relpersistence != "t":
            yield "table", relation(node.relation)
        case "create_table_as_stmt" if node.into.rel.relpersistence != "t":
            yield "table", relation(node.into.rel)
        case "view_stmt" if node.view.relpersistence != "t":
            yield "view", relation(node.view)
        case "create_function_stmt":
            yield "function", qualified(strings(node.funcname))
        case "alter_function_stmt":
            yield "function", qualified(strings(node.func.objname))
        case "alter_enum_stmt" | "create_enum_stmt" | "create_range_stmt":
            yield "type", qualified(strings(node.type_name))
        case "create_domain_stmt":
            yield "domain", qualified(strings(node.domainname))
        case "create_seq_stmt" | "alter_seq_stmt" if node.sequence.relpersistence != "t":
            yield "sequence", relation(node.sequence)
        case "composite_type_stmt":
            yield "type", relation(node.typevar)
        case "drop_stmt":
            yield from _dropped(node)
        case _:
            pass


_WITH_SCHEMA = {
    "OBJECT_TABLE",
    "OBJECT_VIEW",
    "OBJECT_MATVIEW",
    "OBJECT_SEQUENCE",
    "OBJECT_INDEX",
    "OBJECT_FUNCTION",
    "OBJECT_PROCEDURE",
    "OBJECT_ROUTINE",
    "OBJECT_TYPE",
    "OBJECT_DOMAIN",
}


def _dropped(node: Node) -> Iterator[tuple[str, Target]]:
    kind = word(node, "remove_type")
    if kind in _WITH_SCHEMA:
        for each in node.objects:
            yield kind.removeprefix("OBJECT_").lower(), dropped_name(each)


def dropped_name(node: Node) -> Target:
    """The name in a DROP, however its kind of object writes it."""
    match inner(node):
        case "list", names:
            return qualified(strings(names.items))
        case "type_name", kind:
            return qualified(strings(kind.names))
        case "object_with_args", routine:
            return qualified(strings(routine.objname))
        case "string", name:
            return Target("", name.sval)
        case _:
            return Target("", "")
