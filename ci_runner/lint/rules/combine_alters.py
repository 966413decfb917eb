"""Several ALTER TABLE of one table, one right behind the other."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.watch.online import alteration
from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.nodes import definition, relation, word
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# They take the same lock, ACCESS EXCLUSIVE.
_TOGETHER = {
    "AT_AddColumn",
    "AT_DropColumn",
    "AT_ColumnDefault",
    "AT_AlterColumnType",
    "AT_SetNotNull",
    "AT_DropNotNull",
    "AT_DropConstraint",
    "AT_AddConstraint",
}


def _check(review: Review) -> Iterator[Hit]:
    if review.dialect == "mysql":
        yield from _consecutive(review)
    last: tuple[str, Target] | None = None
    said = False
    for each in review.written:
        path = each.step.statement.path
        if each.kind == "variable_set_stmt":
            continue
        if each.kind != "alter_table_stmt" or not _combinable(each.node):
            last, said = None, False
            continue
        table = relation(each.node.relation)
        if last == (path, table) and not said:
            yield Hit(f"{table} is altered by the statement before as well", each.step)
        said = last == (path, table)
        last = (path, table)


def _consecutive(review: Review) -> Iterator[Hit]:
    """MySQL's, where whatever does not concern partitions can stand in one list."""
    last: tuple[str, str] | None = None
    said = False
    for step in review.steps:
        what = alteration(step.statement.text)
        if what is None or not what.listed or " PARTITION" in what.tail.upper():
            last, said = None, False
            continue
        here = (step.statement.path, what.table.name.lower())
        if last == here and not said:
            yield Hit(f"{what.table} is altered by the statement before as well", step)
        last, said = here, last == here


def _combinable(node: Node) -> bool:
    """Every action but those that read in the light of another: a key on a column that is new."""
    commands = [each.alter_table_cmd for each in node.cmds]
    return all(
        word(each, "subtype") in _TOGETHER
        and not (
            word(each, "subtype") == "AT_AddConstraint"
            and word(definition(each).constraint, "contype") == "CONSTR_FOREIGN"
        )
        for each in commands
    )


RULE = Rule(
    id="combine-alters",
    title="Alterations that one statement could do",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Each waits for its lock anew, and each that writes or reads the table does so by itself.",
    instead="One ALTER TABLE with all actions, a comma between them.",
    check=_check,
    aliases=("W12", "PGM023", "multipleAlterTable", "STATEMENT_MERGE_ALTER_TABLE"),
    group="performance",
    waits=True,
)
