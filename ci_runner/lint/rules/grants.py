"""Who may do what changes: GRANT, REVOKE, owners, roles, settings of the server."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.parse import rights
from ci_runner.dialects.postgres.parse.nodes import word
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.written import Written

_STRONG_OPTIONS = {"superuser", "bypassrls", "createrole", "isreplication"}

_IDENTITIES = {"role", "session_authorization"}
_ROLE = "changes a role, which other databases of the server share"
_KINDS = (
    "grant_stmt",
    "grant_role_stmt",
    "alter_system_stmt",
    "alter_table_stmt",
    "variable_set_stmt",
    "drop_owned_stmt",
)
_CHANGES = {
    "alter_default_privileges_stmt": "changes the rights on what is yet to come",
    "alter_owner_stmt": "gives an object another owner",
    "alter_role_stmt": _ROLE,
    "alter_role_set_stmt": _ROLE,
    "create_role_stmt": _ROLE,
    "drop_role_stmt": _ROLE,
    "reassign_owned_stmt": "gives all that a role owns another owner",
    "alter_database_stmt": "changes settings of the database",
    "alter_database_set_stmt": "changes settings of the database",
}


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps if review.dialect == "mysql" else ():
        sql = step.statement.text
        if told := rights.alarm(sql):
            yield Hit(told, step, severity=Severity.WARNING)
        elif told := rights.change(sql):
            yield Hit(told, step)
    for each in review.written_as(*_KINDS, *_CHANGES):
        alarm = _alarm(each.kind, each.node)
        if alarm:
            yield Hit(alarm, each.step, severity=Severity.WARNING)
        elif says := _change(each):
            yield Hit(says, each.step)


def _alarm(kind: str, node: Node) -> str:
    """What gives too much away in any team."""
    match kind:
        case "grant_stmt" if node.is_grant and _to_public(node):
            return "grants to PUBLIC: to every role, those to come included"
        case "alter_default_privileges_stmt" if node.action.is_grant and _to_public(node.action):
            return "grants what is yet to come to PUBLIC"
        case "create_role_stmt" | "alter_role_stmt":
            given = {
                each.def_elem.defname for each in node.options if each.def_elem.arg.boolean.boolval
            }
            strong = sorted(given & _STRONG_OPTIONS)
            return f"gives a role {', '.join(strong)}" if strong else ""
        case "drop_owned_stmt":
            return "drops all that a role owns, and takes all its rights away"
        case "alter_system_stmt":
            return "changes the settings of the whole server"
        case _:
            return ""


def _to_public(node: Node) -> bool:
    return any(word(each.role_spec, "roletype") == "ROLESPEC_PUBLIC" for each in node.grantees)


def _change(each: Written) -> str:
    """What somebody who looks after rights wants to know."""
    node = each.node
    match each.kind:
        case "grant_stmt":
            return f"{'gives' if node.is_grant else 'takes away'} rights"
        case "grant_role_stmt":
            return "makes roles members" if node.is_grant else "takes roles out of others"
        case "alter_table_stmt":
            kinds = {word(command.alter_table_cmd, "subtype") for command in node.cmds}
            return _CHANGES["alter_owner_stmt"] if "AT_ChangeOwner" in kinds else ""
        case "variable_set_stmt":
            return "goes on as another role" if node.name in _IDENTITIES else ""
        case kind:
            return _CHANGES.get(kind, "")


RULE = Rule(
    id="grants",
    title="Rights, roles or owners change",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Rights that are missing stop clients at once, and rights that are too many are noticed by"
    " nobody. What PUBLIC, a superuser or the whole server gets is warned of.",
    instead="Grant to a named role, as little as it needs, in a file that somebody responsible"
    " reads.",
    check=_check,
    aliases=(
        "ban-revoke",
        "ban-alter-role-options",
        "ban-alter-database-options",
        "ban-alter-system-options",
        "STATEMENT_OBJECT_OWNER_CHECK",
        "STATEMENT_CHECK_SET_ROLE_VARIABLE",
    ),
    group="security",
)
