"""Take a constraint out of ADD COLUMN, so that it can be made beside those who use the table."""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.operations import Unparsed
from ci_runner.dialects.postgres.parse.nodes import definition, inner, relation, word
from ci_runner.dialects.postgres.parse.tree import Node, library, tree
from ci_runner.dialects.postgres.quote import quote
from ci_runner.frozen import frozen

_KINDS = {
    "CONSTR_CHECK": "",
    "CONSTR_FOREIGN": "",
    "CONSTR_UNIQUE": "UNIQUE",
    "CONSTR_PRIMARY": "PRIMARY KEY",
}


@frozen
class _Added:
    """One statement that adds one column with one constraint behind it, as the parser reads it."""

    parsed: Node
    constraint: int

    @property
    def command(self) -> Node:
        return self.parsed.stmts[0].stmt.alter_table_stmt.cmds[0].alter_table_cmd

    @property
    def column(self) -> Node:
        return definition(self.command).column_def

    @property
    def table(self) -> str:
        name = relation(self.parsed.stmts[0].stmt.alter_table_stmt.relation)
        return ".".join(quote(each) for each in (name.schema, name.name) if each)


def apart(sql: str, name: str) -> tuple[str, ...]:
    """The statements that add the column, then its constraint as `name` while others go on.

    None for a statement that does more, and for one with comments, which would be lost.
    """
    added = _read(sql)
    if added is None or not name:
        return ()
    bare, kept = _copy(added), _copy(added)
    del bare.column.constraints[added.constraint]
    constraint = kept.column.constraints[added.constraint].constraint
    key = _KINDS[word(constraint, "contype")]
    if key:
        index = (
            (
                f"CREATE UNIQUE INDEX CONCURRENTLY {quote(name)} ON {added.table}"
                f" ({quote(added.column.colname)})"
            ),
            (
                f"ALTER TABLE {added.table} ADD CONSTRAINT {quote(name)} {key} USING INDEX"
                f" {quote(name)}"
            ),
        )
        return _written(bare), *index
    return (
        _written(bare),
        _later(kept, constraint, name),
        f"ALTER TABLE {added.table} VALIDATE CONSTRAINT {quote(name)}",
    )


def _read(sql: str) -> _Added | None:
    parsed = tree(sql)
    if isinstance(parsed, Unparsed) or "--" in sql or "/*" in sql or len(parsed.stmts) != 1:
        return None
    kind, node = inner(parsed.stmts[0].stmt)
    if kind != "alter_table_stmt" or len(node.cmds) != 1:
        return None
    if word(node.cmds[0].alter_table_cmd, "subtype") != "AT_AddColumn":
        return None
    behind = definition(node.cmds[0].alter_table_cmd).column_def.constraints
    kinds = [word(each.constraint, "contype") for each in behind]
    ours = [at for at, each in enumerate(kinds) if each in _KINDS]
    return _Added(parsed, ours[0]) if len(ours) == 1 and _is_plain(kinds) else None


def _is_plain(kinds: Sequence[str]) -> bool:
    """Whether no DEFERRABLE and the like stands behind, which is a node of its own."""
    return not any(each.startswith("CONSTR_ATTR_") for each in kinds)


def _copy(added: _Added) -> _Added:
    parsed = type(added.parsed)()
    parsed.CopyFrom(added.parsed)
    return _Added(parsed, added.constraint)


def _later(added: _Added, constraint: Node, name: str) -> str:
    """ADD CONSTRAINT ... NOT VALID in the place of ADD COLUMN."""
    later = type(constraint)()
    later.CopyFrom(constraint)
    later.conname = name
    later.skip_validation, later.initially_valid = True, False
    if word(later, "contype") == "CONSTR_FOREIGN":
        later.fk_attrs.add().string.sval = added.column.colname
    subtypes = added.command.DESCRIPTOR.fields_by_name["subtype"].enum_type.values_by_name
    added.command.subtype = subtypes["AT_AddConstraint"].number
    added.command.missing_ok = False
    definition(added.command).constraint.CopyFrom(later)
    return _written(added)


def _written(added: _Added) -> str:
    return str(library().deparse(added.parsed))
