"""Read statements on rows: which are chosen, what is locked, and names that stand there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ci_runner.dialects.operations import (
    CreateTable,
    Data,
    LockTable,
    Operation,
    Other,
    Repeated,
)
from ci_runner.dialects.postgres.parse.elements import ColumnDefinition, Constraint
from ci_runner.dialects.postgres.parse.nodes import inner, relation, strings, word
from ci_runner.dialects.postgres.parse.parsed import Parsed
from ci_runner.dialects.postgres.parse.tree import Node

_DATA = {
    "insert_stmt": "INSERT",
    "update_stmt": "UPDATE",
    "delete_stmt": "DELETE",
    "merge_stmt": "MERGE",
    "copy_stmt": "COPY",
}
_LOCKS = (
    "", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
    "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE",
)  # fmt: skip
_LISTING = {
    "index_stmt",
    "insert_stmt",
    "update_stmt",
    "merge_stmt",
    "view_stmt",
    "create_stmt",
    "alter_table_stmt",
}
_ROW_LOCKS = {
    "LCS_FORKEYSHARE": "FOR KEY SHARE",
    "LCS_FORSHARE": "FOR SHARE",
    "LCS_FORNOKEYUPDATE": "FOR NO KEY UPDATE",
    "LCS_FORUPDATE": "FOR UPDATE",
}


def rows(kind: str, node: Node) -> tuple[Operation, ...]:
    """The operations of a statement on rows, () for any other."""
    match kind:
        case "truncate_stmt":
            cascade = word(node, "behavior") == "DROP_CASCADE"
            return tuple(
                Data("TRUNCATE", relation(each.range_var), everywhere=True, cascade=cascade)
                for each in node.relations
            )
        case "copy_stmt" if not node.is_from:
            return (Other(kind),)
        case "insert_stmt" | "update_stmt" | "delete_stmt" | "merge_stmt" | "copy_stmt":
            return (*_inside(node), _data(kind, node))
        case "lock_stmt":
            mode = _LOCKS[node.mode]
            return tuple(LockTable(relation(each.range_var), mode) for each in node.relations)
        case "select_stmt":
            return (*_inside(node), *_select(node))
        case _:
            return ()


def _inside(node: Node) -> Iterator[Data]:
    """What the WITH of a statement writes: it is done whatever is read of it."""
    if "with_clause" in node.DESCRIPTOR.fields_by_name and node.HasField("with_clause"):
        for each in node.with_clause.ctes:
            kind, query = inner(each.common_table_expr.ctequery)
            if kind in _DATA:
                yield _data(kind, query)


def _data(kind: str, node: Node) -> Data:
    everywhere = kind in {"update_stmt", "delete_stmt"} and _always(node.where_clause)
    joined = bool(getattr(node, "from_clause", ())) or bool(getattr(node, "using_clause", ()))
    columns: tuple[str, ...] = ()
    if kind == "insert_stmt":
        columns = _targets(node.cols)
    elif kind == "update_stmt":
        columns = _targets(node.target_list)
    table = relation(node.relation) if node.relation.relname else None
    fills = _fills(node) if kind == "update_stmt" and not joined else ()
    return Data(_DATA[kind], table, everywhere, columns=columns, fills=fills)


def _fills(update: Node) -> tuple[str, ...]:
    """The columns that get a value other than NULL wherever they are NULL."""
    written = tuple(
        each.res_target.name
        for each in update.target_list
        if not each.res_target.indirection and not _is_null(each.res_target.val)
    )
    if _always(update.where_clause):
        return written
    asked = set(_null_tests(update.where_clause))
    return tuple(each for each in written if each in asked)


def _is_null(value: Node) -> bool:
    kind, constant = inner(value)
    return kind == "a_const" and bool(constant.isnull)


def _null_tests(condition: Node) -> Iterator[str]:
    """Columns of `x IS NULL`, alone or as a part of OR."""
    kind, node = inner(condition)
    match kind:
        case "null_test" if word(node, "nulltesttype") == "IS_NULL":
            yield from strings(node.arg.column_ref.fields)[-1:]
        case "bool_expr" if word(node, "boolop") == "OR_EXPR":
            for each in node.args:
                yield from _null_tests(each)
        case _:
            pass


def _always(condition: Node) -> bool:
    """Whether a WHERE is missing, TRUE, compares a value with itself, or has an OR with such.

    The other tables of UPDATE ... FROM and DELETE ... USING choose no rows without one.
    """
    kind, node = inner(condition)
    match kind:
        case "":
            return True
        case "a_const":
            return bool(node.boolval.boolval)
        case "a_expr" if strings(node.name) == ("=",):
            return _same(inner(node.lexpr), inner(node.rexpr))
        case "bool_expr":
            return _composed(word(node, "boolop"), node.args)
        case _:
            return False


def _same(left: tuple[str, Node], right: tuple[str, Node]) -> bool:
    match left[0], right[0]:
        case "a_const", "a_const":
            return _value(left[1]) == _value(right[1])
        case "column_ref", "column_ref":
            return strings(left[1].fields) == strings(right[1].fields)
        case _:
            return False


def _composed(operator: str, parts: Sequence[Node]) -> bool:
    match operator:
        case "OR_EXPR":
            return any(map(_always, parts))
        case "AND_EXPR":
            return all(map(_always, parts))
        case _:
            denied, value = inner(parts[0])
            return denied == "a_const" and _value(value) == ("boolval", "")


def _value(constant: Node) -> tuple[str, str]:
    held = constant.WhichOneof("val") or ""
    return held, str(getattr(constant, held)) if held else ""


def _select(node: Node) -> Iterator[Operation]:
    if node.HasField("into_clause"):
        into = node.into_clause.rel
        yield CreateTable(relation(into), into.relpersistence == "t")
        return
    yield Other("select_stmt" if node.from_clause else "select_without_from")
    if (
        node.locking_clause
        and not node.HasField("where_clause")
        and not node.HasField("limit_count")
    ):
        mode = _ROW_LOCKS[word(node.locking_clause[0].locking_clause, "strength")]
        for each in node.from_clause:
            if each.WhichOneof("node") == "range_var":
                yield LockTable(relation(each.range_var), mode)


def _targets(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The columns that are written as a whole: `a[1] = 2` and `a.b = 3` may stand there twice."""
    return tuple(
        [
            each.res_target.name
            for each in nodes
            if each.HasField("res_target") and not each.res_target.indirection
        ]
    )


