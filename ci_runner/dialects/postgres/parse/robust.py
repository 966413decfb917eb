"""What keeps a statement from being run twice: a missing IF [NOT] EXISTS or OR REPLACE."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.nodes import definition, strings, word
from ci_runner.dialects.postgres.parse.tree import Node

_IF_NOT_EXISTS = {
    "create_seq_stmt": "CREATE SEQUENCE",
    "create_schema_stmt": "CREATE SCHEMA",
    "create_extension_stmt": "CREATE EXTENSION",
}
_OR_REPLACE = {
    "view_stmt": "CREATE VIEW",
    "create_function_stmt": "CREATE FUNCTION",
    "create_trig_stmt": "CREATE TRIGGER",
    "rule_stmt": "CREATE RULE",
}
_MADE_AGAIN = frozenset({"OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_MATVIEW"})
_ACTIONS = {
    "AT_AddColumn": ("ADD COLUMN", "IF NOT EXISTS"),
    "AT_DropColumn": ("DROP COLUMN", "IF EXISTS"),
    "AT_DropConstraint": ("DROP CONSTRAINT", "IF EXISTS"),
}


def missing(kind: str, node: Node, dropped: set[str]) -> Iterator[tuple[str, str]]:
    """(what is written, what it lacks). `dropped` are names of what the file has dropped with
    IF EXISTS before: making them again is safe.
    """
    match kind:
        case "index_stmt" if node.idxname in dropped:
            pass
        case "create_stmt" | "create_table_as_stmt" if _table(kind, node) in dropped:
            pass
        case "create_stmt" if not node.if_not_exists and node.relation.relpersistence != "t":
            yield "CREATE TABLE", "IF NOT EXISTS"
        case "create_table_as_stmt" if not node.if_not_exists and _stays(node):
            yield "CREATE TABLE AS", "IF NOT EXISTS"
        case "index_stmt" if node.idxname and not node.if_not_exists:
            yield "CREATE INDEX", "IF NOT EXISTS"
        case "alter_enum_stmt" if node.new_val and not node.old_val:
            if not node.skip_if_new_val_exists:
                yield "ADD VALUE", "IF NOT EXISTS"
        case "drop_stmt" if not node.missing_ok:
            yield f"DROP {word(node, 'remove_type').removeprefix('OBJECT_')}", "IF EXISTS"
        case "alter_table_stmt":
            for each in node.cmds:
                yield from _action(each.alter_table_cmd, dropped)
        case _:
            yield from _plain(kind, node)


def _plain(kind: str, node: Node) -> Iterator[tuple[str, str]]:
    if kind in _IF_NOT_EXISTS and not node.if_not_exists:
        yield _IF_NOT_EXISTS[kind], "IF NOT EXISTS"
    if kind in _OR_REPLACE and not node.replace:
        yield _OR_REPLACE[kind], "OR REPLACE"


def _stays(node: Node) -> bool:
    return bool(node.into.rel.relpersistence != "t")


def _table(kind: str, node: Node) -> str:
    return str(node.relation.relname if kind == "create_stmt" else node.into.rel.relname)


def _action(command: Node, dropped: set[str]) -> Iterator[tuple[str, str]]:
    kind = word(command, "subtype")
    if kind in _ACTIONS and not command.missing_ok:
        yield _ACTIONS[kind]
    elif kind == "AT_AddConstraint" and definition(command).constraint.conname not in dropped:
        yield "ADD CONSTRAINT", "a DROP CONSTRAINT IF EXISTS before it"


def dropped(kind: str, node: Node) -> Iterator[str]:
    """The constraints, tables and indexes that a statement drops where they exist."""
    if kind == "drop_stmt" and node.missing_ok and word(node, "remove_type") in _MADE_AGAIN:
        for each in node.objects:
            yield from strings(each.list.items)[-1:]
    if kind == "alter_table_stmt":
        for each in node.cmds:
            command = each.alter_table_cmd
            if word(command, "subtype") == "AT_DropConstraint" and command.missing_ok:
                yield command.name


def alone(kind: str, node: Node) -> bool:
    """Whether the server refuses to run it in a transaction."""
    match kind:
        case "index_stmt":
            return bool(node.concurrent)
        case "drop_stmt":
            return bool(node.concurrent)
        case _:
            return False
