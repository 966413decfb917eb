"""What the new type of a column does to the things that are computed from it."""

from __future__ import annotations

from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.plan.inheritance import retypes
from ci_runner.dialects.postgres.plan.nesting import is_read_back
from ci_runner.dialects.postgres.plan.types import family
from ci_runner.schema.model import Column, Identity


def same_type(needed: Identity, world: World) -> bool:
    """Whether a disturbed thing is a column that keeps its type, which is made anew."""
    before, after = world.old.get(needed), world.new.get(needed)
    return isinstance(before, Column) and isinstance(after, Column) and not retypes(before, after)


def leaves_family(needed: Identity, world: World) -> bool:
    """Whether a column gets a type, or a collation, that does not compare with the one it had."""
    before, after = world.old.get(needed), world.new.get(needed)
    if not isinstance(before, Column) or not isinstance(after, Column):
        return True
    if after.identity in world.moved or before.collation != after.collation:
        return True
    was, then = world.types
    return family(was.plain(before.type)) != family(then.plain(after.type))


def is_torn(dependent: Identity, definition: str, world: World) -> bool:
    """Whether the server, which rewrites it for a column's new type, would not make it as it is.

    It is computed from several columns that change one after the other, or is printed in a form
    that is not read back.
    """
    if not is_read_back(definition):
        return True
    needed = [each for each in world.needs.get(dependent, ()) if each.kind == "column"]
    retyped = [
        each for each in needed if each in world.new.by_identity and not same_type(each, world)
    ]
    return len(retyped) > 1 and any(leaves_family(each, world) for each in retyped)
