"""Tables of a kind that surprises: rules, inheritance, UNLOGGED, SELECT INTO, OF type."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.nodes import word
from ci_runner.dialects.postgres.tree import Node
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ACTIONS = {
    "AT_SetUnLogged": "an UNLOGGED table is empty after a crash, and on every replica",
    "AT_AddInherit": "keys and constraints do not hold across tables that inherit",
    "AT_DropInherit": "queries on the parent no longer see these rows",
}
_KINDS = ("rule_stmt", "select_stmt", "create_stmt", "alter_table_stmt")
_PARTITIONS = {"AT_AttachPartition", "AT_DetachPartition"}


def _check(review: Review) -> Iterator[Hit]:
    forbidden = flag(review.options.get(RULE.id, {}), "no-partitions")
    for each in review.written_as(*_KINDS):
        says = _says(each.kind, each.node)
        if not says and forbidden and _partitions(each.kind, each.node):
            says = "partitions are not wanted here"
        if says:
            yield Hit(says, each.step)


def _says(kind: str, node: Node) -> str:
    match kind:
        case "rule_stmt":
            return "a rule rewrites queries unseen, and runs its expressions twice"
        case "select_stmt" if node.HasField("into_clause"):
            return "SELECT INTO means something else in PL/pgSQL, and makes no key"
        case "create_stmt":
            return _table(node)
        case "alter_table_stmt":
            kinds = (word(each.alter_table_cmd, "subtype") for each in node.cmds)
            return next((_ACTIONS[each] for each in kinds if each in _ACTIONS), "")
        case _:
            return ""


def _table(node: Node) -> str:
    if node.relation.relpersistence == "u":
        return _ACTIONS["AT_SetUnLogged"]
    if node.HasField("of_typename"):
        return "a typed table changes with its type, and only with it"
    if node.inh_relations and not node.HasField("partbound"):
        return _ACTIONS["AT_AddInherit"]
    return ""


def _partitions(kind: str, node: Node) -> bool:
    match kind:
        case "create_stmt":
            return bool(node.HasField("partspec") or node.HasField("partbound"))
        case "alter_table_stmt":
            return bool({word(e.alter_table_cmd, "subtype") for e in node.cmds} & _PARTITIONS)
        case _:
            return False


RULE = Rule(
    id="partition-inheritance",
    title="Table of a kind that surprises",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Rules, inheritance, typed and UNLOGGED tables do not behave as the next person expects of"
    " a table.",
    instead="Triggers, partitions, CREATE TABLE AS; UNLOGGED only for what may be lost.",
    check=_check,
    aliases=(
        "ban-detach-inheritance",
        "GN001",
        "GN002",
        "GN014",
        "GN018",
        "GN019",
        "GN034",
        "PGM506",
        "TABLE_DISALLOW_PARTITION",
    ),
    options=(RuleOption("no-partitions", "flag", "whether partitioned tables are not wanted"),),
    group="design",
)
