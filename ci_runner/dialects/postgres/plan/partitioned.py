"""Indexes and constraints of partitioned tables, online: made on each partition, then joined.

The server builds nothing concurrently on a partitioned table itself, and before version 18 adds no
foreign key to it that is not validated at once. What stands on a partition it takes over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, World
from ci_runner.dialects.postgres.plan import building, forms
from ci_runner.dialects.postgres.plan.forms import Form
from ci_runner.dialects.postgres.plan.nodes import kind_of
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import (
    ForeignKey,
    Identity,
    Index,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
    Unique,
    home,
)

Built = Index | PrimaryKey | Unique


def is_partitioned(place: Identity | None, world: World) -> bool:
    table = None if place is None else world.new.get(place)
    return isinstance(table, Table) and bool(table.partition_key)


def have_stayed(place: Identity | None, work: Work) -> bool:
    """Whether the partitions below are those that were there, and each can have an index.

    One that goes is still there: an index that lacks a part on it would not be valid.
    """
    stay = {each.identity for each in _partitions(place, work.world.new)}
    gone = (each for each in _partitions(place, work.world.old) if each.identity not in stay)
    return not any(gone) and all(
        not each.server
        and each.identity not in work.creates
        and each.identity not in work.world.parted
        and not work.is_created(each.identity)
        and have_stayed(each.identity, work)
        for each in _partitions(place, work.world.new)
    )


def _partitions(place: Identity | None, schema: Schema) -> Iterator[Table]:
    return (each for each in schema.of_type(Table) if each.bound and place in each.parents)


def is_leaf(identity: Identity, world: World) -> bool:
    """Whether it is a part on a partition that holds rows."""
    parts = (copy.object for copy in world.new.copies if copy.object.identity == identity)
    return any(not is_partitioned(home(part), world) for part in parts)


def can_be_built(each: Built, work: Work) -> bool:
    """Whether its parts can be built before: an index on the table alone has none."""
    buildable = each.valid if isinstance(each, Index) else building.can_be_built(each)
    return buildable and have_stayed(home(each), work)


def built(each: Built, short: Statements, work: Work) -> Form:
    """An index or a key: on the table alone, with parts that were built concurrently."""
    if not can_be_built(each, work):
        return Form(short)
    created, *rest = short
    whole = replace(_only(created, each), hazards=(), serves=created.summary)
    parts = tuple(_joined(each, work))
    return Form(
        builds=tuple(build for part in parts for build in part.builds),
        finish=(whole, *(step for part in parts for step in part.finish), *rest),
    )


def _joined(whole: Built, work: Work) -> Iterator[Form]:
    """Every part with the ATTACH that makes it one; what is there or planned is only joined."""
    taken = {each.identity for each in work.world.taken.get(whole.identity, ())}
    for part, is_planned in _parts(whole, work.world):
        if is_planned or part.identity in taken:
            pass
        elif is_partitioned(home(part), work.world):
            alone, *_ = kind_of(part).create(part)
            yield Form(finish=(replace(_only(alone, part), undo="", hazards=()),))
            yield from _joined(part, work)
        else:
            yield _leaf(part, work)
        yield Form(finish=(_attach(part, whole),))


def _leaf(part: Built, work: Work) -> Form:
    """Built on a partition that holds rows; the drop of the whole takes it along."""
    made = kind_of(part).create(part)
    if isinstance(part, Index):
        build, finish = building.build_index(part, made[0], work, is_part=True)
        return Form(builds=(build,), finish=_without_undo(finish))
    form = building.key(part, made, work)
    return Form(builds=form.builds, finish=_without_undo(form.finish[:1]))


def _without_undo(statements: Statements) -> Statements:
    return tuple(replace(one, undo="") for one in statements)


def _attach(part: Built, whole: Built) -> PlannedStatement:
    named = f"{part.identity.kind} {part.name} on {part.schema}.{part.table}"
    return PlannedStatement(
        f"ALTER INDEX {qualified(whole.schema, whole.name)}"
        f" ATTACH PARTITION {qualified(part.schema, part.name)}",
        f"Make {named} a part of {whole.identity}",
        whole.identity,
        undo="",
    )


def _only(created: PlannedStatement, each: Built) -> PlannedStatement:
    """On the table by itself, which holds no rows."""
    if isinstance(each, Index):
        name = f"INDEX {quote(each.name)} ON "
        return replace(created, sql=created.sql.replace(name, f"{name}ONLY ", 1))
    return replace(created, sql=created.sql.replace("ALTER TABLE ", "ALTER TABLE ONLY ", 1))


def _parts(whole: SchemaObject, world: World) -> Iterator[tuple[Built, bool]]:
    """(part, whether the plan makes it by itself), in the order of their names."""
    for part in _copies(whole, world):
        if isinstance(part, Built):
            yield part, False
    for identity, of in sorted(world.parts.items()):
        planned = world.new.get(identity)
        if of == whole.identity and isinstance(planned, Built):
            yield planned, True


def _copies(whole: SchemaObject, world: World) -> Iterator[SchemaObject]:
    return (copy.object for copy in world.new.copies if copy.of == whole.identity)


def completed(short: Statements, world: World) -> Form:
    """An index on a partitioned table alone gets its parts: those with rows concurrently."""
    places = {copy.object.identity: home(copy.object) for copy in world.new.copies}
    builds = {
        one: place
        for one in short
        if building.creates_index(one)
        and is_leaf(one.object, world)
        and (place := places.get(one.object)) is not None
    }
    rest = tuple(one for one in short if one not in builds)
    return Form(
        builds=tuple(building.concurrently(one, place) for one, place in builds.items()),
        finish=rest,
    )


def proven(each: ForeignKey, short: Statements, work: Work) -> Form:
    """A foreign key that partitions have and have proven already: no row is read again."""
    if not have_stayed(home(each), work):
        return Form(short)
    parts = tuple(_proven_on_leaf(part, work) for part in _keys_of_leaves(each, work.world))
    created, *rest = short
    hazards = ("holds SHARE ROW EXCLUSIVE on all of the tables for a moment",)
    return Form(
        head=tuple(one for part in parts for one in part.head),
        validations=tuple(one for part in parts for one in part.validations),
        finish=(replace(created, hazards=hazards), *rest),
    )


def _proven_on_leaf(part: ForeignKey, work: Work) -> Form:
    """The drop of the whole, where it came so far, takes it along."""
    added = forms.unproven(part, work.world)
    table = qualified(part.schema, part.table)
    undo = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote(part.name)}"
    return replace(added, head=tuple(replace(one, undo=undo) for one in added.head))


def _keys_of_leaves(whole: ForeignKey, world: World) -> Iterator[ForeignKey]:
    """Its copies on partitions that hold rows, but for those that stand there already."""
    taken = {each.identity for each in world.taken.get(whole.identity, ())}
    for part in _copies(whole, world):
        if not isinstance(part, ForeignKey) or part.identity in taken:
            continue
        if is_partitioned(home(part), world):
            yield from _keys_of_leaves(part, world)
        else:
            yield part
