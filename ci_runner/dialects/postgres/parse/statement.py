"""Read what a statement says it does, from the tree that PostgreSQL's own parser makes of it.

The parser is libpg_query behind postgast: `tree` asks it, `nodes` reads what it answers. Tables are
read by `parse_table`, rows by `parse_rows`, all other kinds of object by `parse_objects`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from ci_runner.dialects.operations import (
    Alone,
    Cluster,
    CreateIndex,
    CreateObject,
    CreateView,
    Data,
    Operation,
    Other,
    Refresh,
    Reindex,
    SearchPath,
    Setting,
    Target,
    Transaction,
    Unparsed,
    Vacuum,
)
from ci_runner.dialects.postgres.parse.nodes import inner, relation, strings, within, word
from ci_runner.dialects.postgres.parse.objects import objects
from ci_runner.dialects.postgres.parse.parsed import Parsed, added, parsed, read
from ci_runner.dialects.postgres.parse.rows import repeated, rows
from ci_runner.dialects.postgres.parse.table import (
    alter_table,
    create_table,
    create_table_as,
    proven,
)
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.schema.drafts import quickly

_TRANSACTIONS: dict[str, Literal["begin", "commit", "rollback"]] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
}
_LEADING_DATA = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|COPY)\b", re.IGNORECASE)
_ALONE = {
    "createdb_stmt": "CREATE DATABASE",
    "create_table_space_stmt": "CREATE TABLESPACE",
    "drop_table_space_stmt": "DROP TABLESPACE",
    "alter_system_stmt": "ALTER SYSTEM",
}
_FALSE = frozenset({"false", "off", "0"})


_create_index = quickly(CreateIndex)


def parse(sql: str) -> tuple[Operation, ...]:
    """The operations of one statement. Never raises: what can't be read is Unparsed."""
    found = read(sql)
    if isinstance(found, Unparsed):
        data = _LEADING_DATA.match(sql)
        return (Data(data[1].upper()) if data else found,)
    operations: list[Operation] = []
    for each in found:
        operations += _statement(each)
        operations += repeated(each)
    return tuple(operations)


def never_null(definition: str) -> tuple[str, ...]:
    """The columns that a check as the catalogue writes it, `CHECK (...)`, proves NOT NULL."""
    return proven(added(definition))


def columns_of_check(definition: str) -> tuple[str, ...]:
    """The columns that a check as the catalogue writes it, `CHECK (...)`, speaks of."""
    found = (
        strings(node.fields)
        for each in added(definition)
        for field, node in within(each.node)
        if field == "column_ref"
    )
    return tuple(dict.fromkeys(each[-1] for each in found if each))


def _statement(statement: Parsed) -> Iterable[Operation]:
    kind, node = statement.kind, statement.node
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(statement)
    return rows(kind, node) or objects(kind, node) or _upkeep(kind, node)


def _create_schema(statement: Parsed) -> Iterator[Operation]:
    node = statement.node
    yield CreateObject("schema", Target("", node.schemaname or node.authrole.rolename))
    for element in node.schema_elts:
        yield from _statement(parsed(element))


def _explain(statement: Parsed) -> Iterable[Operation]:
    """EXPLAIN ANALYZE runs what it explains."""
    runs = _on(statement.node.options, "analyze")
    return _statement(parsed(statement.node.query)) if runs else (Other("explain_stmt"),)


def _view(statement: Parsed) -> tuple[Operation, ...]:
    node = statement.node
    return (CreateView(relation(node.view), bool(node.replace)),)


def _transaction(statement: Parsed) -> tuple[Operation, ...]:
    said = word(statement.node, "kind")
    verb = _TRANSACTIONS.get(said)
    return (Transaction(verb) if verb else Other(said),)


def _upkeep(kind: str, node: Node) -> tuple[Operation, ...]:
    """What keeps tables in shape, and what no rule asks for."""
    match kind:
        case "reindex_stmt":
            what = word(node, "kind").removeprefix("REINDEX_OBJECT_").lower()
            name = relation(node.relation) if node.relation.relname else Target("", node.name)
            return (Reindex(what, name, _on(node.params, "concurrently")),)
        case "refresh_mat_view_stmt":
            view = relation(node.relation)
            return (Refresh(view, bool(node.concurrent), not node.skip_data),)
        case "vacuum_stmt" if node.is_vacuumcmd:
            full = _on(node.options, "full")
            named = tuple(relation(each.vacuum_relation.relation) for each in node.rels)
            return tuple(Vacuum(table, full) for table in named or (None,))
        case "execute_stmt" | "call_stmt":
            return (Unparsed("what it runs is not in its text"),)
        case "cluster_stmt":
            return (Cluster(relation(node.relation) if node.relation.relname else None),)
        case _:
            return (Alone(_ALONE[kind]),) if kind in _ALONE else (Other(kind),)


def _on(options: Node, name: str) -> bool:
    """Whether `(name)` or `(name true)` is among the options in brackets."""
    for option in options:
        if option.def_elem.defname == name:
            _, value = inner(option.def_elem.arg)
            said = str(getattr(value, "sval", "") or getattr(value, "ival", "")) if value else ""
            return said.lower() not in _FALSE or value is None
    return False


def _setting(statement: Parsed) -> tuple[Operation, ...]:
    """SET and RESET of one parameter; a list of values is written with commas."""
    node = statement.node
    values = tuple(str(_value(each)) for each in node.args)
    if node.name == "search_path":
        return (SearchPath(values),)
    return (Setting(node.name.lower(), ", ".join(values), bool(node.is_local)),)


def _value(node: Node) -> object:
    constant = node.a_const
    match constant.WhichOneof("val"):
        case "ival":
            return constant.ival.ival
        case "fval":
            return constant.fval.fval
        case "boolval":
            return "on" if constant.boolval.boolval else "off"
        case _:
            return constant.sval.sval


def _index(statement: Parsed) -> tuple[Operation, ...]:
    node = statement.node
    columns = [each.index_elem.name for each in node.index_params]
    index = _create_index(
        relation(node.relation),
        node.idxname,
        bool(node.concurrent),
        bool(node.unique),
        bool(node.if_not_exists),
        not node.relation.inh,
        tuple([column for column in columns if column]),
    )
    return (index,)


_READERS: Mapping[str, Callable[[Parsed], Iterable[Operation]]] = {
    "create_stmt": create_table,
    "create_table_as_stmt": create_table_as,
    "create_schema_stmt": _create_schema,
    "alter_table_stmt": alter_table,
    "index_stmt": _index,
    "explain_stmt": _explain,
    "view_stmt": _view,
    "transaction_stmt": _transaction,
    "variable_set_stmt": _setting,
}
