"""Columns that a WHERE or ON wraps into a calculation, so that their index is of no use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.nodes import inner, relation, strings, text, word
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.dialects.wrapped import Wrapped
from ci_runner.frozen import frozen

_ARITHMETIC = {"+", "-", "*", "/", "%", "^", "||"}
_QUERIES = {"SelectStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "InsertStmt"}
# Conditions that decide which rows are found, by the message that has them.
_CONDITIONS = {
    "SelectStmt": "where_clause",
    "UpdateStmt": "where_clause",
    "DeleteStmt": "where_clause",
    "OnConflictClause": "where_clause",
    "JoinExpr": "quals",
    "MergeStmt": "join_condition",
    "MergeWhenClause": "condition",
}


@frozen
class _Scope:
    """What one query reads by name: None for what has columns that the text does not show."""

    tables: dict[str, Target | None] = field(default_factory=dict)


def wrapped(node: Node) -> Iterator[Wrapped]:
    """Every such column of one statement, subqueries included."""
    yield from _visit(node, (), frozenset())


def _visit(node: Node, scopes: tuple[_Scope, ...], ctes: frozenset[str]) -> Iterator[Wrapped]:
    name = node.DESCRIPTOR.name
    if name in _QUERIES:
        ctes |= {each.common_table_expr.ctename for each in _with(node)}
        scopes = (_Scope(dict(_sources(node, ctes))), *scopes)
    condition = _CONDITIONS.get(name, "")
    if condition and node.HasField(condition):
        yield from _judge(getattr(node, condition), scopes)
    for each, content in node.ListFields():
        if each.message_type is not None:
            for value in content if each.is_repeated else (content,):
                yield from _visit(value, scopes, ctes)


def _with(node: Node) -> tuple[Node, ...]:
    return tuple(node.with_clause.ctes) if node.HasField("with_clause") else ()


def _sources(node: Node, ctes: frozenset[str]) -> Iterator[tuple[str, Target | None]]:
    """(name in the query, table) of what one query reads and writes itself."""
    own = node.DESCRIPTOR.fields_by_name
    if "relation" in own and node.relation.relname:
        yield from _range(node.relation, frozenset())
    for name in ("from_clause", "using_clause"):
        for each in getattr(node, name) if name in own else ():
            yield from _from(each, ctes)
    if "source_relation" in own:
        yield from _from(node.source_relation, ctes)


def _from(node: Node, ctes: frozenset[str]) -> Iterator[tuple[str, Target | None]]:
    match inner(node):
        case "range_var", table:
            yield from _range(table, ctes)
        case "join_expr", join:
            yield from _from(join.larg, ctes)
            yield from _from(join.rarg, ctes)
        case "range_subselect" | "range_function", other:
            yield other.alias.aliasname, None
        case _:
            pass


def _range(node: Node, ctes: frozenset[str]) -> Iterator[tuple[str, Target | None]]:
    hidden = node.relname in ctes and not node.schemaname
    yield node.alias.aliasname or node.relname, None if hidden else relation(node)


def _judge(condition: Node, scopes: tuple[_Scope, ...]) -> Iterator[Wrapped]:
    """Look at a condition, but not into its subqueries: they are visited by themselves."""
    pending: list[tuple[Node, Node | None]] = [(condition, None)]
    while pending:
        node, wrapper = pending.pop()
        kind, content = inner(node)
        if kind == "column_ref" and wrapper is not None:
            yield from _column(content, wrapper, scopes)
        if kind in {"", "column_ref", "a_const"}:
            continue
        if wrapper is None and _computes(kind, content):
            wrapper = node
        below = (content.testexpr,) if kind == "sub_link" else _operands(content)
        pending.extend((each, wrapper) for each in below if each.WhichOneof("node"))


def _operands(content: Node) -> Iterator[Node]:
    for each, value in content.ListFields():
        if each.message_type is not None and each.message_type.name == "Node":
            yield from value if each.is_repeated else (value,)


def _computes(kind: str, content: Node) -> bool:
    if kind == "a_expr":
        operator = "".join(strings(content.name)[-1:])
        return word(content, "kind") == "AEXPR_OP" and operator in _ARITHMETIC
    return kind == "func_call"


def _column(reference: Node, wrapper: Node, scopes: tuple[_Scope, ...]) -> Iterator[Wrapped]:
    names = strings(reference.fields)
    if not names or len(names) != len(reference.fields):
        return
    found: list[tuple[Target, ...]] = []
    for scope in scopes:
        if len(names) > 1:
            if names[-2] in scope.tables:
                table = scope.tables[names[-2]]
                found.append((table,) if table is not None else ())
                break
        else:
            found.append(tuple(each for each in scope.tables.values() if each is not None))
            if None in scope.tables.values():
                break
    yield Wrapped(names[-1], text(wrapper), tuple(found))
