"""What the kinds of constraint share: their ALTER TABLE forms."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import storage
from ci_runner.dialects.postgres.kind import (
    Statements,
    World,
    comment_on,
    made_again,
    relation,
)
from ci_runner.dialects.postgres.plan import hazards
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read import settings
from ci_runner.schema.model import (
    Check,
    ForeignKey,
    Identity,
    PrimaryKey,
    Unique,
)
from ci_runner.schema.tables import Exclusion

AnyConstraint = PrimaryKey | Unique | Check | ForeignKey | Exclusion

_NOT_VALID = re.compile(r" NOT VALID$")
_DEFERRABLE = re.compile(r" DEFERRABLE(?: INITIALLY DEFERRED)?$")
# What stands behind the parameters of an index in a definition.
_TAIL = re.compile(r"(?: WHERE \(.*\))?(?: DEFERRABLE(?: INITIALLY DEFERRED)?)?$", re.DOTALL)
_VALUE = r"[a-z_]+=(?:'[^']*'|\w+)"
WITH = re.compile(rf" WITH \({_VALUE}(?:, {_VALUE})*\)")


def _table(each: AnyConstraint) -> str:
    return qualified(each.schema, each.table)


def _said(each: AnyConstraint) -> str:
    return f"{each.identity.kind} {each.name} on {each.schema}.{each.table}"


def comment(old: str | None, new: AnyConstraint) -> Statements:
    what = f"CONSTRAINT {quote(new.name)} ON {_table(new)}"
    return comment_on(what, new.identity, old, new.comment)


def clause(each: AnyConstraint) -> str:
    """The constraint as it stands in CREATE TABLE, with what its index is made with."""
    definition = each.definition
    if isinstance(each, PrimaryKey | Unique | Exclusion):
        with_ = f" WITH ({storage.listed(each.settings.parameters)})"
        # That of an exclusion constraint prints its parameters.
        extra = with_ if each.settings.parameters and not isinstance(each, Exclusion) else ""
        if each.settings.tablespace:
            extra += f" USING INDEX TABLESPACE {quote(each.settings.tablespace)}"
        place = _TAIL.search(definition)
        head = place.start() if place else len(definition)
        definition = definition[:head] + extra + definition[head:]
    return f"CONSTRAINT {quote(each.name)} {definition}"


def create(new: AnyConstraint) -> Statements:
    return (
        PlannedStatement(
            f"ALTER TABLE {_table(new)} ADD {clause(new)}",
            f"Add {_said(new)}",
            new.identity,
            undo=f"ALTER TABLE {_table(new)} DROP CONSTRAINT {quote(new.name)}",
            hazards=hazards.of(new),
        ),
        *after_creation(new),
    )


def after_creation(new: AnyConstraint) -> Statements:
    """What can only be said once the constraint is there."""
    return (*_settings(None, new), *comment(None, new))


def _settings(old: AnyConstraint | None, new: AnyConstraint) -> Statements:
    if isinstance(new, Check | ForeignKey):
        return ()
    before = storage.without(new.settings)
    if isinstance(old, PrimaryKey | Unique | Exclusion):
        before = old.settings
    on = Identity("table", new.schema, new.table)
    return storage.index(before, new.settings, new.schema, new.name, on, new.identity)


def detach(old: AnyConstraint, new: AnyConstraint, _: World) -> Statements:
    """Its table sorts and identifies its rows by something else."""
    if isinstance(old, Check | ForeignKey) or isinstance(new, Check | ForeignKey):
        return ()
    on = Identity("table", new.schema, new.table)
    return storage.unmarked(old.settings, new.settings, on, new.name)


def drop(old: AnyConstraint) -> Statements:
    return (
        *_identifies_no_more(old),
        PlannedStatement(
            f"ALTER TABLE {_table(old)} DROP CONSTRAINT {quote(old.name)}",
            f"Drop {_said(old)}",
            old.identity,
            undo=made_again(create(old)),
        ),
    )


def _identifies_no_more(old: AnyConstraint) -> Statements:
    """A table whose identity is an index that is gone would have none: it gets the usual one."""
    if isinstance(old, Check | ForeignKey) or not old.settings.replica_identity:
        return ()
    on = Identity("table", old.schema, old.table)
    none = replace(old.settings, replica_identity=False)
    return storage.unmarked(old.settings, none, on, old.name)


def alter(old: AnyConstraint, new: AnyConstraint, _: World) -> Statements | None:
    """Validate, defer, set or comment in place; any other difference asks for a new constraint."""
    if _bare(old) == _bare(new):
        return (*_settings(old, new), *comment(old.comment, new))
    if not isinstance(old, Check | ForeignKey) or not isinstance(new, Check | ForeignKey):
        return None
    if _attributes(old) != _attributes(new) or (old.valid and not new.valid):
        return None
    return (*_deferred(old, new), *_validated(old, new), *comment(old.comment, new))


def _attributes(each: Check | ForeignKey) -> tuple[object, ...] | None:
    """All that ALTER TABLE cannot change: neither that it is valid, nor when a key is checked."""
    bare = _NOT_VALID.sub("", each.definition)
    if isinstance(each, ForeignKey):
        bare = _DEFERRABLE.sub("", bare)
        return (bare, each.references)
    return (bare,)


def _deferred(old: Check | ForeignKey, new: Check | ForeignKey) -> Iterator[PlannedStatement]:
    def said(each: Check | ForeignKey) -> str:
        found = _DEFERRABLE.search(_NOT_VALID.sub("", each.definition))
        return found[0].strip() if found else "NOT DEFERRABLE"

    at = f"ALTER TABLE {_table(new)} ALTER CONSTRAINT {quote(new.name)}"
    if isinstance(new, ForeignKey) and said(old) != said(new):
        yield PlannedStatement(
            f"{at} {said(new)}",
            f"Change when {_said(new)} is checked",
            new.identity,
            undo=f"{at} {said(old)}",
        )


def _validated(old: Check | ForeignKey, new: Check | ForeignKey) -> Iterator[PlannedStatement]:
    if new.valid and not old.valid:
        yield PlannedStatement(
            f"ALTER TABLE {_table(new)} VALIDATE CONSTRAINT {quote(new.name)}",
            f"Validate {_said(new)}",
            new.identity,
            undo=made_again((*drop(new), *create(old))),
            hazards=("reads the table", hazards.offenders(new)),
        )


def _bare(each: AnyConstraint) -> AnyConstraint:
    """All that a constraint is made of, without what can be set on it or its index later."""
    if isinstance(each, Check | ForeignKey):
        return replace(each, comment=None)
    definition = WITH.sub("", each.definition)
    return replace(each, comment=None, settings=storage.NO_SETTINGS, definition=definition)


def inline(each: AnyConstraint) -> bool:
    """NOT VALID means nothing inside CREATE TABLE: the constraint would be valid."""
    return not isinstance(each, Check) or each.valid


def like(each: AnyConstraint) -> Hashable:
    return replace(_bare(each), name="")


def rename(old: AnyConstraint, new: AnyConstraint) -> Statements:
    def sql(before: AnyConstraint, after: AnyConstraint) -> str:
        return (
            f"ALTER TABLE {_table(new)}"
            f" RENAME CONSTRAINT {quote(before.name)} TO {quote(after.name)}"
        )

    renamed = PlannedStatement(
        sql(old, new), f"Rename {_said(old)} to {new.name}", new.identity, undo=sql(new, old)
    )
    return (renamed, *_settings(old, new), *comment(old.comment, new))


def names(each: AnyConstraint) -> Iterator[Hashable]:
    """Constraint names are unique in their table; keys also take one among the relations."""
    yield ("constraint", each.schema, each.table, each.name)
    if not isinstance(each, Check | ForeignKey):
        yield relation(each.schema, each.name)
        yield from settings.marks(each.settings, each.schema, each.table)