def repeated(statement: Parsed) -> Iterator[Repeated]:
    """Names that stand twice where the server wants them to differ."""
    for where, names in _lists(statement) if statement.kind in _LISTING else ():
        if len(set(names)) < len(names):
            for name, count in Counter(names).items():
                if count > 1:
                    yield Repeated(name, where)


def _lists(statement: Parsed) -> Iterator[tuple[str, tuple[str, ...]]]:
    kind, node = statement.kind, statement.node
    match kind:
        case "index_stmt":
            yield "the index", _keys(node)
        case "insert_stmt":
            yield "the list of INSERT", _targets(node.cols)
            yield "the SET of ON CONFLICT", _targets(node.on_conflict_clause.target_list)
        case "update_stmt":
            yield "SET", _targets(node.target_list)
        case "merge_stmt":
            for each in node.merge_when_clauses:
                clause = each.merge_when_clause
                yield (
                    word(clause, "command_type").removeprefix("CMD_"),
                    _targets(clause.target_list),
                )
        case "view_stmt":
            yield "the view", strings(node.aliases) or tuple(_outputs(node.query))
        case "create_stmt" | "alter_table_stmt":
            yield from _of_table(statement)
        case _:
            pass


def _of_table(statement: Parsed) -> Iterator[tuple[str, tuple[str, ...]]]:
    every = statement.elements
    if statement.kind == "create_stmt":
        columns = [each.name for each in every if isinstance(each, ColumnDefinition)]
        yield "the table", tuple(columns)
    added = (each.constraint for each in statement.commands)
    for each in (*every, *added):
        if isinstance(each, Constraint):
            yield _constraint(each)


def _keys(node: Node) -> tuple[str, ...]:
    """The plain columns of an index: one with two operator classes is no mistake."""
    return tuple(
        each.index_elem.name
        for each in (*node.index_params, *node.index_including_params)
        if each.index_elem.name and not each.index_elem.opclass
    )


def _constraint(written: Constraint) -> tuple[str, tuple[str, ...]]:
    words = {"CONSTR_PRIMARY": "the primary key", "CONSTR_UNIQUE": "the unique constraint"}
    if written.kind == "CONSTR_FOREIGN":
        return "the foreign key", written.own
    said = words.get(written.kind)
    return (said, written.keys) if said else ("the constraint", ())


def _outputs(query: Node) -> Iterator[str]:
    """The names of a SELECT's columns as far as its text tells them; `?column?` for constants."""
    for each in query.select_stmt.target_list:
        kind, value = inner(each.res_target.val)
        if each.res_target.name:
            yield each.res_target.name
        elif kind == "column_ref":
            yield from strings(value.fields[-1:])
        elif kind == "a_const":
            yield "?column?"
