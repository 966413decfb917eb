"""What a table would get of its parents when it comes, and does not have in the desired schema."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.plan.inheritance import ancestors, origin
from ci_runner.schema.model import Check, Identity, Index, Schema, Table, home


def made_again(creates: Collection[Identity], world: World) -> Iterator[Identity]:
    """What stays on a parent, but must come after its new children: it is cheap to make again.

    An index on a partitioned table alone would get a part on each, a check that is not validated a
    copy that is valid.
    """
    every: tuple[Index | Check, ...] = (*world.new.of_type(Index), *world.new.of_type(Check))
    stay = [each for each in every if not each.valid and each.identity in world.old.by_identity]
    if not stay:
        return
    of = {copy.object.identity: copy.of for copy in world.new.copies}
    copies = {(origin(of, copy.of), home(copy.object)): copy.object for copy in world.new.copies}
    for child in world.new.of_type(Table):
        if child.identity not in creates and not (child.bound and child.identity in world.parted):
            continue
        above = set(ancestors(child, world.new))
        for each in stay:
            copy = copies.get((each.identity, child.identity))
            is_alone = isinstance(each, Index) and copy is None
            if home(each) in above and (is_alone or (isinstance(copy, Check) and not copy.valid)):
                yield each.identity


def alone_above(child: Table, schema: Schema) -> Iterator[Index]:
    """Indexes on the parent of a partition alone, which have no part on it."""
    parts = {copy.of for copy in schema.copies if home(copy.object) == child.identity}
    for each in schema.of_type(Index):
        if not each.valid and home(each) in child.parents and each.identity not in parts:
            yield each
