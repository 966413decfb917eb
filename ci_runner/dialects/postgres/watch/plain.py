"""Which tables a statement changes and nothing else, where its text leaves no doubt.

No doubt is left where it runs no code but the server's own. What is computed, or may be of a
migration's making, is left to a look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.nodes import (
    definition,
    inner,
    qualified,
    relation,
    strings,
    within,
    word,
)
from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.frozen import frozen

# What a row, or a constant, may be handed to.
_CODE = frozenset({"func_call", "type_cast", "sub_link", "json_func_expr"})
_LASTING = frozenset({"p", "u"})
_ELEMENTS = frozenset({"column_def", "constraint"})
# Constraints that an existing table can get by reading its rows and writing none of them.
_PROVEN = frozenset({"CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_PRIMARY", "CONSTR_UNIQUE"})
_OF_COLUMNS = frozenset({*_PROVEN, "CONSTR_NULL", "CONSTR_NOTNULL", "CONSTR_DEFAULT"})
# Of the words that stand for a type these make a sequence as well, and write every row.
_SERIAL = frozenset({"serial", "smallserial", "bigserial", "serial2", "serial4", "serial8"})


@frozen
class Plain:
    """`made` is a new table, `altered` one that must be there; `indexed` gets an index, no more.

    `types` are the names of types that its rows are brought to.
    """

    made: Target | None = None
    altered: Target | None = None
    indexed: Target | None = None
    types: frozenset[str] = frozenset()


def plain(sql: str) -> Plain | None:
    """What one statement does; None where its text leaves any doubt, or is of another kind."""
    read = statements(sql)
    if len(read) != 1:
        return None
    [one] = read
    reader = _READERS.get(one.kind)
    return reader(one.node) if reader else None


def _made(node: Node) -> Plain | None:
    """A new table has no rows: nothing that is written there is computed yet."""
    of_its_own = node.relation.relpersistence in _LASTING and not (
        node.inh_relations
        or node.HasField("partbound")
        or node.HasField("partspec")
        or node.HasField("of_typename")
    )
    elements = {inner(each)[0] for each in node.table_elts}
    if of_its_own and elements <= _ELEMENTS and not _of_the_server(node.relation):
        return Plain(made=relation(node.relation))
    return None


def _indexed(node: Node) -> Plain | None:
    if node.concurrent or _runs_code((node,)):
        return None
    return Plain(indexed=relation(node.relation))


def _altered(node: Node) -> Plain | None:
    commands = [each.alter_table_cmd for each in node.cmds]
    if word(node, "objtype") != "OBJECT_TABLE" or not all(map(_is_plain, commands)):
        return None
    added = [
        definition(each).column_def for each in commands if word(each, "subtype") == "AT_AddColumn"
    ]
    types = frozenset(strings(each.type_name.names)[-1] for each in added)
    return None if types & _SERIAL else Plain(altered=relation(node.relation), types=types)


def _is_plain(command: Node) -> bool:
    match word(command, "subtype"):
        case "AT_ColumnDefault" | "AT_DropNotNull" | "AT_SetNotNull":
            return True  # a default is not computed before a row needs it
        case "AT_AddColumn":
            column = definition(command).column_def
            said = {word(each.constraint, "contype") for each in column.constraints}
            return said <= _OF_COLUMNS and not _runs_code(column.constraints)
        case "AT_AddConstraint":
            constraint = definition(command).constraint
            proven = word(constraint, "contype") in _PROVEN and not constraint.indexname
            return proven and not _runs_code((constraint,))
        case _:
            return False


def _told(node: Node) -> Plain | None:
    """A comment on a table or a column of one."""
    names = strings(node.object.list.items)
    match word(node, "objtype"):
        case "OBJECT_TABLE":
            return Plain(altered=qualified(names))
        case "OBJECT_COLUMN":
            return Plain(altered=qualified(names[:-1]))
        case _:
            return None


_READERS: Mapping[str, Callable[[Node], Plain | None]] = {
    "alter_table_stmt": _altered,
    "comment_stmt": _told,
    "create_stmt": _made,
    "index_stmt": _indexed,
}


def _of_the_server(named: Node) -> bool:
    return bool(named.schemaname.startswith("pg_"))


def _runs_code(several: Iterable[Node]) -> bool:
    return any(field in _CODE for each in several for field, _ in within(each))
