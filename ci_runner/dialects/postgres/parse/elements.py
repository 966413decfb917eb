"""What CREATE TABLE lists and ALTER TABLE does, read once from the tree for all who ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.nodes import definition, relation, strings, word
from ci_runner.dialects.postgres.parse.tree import Node

_WITHOUT_KEYS = frozenset({"CONSTR_CHECK", "CONSTR_DEFAULT", "CONSTR_FOREIGN", "CONSTR_NULL"})


class TypeName(NamedTuple):
    """`modifiers` are the numbers in the parentheses behind it, None where it has none."""

    names: tuple[str, ...]
    modifiers: tuple[int, ...] | None
    dimensions: int


class Constraint(NamedTuple):
    """`kind` is the parser's, `CONSTR_CHECK`; `node` has what only few ask for."""

    kind: str
    name: str
    keys: tuple[str, ...]
    node: Node

    @property
    def own(self) -> tuple[str, ...]:
        """The columns of a foreign key that is not written behind one."""
        return strings(self.node.fk_attrs)

    @property
    def parent(self) -> Target:
        """The table that a foreign key refers to."""
        return relation(self.node.pktable)


class ColumnDefinition(NamedTuple):
    name: str
    type: TypeName
    constraints: tuple[Constraint, ...]

    def by_kind(self) -> dict[str, Node]:
        """The last constraint of each kind."""
        return {each.kind: each.node for each in self.constraints}


class Likeness(NamedTuple):
    """LIKE, and whatever else stands among the columns of a table."""

    kind: str


Element: TypeAlias = ColumnDefinition | Constraint | Likeness


class Command(NamedTuple):
    """One action of ALTER TABLE, `action` as the parser has it, and what it adds."""

    action: str
    node: Node
    column: ColumnDefinition | None = None
    constraint: Constraint | None = None


def elements(create: Node) -> tuple[Element, ...]:
    """What stands in the parentheses of a CREATE TABLE."""
    return tuple(map(_element, create.table_elts))


def _element(node: Node) -> Element:
    match node.WhichOneof("node"):
        case "column_def":
            return column(node.column_def)
        case "constraint":
            return constraint(node.constraint)
        case other:
            return Likeness(other or "")


def commands(alter: Node) -> Iterator[Command]:
    """The actions of an ALTER TABLE."""
    for each in alter.cmds:
        command = each.alter_table_cmd
        action = word(command, "subtype")
        match action:
            case "AT_AddColumn":
                yield Command(action, command, column(definition(command).column_def))
            case "AT_AddConstraint":
                added = constraint(definition(command).constraint)
                yield Command(action, command, constraint=added)
            case _:
                yield Command(action, command)


def column(node: Node) -> ColumnDefinition:
    constraints = tuple([constraint(each.constraint) for each in node.constraints])
    return ColumnDefinition(node.colname, type_of(node.type_name), constraints)


def constraint(node: Node) -> Constraint:
    kind = word(node, "contype")
    keys = () if kind in _WITHOUT_KEYS else strings(node.keys)
    return Constraint(kind, node.conname, keys, node)


def type_of(node: Node) -> TypeName:
    modifiers = None
    if node.typmods:
        constants = [each.a_const for each in node.typmods if each.HasField("a_const")]
        modifiers = tuple([each.ival.ival for each in constants])
    return TypeName(strings(node.names), modifiers, len(node.array_bounds))
