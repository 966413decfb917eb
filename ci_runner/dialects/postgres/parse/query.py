"""What queries say that they hardly mean, read from their trees."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.nodes import inner, strings, within, word
from ci_runner.dialects.postgres.parse.tree import Node

_EQUALITY = {"=", "<>", "!="}
_COMPARISON = _EQUALITY | {"<", "<=", ">", ">="}
_LIKE = {"AEXPR_LIKE", "AEXPR_ILIKE"}


def remarks(node: Node, *, rows: bool = True) -> Iterator[str]:
    """Sentences on one statement, each once; queries inside of views and others are looked at.

    Without `rows` nothing is that stands inside: of an INSERT of ten thousand rows.
    """
    found: dict[str, None] = {}
    for message in (node, *(each for _, each in within(node))) if rows else (node,):
        found.update(dict.fromkeys(_one(message)))
    yield from found


def _one(node: Node) -> Iterator[str]:
    match node.DESCRIPTOR.name:
        case "SelectStmt":
            yield from _select(node)
        case "InsertStmt" if node.HasField("select_stmt") and not node.cols:
            yield "INSERT without columns depends on their order"
        case "UpdateStmt":
            yield from _self_assigned(node)
        case "A_Expr":
            yield from _expression(node)
        case "BoolExpr" if word(node, "boolop") == "NOT_EXPR" and any(map(_is_in, node.args)):
            yield "NOT IN finds nothing at all when the subquery gives a NULL: use NOT EXISTS"
        case _:
            pass


def _select(node: Node) -> Iterator[str]:
    if any(_is_star(each.res_target.val) for each in node.target_list):
        yield "SELECT * gives other columns when the table changes"
    if any(_is_number(each) for each in node.group_clause):
        yield "GROUP BY a number means another column when the list changes"
    for each in node.sort_clause:
        if _is_number(each.sort_by.node):
            yield "ORDER BY a number means another column when the list changes"
        if _function(each.sort_by.node) == "random":
            yield "ORDER BY random() reads and sorts everything"


def _is_star(node: Node) -> bool:
    kind, reference = inner(node)
    return kind == "column_ref" and any(
        each.WhichOneof("node") == "a_star" for each in reference.fields
    )


def _is_number(node: Node) -> bool:
    kind, constant = inner(node)
    return kind == "a_const" and constant.WhichOneof("val") == "ival"


def _function(node: Node) -> str:
    kind, call = inner(node)
    return strings(call.funcname)[-1] if kind == "func_call" else ""


def _is_in(node: Node) -> bool:
    kind, link = inner(node)
    return (
        kind == "sub_link" and word(link, "sub_link_type") == "ANY_SUBLINK" and not link.oper_name
    )


def _expression(node: Node) -> Iterator[str]:
    kind, operator = word(node, "kind"), "".join(strings(node.name)[-1:])
    if kind in _LIKE and _text(node.rexpr).startswith(("%", "_")):
        yield "LIKE with a wildcard in front reads every row"
    if kind == "AEXPR_IN" and operator == "<>":
        yield "NOT IN leaves out rows whose column is NULL"
    if kind != "AEXPR_OP" or len(node.name) != 1:
        return
    sides = (node.lexpr, node.rexpr)
    if operator in _EQUALITY and any(map(_is_null, sides)):
        yield f"{operator} NULL is never true: use IS NULL"
    if operator in _EQUALITY and any(_text(side).upper() == "NULL" for side in sides):
        yield "compares with the text 'NULL'"
    constant = inner(node.lexpr)[0] == "a_const" and not _is_null(node.lexpr)
    if operator in _COMPARISON and constant and inner(node.rexpr)[0] == "column_ref":
        yield "the constant stands before the column"


def _is_null(node: Node) -> bool:
    kind, constant = inner(node)
    return kind == "a_const" and bool(constant.isnull)


def _text(node: Node) -> str:
    kind, constant = inner(node)
    if kind != "a_const" or constant.WhichOneof("val") != "sval":
        return ""
    return str(constant.sval.sval)


def _self_assigned(node: Node) -> Iterator[str]:
    """SET a = a, under whatever name the table has there."""
    target = node.relation
    own = {target.relname, target.alias.aliasname}
    for each in node.target_list:
        kind, reference = inner(each.res_target.val)
        if kind != "column_ref" or each.res_target.indirection:
            continue
        names = strings(reference.fields)
        ours = names[-2] in own if len(names) > 1 else not node.from_clause
        if ours and names[-1] == each.res_target.name:
            yield f"sets {names[-1]} to itself"
