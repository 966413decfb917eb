"""Belong to a parent table or a type: PARTITION OF, INHERITS and OF, and their way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, World
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.schema.model import Column, ColumnStorage, Identity, Table


def _name(each: Table | Identity) -> str:
    return qualified(each.schema, each.name)


def join(parent: Identity, child: Table) -> str:
    """ATTACH of a partition, or INHERIT, as SQL."""
    if child.bound:
        return f"ALTER TABLE {_name(parent)} ATTACH PARTITION {_name(child)} {child.bound}"
    return f"ALTER TABLE {_name(child)} INHERIT {_name(parent)}"


def _leave(parent: Identity, child: Table) -> str:
    if child.bound:
        return f"ALTER TABLE {_name(parent)} DETACH PARTITION {_name(child)}"
    return f"ALTER TABLE {_name(child)} NO INHERIT {_name(parent)}"


def _typed(child: Table, of_type: str) -> str:
    return f"ALTER TABLE {_name(child)} {f'OF {of_type}' if of_type else 'NOT OF'}"


def detach(old: Table, new: Table, world: World) -> Iterator[PlannedStatement]:
    """Leave the parents and the type that are not, or not as they are, those of the new table."""
    left = untied(old, new, world)
    for parent in reversed(old.parents):
        if parent not in left.parents:
            yield PlannedStatement(
                _leave(parent, old),
                f"Take {new.identity} out of {parent}",
                new.identity,
                undo=join(parent, old),
                hazards=("holds ACCESS EXCLUSIVE on both tables",),
            )
    if old.of_type != left.of_type:
        yield PlannedStatement(
            _typed(old, ""),
            f"Let {new.identity} have columns of its own",
            new.identity,
            undo=_typed(old, old.of_type),
        )


def leave(child: Table) -> str:
    """DETACH of a partition from its parent, as SQL."""
    return _leave(child.parents[0], child)


def left(child: Table) -> Statements:
    """DETACH before a partition is dropped: foreign keys that point to its parent ask for it."""
    return (
        PlannedStatement(
            leave(child),
            f"Take {child.identity} out of {child.parents[0]}",
            child.identity,
            undo=join(child.parents[0], child),
            hazards=("holds ACCESS EXCLUSIVE on both tables", "fails if a row is referenced"),
        ),
    )


def untied(old: Table, new: Table, world: World) -> Table:
    """What `detach` leaves."""
    if new.identity not in world.parted:
        return old
    kept = world.lineage.kept(old, new)
    same_type = old.of_type if world.lineage.keeps_type(old, new) else ""
    return replace(old, parents=kept, bound=old.bound if kept else "", of_type=same_type)


def tie(old: Table | None, new: Table) -> Statements:
    """Join the new parents and the new type; a table that is new was created as their child."""
    return () if old is None else tuple(_tied(old, new))


def _tied(old: Table, new: Table) -> Iterator[PlannedStatement]:
    if new.of_type and old.of_type != new.of_type:
        yield PlannedStatement(
            _typed(new, new.of_type),
            f"Let {new.identity} have the columns of type {new.of_type}",
            new.identity,
            undo=_typed(new, ""),
        )
    for parent in new.parents[len(old.parents) :]:
        proven = "scans the table under ACCESS EXCLUSIVE unless a check implies FOR VALUES"
        yield PlannedStatement(
            join(parent, new),
            f"Make {new.identity} a {'partition' if new.bound else 'child'} of {parent}",
            new.identity,
            undo=_leave(parent, new),
            hazards=(proven, "fails if a row is outside FOR VALUES") if new.bound else (),
        )


def alone(new: Table) -> Table:
    """A partition before it joins its parent."""
    own = tuple(replace(each, inherited=False, local=True) for each in new.columns)
    return replace(new, columns=own, parents=(), bound="")


def from_parents(new: Column, parents: tuple[Table, ...]) -> Column | None:
    """The column as CREATE TABLE takes it from the parents; None when none of them has it."""
    theirs = [each for parent in parents if (each := parent.column(new.name)) is not None]
    if not theirs:
        return None
    first = theirs[0]
    defaults = [each.default for each in theirs if each.default is not None]
    kept = ColumnStorage(mode=first.storage.mode, compression=first.storage.compression)
    return replace(
        first,
        schema=new.schema,
        table=new.table,
        not_null=any(each.not_null for each in theirs),
        default=defaults[0] if defaults else None,
        identity_kind="",
        identity_options="",
        comment=None,
        storage=kept,
    )


def disagree(new: Column, parents: tuple[Table, ...]) -> bool:
    """Whether the parents' defaults conflict, so that CREATE TABLE must name one."""
    theirs = (parent.column(new.name) for parent in parents)
    return len({each.default for each in theirs if each is not None and each.default}) > 1
