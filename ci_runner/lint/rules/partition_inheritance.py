"""Tables of a kind that surprises: rules, inheritance, UNLOGGED, SELECT INTO, OF type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ci_runner.dialects.postgres.parse.nodes import word
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.lint.mysql import definition
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
    if review.dialect == "mysql":
        yield from _on_mysql(review, forbidden=forbidden)


def _on_mysql(review: Review, *, forbidden: bool) -> Iterator[Hit]:
    for step in review.steps:
        tokens = definition(step, "PARTITION", "MEMORY", "SELECT")
        words = [token.word for token in tokens]
        if "TABLE" not in words[1:4]:
            continue
        if forbidden and ("PARTITION", "BY") in pairwise(words):
            yield Hit("partitions are not wanted here", step)
        elif words[0] == "CREATE" and "TEMPORARY" not in words[:4]:
            engine = [t.name.upper() for t in tokens[words.index("TABLE") :]]
            if "MEMORY" in _behind(engine, "ENGINE"):
                yield Hit(
                    "a MEMORY table is empty after a restart, and on every replica then", step
                )
            elif "SELECT" in words:
                yield Hit("CREATE TABLE ... SELECT takes no keys of what it reads along", step)


def _behind(names: Sequence[str], word: str) -> Sequence[str]:
    """The names right behind a word, a sign between them or none."""
    at = names.index(word) + 1 if word in names else len(names)
    return names[at : at + 2]


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
    dialects=("postgres", "mysql"),
    why="Rules, inheritance, typed and UNLOGGED tables do not behave as the next person expects of"
    " a table. On MySQL a partitioned table can have no foreign keys, and each unique key has to"
    " hold the columns that it is partitioned by.",
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
