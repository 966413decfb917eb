"""An index on a partitioned table, online: built on each partition, then joined by ATTACH.

The server builds none concurrently on a partitioned table itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.work import Work
from ci_runner.schema.model import Identity, Index, Schema, Table, home


def is_partitioned(place: Identity | None, world: World) -> bool:
    table = None if place is None else world.new.get(place)
    return isinstance(table, Table) and bool(table.partition_key)


def have_stayed(place: Identity | None, work: Work) -> bool:
    """Whether every partition below was there before and can have an index."""
    return all(
        not each.server
        and each.identity not in work.creates
        and each.identity not in work.world.parted
        and not work.is_created(each.identity)
        and have_stayed(each.identity, work)
        for each in _partitions(place, work.world.new)
    )


def _partitions(place: Identity | None, schema: Schema) -> Iterator[Table]:
    return (each for each in schema.of_type(Table) if each.bound and place in each.parents)


def leaves(whole: Index, world: World) -> Iterator[Index]:
    """Its parts on partitions that hold rows; those with names of their own are planned apart."""
    for part, is_planned in _parts(whole, world):
        if is_partitioned(home(part), world):
            yield from () if is_planned else leaves(part, world)
        elif not is_planned:
            yield part


def is_leaf(identity: Identity, world: World) -> bool:
    """Whether it is a part on a partition that holds rows."""
    parts = (copy.object for copy in world.new.copies if copy.object.identity == identity)
    return any(not is_partitioned(home(part), world) for part in parts)


def joined(whole: Index, world: World) -> Iterator[PlannedStatement]:
    """ATTACH for every part, and ONLY for those on partitions that are partitioned themselves."""
    for part, is_planned in _parts(whole, world):
        if is_partitioned(home(part), world) and not is_planned:
            yield PlannedStatement(
                only(part.definition, part.name),
                f"Create index {part.name} on {part.schema}.{part.table}",
                whole.identity,
                undo="",
            )
            yield from joined(part, world)
        yield PlannedStatement(
            f"ALTER INDEX {qualified(whole.schema, whole.name)}"
            f" ATTACH PARTITION {qualified(part.schema, part.name)}",
            f"Make index {part.name} on {part.schema}.{part.table} a part of {whole.identity}",
            whole.identity,
            undo="",
        )


def only(definition: str, name: str) -> str:
    """On the table by itself, which holds no rows."""
    return definition.replace(f"INDEX {quote(name)} ON ", f"INDEX {quote(name)} ON ONLY ", 1)


def _parts(whole: Index, world: World) -> Iterator[tuple[Index, bool]]:
    """(part, whether the plan makes it by itself), in the order of their names."""
    for copy in world.new.copies:
        if copy.of == whole.identity and isinstance(copy.object, Index):
            yield copy.object, False
    for identity, of in sorted(world.parts.items()):
        part = world.new.get(identity)
        if of == whole.identity and isinstance(part, Index):
            yield part, True
