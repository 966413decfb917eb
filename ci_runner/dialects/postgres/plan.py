"""Turn the difference of two schemas into statements, ordered by what the server says needs what.

Every change becomes a node: the drop, creation or alteration of one object. Edges come from the
dependency catalogue of both sides. What stands in the way of a change (a view on a column that
changes its type, a foreign key on a key that is replaced) is dropped first and made again after.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import chain

from ci_runner.dialects.base import USUAL, PlanOptions
from ci_runner.dialects.postgres.inheritance import (
    Lineage,
    kept_checks,
    loosened,
    taken_over,
    without,
)
from ci_runner.dialects.postgres.kind import Statements, World, relation, type_name
from ci_runner.dialects.postgres.kinds import enum
from ci_runner.dialects.postgres.order import arranged, needs
from ci_runner.dialects.postgres.stages import staged
from ci_runner.dialects.postgres.unmanaged import RELATIONS, TYPES
from ci_runner.dialects.postgres.work import KIND_OF, Work
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Schema, home


def plan(old: Schema, new: Schema, options: PlanOptions = USUAL) -> Statements:
    """Statements that turn `old` into `new`; empty when nothing that is managed differs."""
    new = _left(old, new, options.leave) if options.leave else new
    old, new = _without_unmanaged(old, new), _without_unmanaged(new, old)
    mine, theirs = Lineage(old, new).loose()
    old, new = loosened(old, mine), loosened(new, theirs)
    new = without(new, kept_checks(old, new))
    taken = taken_over(old, new)
    parts = {each.object.identity: each.of for each in theirs}
    world = World(without(old, chain.from_iterable(taken.values())), new, taken=taken, parts=parts)
    changes = diff(world.carried, world.new)
    if not changes and not world.parted:
        return ()
    work = Work(world)
    work.take(changes)
    work.make_way()
    nodes = arranged(work)
    if options.online:
        statements = staged(work, nodes, needs(work))
    else:
        statements = tuple(each for node in nodes for each in work.statements(node))
    return enum.outside_transactions(statements, world.new)


def _left(old: Schema, new: Schema, kinds: frozenset[str]) -> Schema:
    """`new` with the objects of some kinds as `old` has them, so far as what they live on stays."""
    kept = [each for each in new.objects if each.identity.kind not in kinds]
    stays = {each.identity for each in kept}
    kept += [
        each
        for each in old.objects
        if each.identity.kind in kinds and (home(each) is None or home(each) in stays)
    ]
    return Schema.of(new.dialect, kept, new.dependencies, new.unmanaged, new.copies)


def _without_unmanaged(schema: Schema, other: Schema) -> Schema:
    """`schema` without what has become something that we do not manage, or comes from there.

    A table that is partitioned on the other side is still there: to drop it would be wrong.
    """
    taken = set(_unmanaged_names(other))
    if not taken:
        return schema
    gone = {
        each.identity
        for each in schema.objects
        if not taken.isdisjoint(KIND_OF[type(each)].names(each))
    }
    if not gone:
        return schema
    kept = (each for each in schema.objects if each.identity not in gone and home(each) not in gone)
    return replace(schema, objects=tuple(kept))


def _unmanaged_names(schema: Schema) -> Iterator[Hashable]:
    for each in schema.unmanaged:
        if each.kind in RELATIONS:
            yield relation(each.schema, each.name)
        if each.kind in RELATIONS or each.kind in TYPES:
            yield type_name(each.schema, each.name)
