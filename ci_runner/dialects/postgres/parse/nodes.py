"""Read the nodes of libpg_query's tree: names, enum words, and whatever lies inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.tree import Node, library
from ci_runner.schema.drafts import quickly

_target = quickly(Target)


def inner(node: Node) -> tuple[str, Node]:
    """Kind and content of a node that stands for any of many; ("", None) for an empty one."""
    kind = node.WhichOneof("node")
    return (kind, getattr(node, kind)) if kind else ("", None)


def word(message: Node, field: str) -> str:
    """The name of an enum field's value."""
    return _words(message.DESCRIPTOR, field)[getattr(message, field)]


@cache
def _words(descriptor: Node, field: str) -> dict[int, str]:
    """The names of an enum field's values by their numbers."""
    values = descriptor.fields_by_name[field].enum_type.values_by_number
    return {number: str(each.name) for number, each in values.items()}


def strings(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The texts among `nodes`, such as the parts of a qualified name."""
    return tuple([node.string.sval for node in nodes if node.HasField("string")])


def definition(command: Node) -> Node:
    """The field `def`, whose name is a keyword here."""
    return getattr(command, "def")


def relation(node: Node) -> Target:
    """A RangeVar as a name."""
    return _target(node.schemaname, node.relname)


def qualified(parts: tuple[str, ...]) -> Target:
    """A list of names as a name."""
    return _target(parts[-2] if len(parts) > 1 else "", parts[-1] if parts else "")


def text(expression: Node) -> str:
    """An expression as SQL."""
    return _constant(expression) or _text(bytes(expression.SerializeToString()))


def _constant(expression: Node) -> str:
    """A constant as SQL, "" for what is none or needs more than its digits or quotes."""
    constant = expression.a_const
    match constant.WhichOneof("val"):
        case "ival":
            return str(constant.ival.ival)
        case "sval" if "\\" not in constant.sval.sval:
            return "'" + str(constant.sval.sval).replace("'", "''") + "'"
        case _:
            return ""


@lru_cache(maxsize=4096)
def _text(expression: bytes) -> str:
    one = _select_one()
    select = type(one)()
    select.CopyFrom(one)
    select.stmts[0].stmt.select_stmt.target_list[0].res_target.val.ParseFromString(expression)
    return str(library().deparse(select)).removeprefix("SELECT ")


@cache
def _select_one() -> Node:
    return library().parse("SELECT 1")


def within(node: Node) -> Iterator[tuple[str, Node]]:
    """(field, message) of everything inside `node`, in the order of the text, outer ones first."""
    pending = [("", node)]
    while pending:
        field, message = pending.pop()
        if field:
            yield field, message
        found = [
            (each.name, value)
            for each, content in message.ListFields()
            if each.message_type is not None
            for value in (content if each.is_repeated else (content,))
        ]
        pending.extend(reversed(found))
