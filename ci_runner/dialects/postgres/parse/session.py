"""What a statement sets for its session or transaction, and which relations it would block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.names import dropped_name
from ci_runner.dialects.postgres.parse.nodes import relation, strings, word
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.frozen import frozen

_UNITS = {"": 1, "ms": 1, "us": 0.001, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d|)\s*$")
_ON_RELATIONS = {
    "OBJECT_TABLE",
    "OBJECT_VIEW",
    "OBJECT_MATVIEW",
    "OBJECT_INDEX",
    "OBJECT_FOREIGN_TABLE",
}
_DROPPED = {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE"}
# Actions of ALTER TABLE that writers and readers do not notice.
_HARMLESS = {"AT_ValidateConstraint", "AT_SetStatistics", "AT_SetOptions", "AT_ResetOptions"}


@frozen
class Setting:
    """SET, RESET or set_config of one parameter. `value` is None where it goes back to the usual.

    `local` is whether it ends with the transaction.
    """

    name: str
    value: str | None
    local: bool = False

    @property
    def milliseconds(self) -> float | None:
        """The value as a time, as the server reads it; None where it is none."""
        found = _DURATION.match(self.value or "")
        return float(found[1]) * _UNITS[found[2]] if found else None


def settings(kind: str, node: Node) -> Iterator[Setting]:
    """What one statement sets. A parameter with a prefix (app.user_id) has it in its name."""
    match kind:
        case "variable_set_stmt" if word(node, "kind") == "VAR_SET_VALUE":
            yield Setting(node.name.lower(), ", ".join(map(_value, node.args)), node.is_local)
        case "variable_set_stmt" if node.name:
            yield Setting(node.name.lower(), None, node.is_local)
        case "select_stmt":
            for each in node.target_list:
                if each.res_target.val.WhichOneof("node") == "func_call":
                    yield from _set_config(each.res_target.val.func_call)
        case _:
            pass


def _set_config(call: Node) -> Iterator[Setting]:
    if strings(call.funcname)[-1:] == ("set_config",) and len(call.args) == 3:
        name, value, local = call.args
        yield Setting(_value(name).lower(), _value(value), local.a_const.boolval.boolval)


def _value(node: Node) -> str:
    """A constant as text, "" for anything else."""
    if node.WhichOneof("node") != "a_const":
        return ""
    constant: Node = node.a_const
    match constant.WhichOneof("val"):
        case "sval":
            return str(constant.sval.sval)
        case "ival":
            return str(constant.ival.ival)
        case "fval":
            return str(constant.fval.fval)
        case _:
            return ""


def blocked(kind: str, node: Node) -> Iterator[Target]:
    """The relations whose readers or writers one statement keeps waiting, as far as it names them.

    An index stands for its table. What runs CONCURRENTLY blocks nobody for long.
    """
    match kind:
        case "alter_table_stmt" if word(node, "objtype") in _ON_RELATIONS:
            if {word(each.alter_table_cmd, "subtype") for each in node.cmds} - _HARMLESS:
                yield relation(node.relation)
        case "rename_stmt" if node.relation.relname:
            yield relation(node.relation)
        case "index_stmt" if not node.concurrent and node.relation.inh:
            yield relation(node.relation)
        case "drop_stmt" if word(node, "remove_type") in _DROPPED and not node.concurrent:
            yield from map(dropped_name, node.objects)
        case "truncate_stmt":
            yield from (relation(each.range_var) for each in node.relations)
        case "create_trig_stmt" | "refresh_mat_view_stmt" | "cluster_stmt" | "rule_stmt":
            if not (kind == "refresh_mat_view_stmt" and node.concurrent):
                yield relation(node.relation)
        case "reindex_stmt" if "concurrently" not in {e.def_elem.defname for e in node.params}:
            yield relation(node.relation)
        case "lock_stmt":
            yield from (relation(each.range_var) for each in node.relations)
        case "vacuum_stmt" if "full" in {each.def_elem.defname for each in node.options}:
            yield from (relation(each.vacuum_relation.relation) for each in node.rels)
        case _:
            pass
