"""ALTER ... RENAME TO and SET SCHEMA: an object keeps all that it holds, under another name."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.schema.model import Identity

# Where the word of ALTER is not the kind of the identity in capitals.
_WORDS = {
    "enum": "TYPE",
    "composite type": "TYPE",
    "range type": "TYPE",
    "base type": "TYPE",
    "partitioned table": "TABLE",
    "partition": "TABLE",
    "inherited table": "TABLE",
    "typed table": "TABLE",
    "statistics object": "STATISTICS",
    "foreign server": "SERVER",
}
_CONSTRAINTS = frozenset({"primary key", "unique", "check", "foreign key", "exclusion"})
_ON_TABLES = frozenset({"trigger", "policy", "rule"})
# No ALTER gives these another name: for most it is what they are about.
_FIXED = frozenset(
    {
        "access method",
        "cast",
        "default privileges",
        "extension",
        "grant",
        "operator",
        "operator class",
        "operator family",
        "owner",
        "published table",
        "shell type",
        "transform",
        "user mapping",
    }
)


def rename(old: Identity, new: Identity) -> Statements:
    """The move to another schema first, then the name: each is a statement of its own."""
    if old.kind in _FIXED:
        return ()
    stays = old.parent or not old.schema or old.kind == "index"
    moved = old if stays else old._replace(schema=new.schema)
    return (*_moved(old, moved), *_renamed(moved, new))


def _moved(old: Identity, new: Identity) -> Iterator[PlannedStatement]:
    if old.schema != new.schema:
        yield PlannedStatement(
            f"ALTER {_word(old)} {_name(old)} SET SCHEMA {quote(new.schema)}",
            f"Move {old} to schema {new.schema}",
            new,
            undo=f"ALTER {_word(new)} {_name(new)} SET SCHEMA {quote(old.schema)}",
            hazards=_hazards(old),
        )


def _renamed(old: Identity, new: Identity) -> Iterator[PlannedStatement]:
    """The arguments of a routine are part of its name, and stay."""
    _, bracket, arguments = old.name.partition("(")
    after = new._replace(name=f"{new.name.partition('(')[0]}{bracket}{arguments}")
    if old.name != after.name:
        yield PlannedStatement(
            _sql(old, after.name),
            f"Rename {old} to {after.name}",
            after,
            undo=_sql(after, old.name),
            hazards=_hazards(old),
        )


def _hazards(old: Identity) -> tuple[str, ...]:
    """What no query names can't be missed by one."""
    if old.kind in {"index", "domain constraint", *_ON_TABLES, *_CONSTRAINTS}:
        return ()
    return (f"whatever still says {old.qualified} fails from here on",)


def _sql(old: Identity, name: str) -> str:
    place = qualified(old.schema, old.parent)
    plain = quote(name.partition("(")[0])
    if old.kind == "column":
        return f"ALTER TABLE {place} RENAME COLUMN {quote(old.name)} TO {quote(name)}"
    if old.kind == "value":
        return f"ALTER TYPE {place} RENAME VALUE {literal(old.name)} TO {literal(name)}"
    if old.kind in _CONSTRAINTS:
        return f"ALTER TABLE {place} RENAME CONSTRAINT {quote(old.name)} TO {quote(name)}"
    if old.kind == "domain constraint":
        return f"ALTER DOMAIN {place} RENAME CONSTRAINT {quote(old.name)} TO {quote(name)}"
    if old.kind in _ON_TABLES:
        return f"ALTER {old.kind.upper()} {quote(old.name)} ON {place} RENAME TO {quote(name)}"
    return f"ALTER {_word(old)} {_name(old)} RENAME TO {plain}"


def _word(each: Identity) -> str:
    return _WORDS.get(each.kind, each.kind.upper())


def _name(each: Identity) -> str:
    """A routine's identity ends in its arguments, which are SQL already."""
    bare, bracket, arguments = each.name.partition("(")
    return f"{qualified(each.schema, bare)}{bracket}{arguments}"
