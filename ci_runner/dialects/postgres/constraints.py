"""What the four kinds of constraint share: their catalogue query and their ALTER TABLE forms."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    Address,
    Statements,
    World,
    comment_on,
    made_again,
    relation,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Check, Constraint, ForeignKey, Identity

# A constraint that an extension added to a table of ours does not exist in practice: not excluded.
# Those with a parent are the server's own copies for the partitions of a referenced table.
_QUERY = f"""
SELECT k.oid, k.conindid, n.nspname, c.relname, k.conname,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num
             ORDER BY u.place),
       pg_catalog.pg_get_constraintdef(k.oid), k.convalidated,
       rn.nspname, r.relname,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num
             ORDER BY u.place),
       pg_catalog.obj_description(k.oid, 'pg_constraint')
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.conparentid = 0 AND {MANAGED_TABLE}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of pg_constraint, named."""

    addresses: tuple[Address, ...]
    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    definition: str
    valid: bool
    references: Identity
    referenced_columns: tuple[str, ...]
    comment: str | None


def rows(connection: Connection, contype: str) -> Iterator[Row]:
    """Constraints of one type: p, u, c or f.

    The index behind a primary key or unique constraint is part of it, that behind a foreign key
    is not: it is the referenced key's.
    """
    for row in connection.query(f"{_QUERY} AND k.contype = '{contype}'"):
        oid, index, schema, table, name, columns, definition, valid, *reference, comment = row
        addresses: tuple[Address, ...] = (("pg_constraint", integer(oid), 0),)
        if contype in "pu":
            addresses += (("pg_class", integer(index), 0),)
        yield Row(
            addresses,
            text(schema),
            text(table),
            text(name),
            texts(columns),
            settled(text(definition)),
            bool(valid),
            Identity("table", optional(reference[0]) or "", optional(reference[1]) or ""),
            texts(reference[2]),
            optional(comment),
        )


def _table(each: Constraint) -> str:
    return qualified(each.schema, each.table)


def _said(each: Constraint) -> str:
    return f"{each.identity.kind} {each.name} on {each.schema}.{each.table}"


def comment(old: str | None, new: Constraint) -> Statements:
    what = f"CONSTRAINT {quote(new.name)} ON {_table(new)}"
    return comment_on(what, new.identity, old, new.comment)


def clause(each: Constraint) -> str:
    """The constraint as it stands in CREATE TABLE."""
    return f"CONSTRAINT {quote(each.name)} {each.definition}"


def create(new: Constraint) -> Statements:
    return (
        PlannedStatement(
            f"ALTER TABLE {_table(new)} ADD {clause(new)}",
            f"Add {_said(new)}",
            new.identity,
            undo=f"ALTER TABLE {_table(new)} DROP CONSTRAINT {quote(new.name)}",
            hazards=_hazards(new),
        ),
        *comment(None, new),
    )


def _hazards(new: Constraint) -> tuple[str, ...]:
    match new:
        case Check(valid=True):
            return ("scans the table under ACCESS EXCLUSIVE", "fails if a row violates it")
        case ForeignKey(valid=True):
            return (
                "scans both tables under SHARE ROW EXCLUSIVE",
                "fails if a row has no counterpart",
            )
        case Check() | ForeignKey():
            return ()
        case _:
            return ("builds an index under ACCESS EXCLUSIVE", "fails if values repeat")


def drop(old: Constraint) -> Statements:
    return (
        PlannedStatement(
            f"ALTER TABLE {_table(old)} DROP CONSTRAINT {quote(old.name)}",
            f"Drop {_said(old)}",
            old.identity,
            undo=made_again(create(old)),
        ),
    )


def alter(old: Constraint, new: Constraint, _: World) -> Statements | None:
    """Validate or comment in place; any other difference asks for a new constraint."""
    if replace(old, comment=new.comment) == new:
        return comment(old.comment, new)
    if _only_validates(old, new):
        validate = PlannedStatement(
            f"ALTER TABLE {_table(new)} VALIDATE CONSTRAINT {quote(new.name)}",
            f"Validate {_said(new)}",
            new.identity,
            hazards=("fails if a row violates it",),
        )
        return (validate, *comment(old.comment, new))
    return None


def _only_validates(old: Constraint, new: Constraint) -> bool:
    if not isinstance(old, Check | ForeignKey) or not isinstance(new, Check | ForeignKey):
        return False
    return new.valid and not old.valid and old.definition == f"{new.definition} NOT VALID"


def inline(each: Constraint) -> bool:
    """NOT VALID means nothing inside CREATE TABLE: the constraint would be valid."""
    return not isinstance(each, Check) or each.valid


def like(each: Constraint) -> Hashable:
    return replace(each, name="", comment=None)


def rename(old: Constraint, new: Constraint) -> Statements:
    def sql(before: Constraint, after: Constraint) -> str:
        return (
            f"ALTER TABLE {_table(new)}"
            f" RENAME CONSTRAINT {quote(before.name)} TO {quote(after.name)}"
        )

    renamed = PlannedStatement(
        sql(old, new), f"Rename {_said(old)} to {new.name}", new.identity, undo=sql(new, old)
    )
    return (renamed, *comment(old.comment, new))


def names(each: Constraint) -> Iterator[Hashable]:
    """Constraint names are unique in their table; keys also take one among the relations."""
    yield ("constraint", each.schema, each.table, each.name)
    if not isinstance(each, Check | ForeignKey):
        yield relation(each.schema, each.name)
