"""The statements of a text as trees, with what several readers ask of them read once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ci_runner.dialects.operations import Unparsed
from ci_runner.dialects.postgres.parse.elements import (
    Command,
    Constraint,
    Element,
    commands,
    elements,
)
from ci_runner.dialects.postgres.parse.nodes import inner
from ci_runner.dialects.postgres.parse.tree import Node, tree


class Parsed(NamedTuple):
    """One statement: the kind of its node, and the node.

    `elements` are those of a CREATE TABLE, `commands` the actions of an ALTER TABLE.
    """

    kind: str
    node: Node
    elements: tuple[Element, ...] = ()
    commands: tuple[Command, ...] = ()


def parsed(any_node: Node) -> Parsed:
    """A node that stands for a statement of whatever kind; one without a kind for an empty one."""
    kind, node = inner(any_node)
    match kind:
        case "create_stmt":
            return Parsed(kind, node, elements(node))
        case "create_foreign_table_stmt":
            return Parsed(kind, node, elements(node.base_stmt))
        case "alter_table_stmt":
            return Parsed(kind, node, (), tuple(commands(node)))
        case _:
            return Parsed(kind, node)


# What a statement does and what it says are read at different times, often of thousands.
@lru_cache(maxsize=65_536)
def read(sql: str) -> tuple[Parsed, ...] | Unparsed:
    """Each statement in `sql`, which is shared and never changed. Never raises, never crashes."""
    found = tree(sql)
    if isinstance(found, Unparsed):
        return found
    return tuple([parsed(each.stmt) for each in found.stmts])


def statements(sql: str) -> tuple[Parsed, ...]:
    """The same; empty for what can't be read."""
    found = read(sql)
    return () if isinstance(found, Unparsed) else tuple([each for each in found if each.kind])


def added(definition: str) -> tuple[Constraint, ...]:
    """The constraint that the catalogue writes so, `CHECK (...)`; none for what can't be read."""
    found = statements(f"ALTER TABLE t ADD {definition}")
    commands = (command for each in found for command in each.commands)
    return tuple(each.constraint for each in commands if each.constraint is not None)
