"""Partitions that join or leave while others read and write.

A check that says what FOR VALUES says, validated before, spares the server the scan under a strong
lock when a table joins, and the check that it adds by itself to what leaves concurrently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import Lock, PlannedStatement
from ci_runner.dialects.postgres import partitions
from ci_runner.dialects.postgres.kind import Statements, World
from ci_runner.dialects.postgres.plan import offline
from ci_runner.dialects.postgres.plan.forms import (
    BESIDE_WRITERS,
    Form,
    failures,
    free_constraint,
    unproven,
)
from ci_runner.dialects.postgres.plan.nodes import kind_of
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.schema.model import Check, Identity, Index, PrimaryKey, Schema, Table, Unique, home

_DEFAULT = "DEFAULT"


def joins(old: Table, new: Table, short: Statements, world: World) -> Form:
    """A table with rows of its own becomes a partition."""
    if old.parents or not new.bound or not new.bound_check:
        return Form(short)
    attach = partitions.join(new.parents[0], new)
    place = next((at for at, one in enumerate(short) if one.sql == attach), None)
    if place is None:
        return Form(short)
    before, joined, after = short[:place], short[place], short[place + 1 :]
    default = _default(new.parents[0], world.new)
    checks = [_check(new, new, new.bound_check, world)]
    if default is not None and _can_be_proven(default, new, world):
        checks.append(_check(default, new, f"(NOT {new.bound_check})", world))
        default = None
    locked = []
    if default is not None:
        locked.append("scans the default partition under ACCESS EXCLUSIVE")
    if _lacks_index(new, world):
        locked.append("builds the indexes that it lacks and its parent has under ACCESS EXCLUSIVE")
    parts = [_around(check, joined, world) for check in checks]
    return Form(
        head=tuple(one for part in parts for one in part.head),
        validations=tuple(one for part in parts for one in part.validations),
        finish=(
            *before,
            replace(joined, hazards=tuple(locked) or (offline.MOMENT,)),
            *(one for part in parts for one in part.finish),
            *after,
        ),
    )


def _lacks_index(new: Table, world: World) -> bool:
    """Whether the server has to build what is not there as an index of its own."""
    return any(
        home(copy.object) == new.identity
        and isinstance(copy.object, Index | PrimaryKey | Unique)
        and copy.object.identity not in world.old.by_identity
        and copy.object.identity not in world.parts
        for copy in world.new.copies
    )


def _can_be_proven(default: Table, new: Table, world: World) -> bool:
    """Whether a check on the default partition can say that it holds no row of the new one.

    Below another partitioned table, what is asked of both would hide what is asked of one. Of a
    default that has partitions itself the server reads each.
    """
    parent = world.new.get(new.parents[0])
    stays = world.old.get(default.identity)
    at_top = isinstance(parent, Table) and not parent.parents
    is_leaf = not default.partition_key
    return at_top and is_leaf and isinstance(stays, Table) and stays.parents == default.parents


def leaves(old: Table, new: Table, short: Statements, world: World) -> Form:
    """A partition becomes a table of its own, and nothing of another parent."""
    if new.parents or not old.bound_check or _default(old.parents[0], world.old) is not None:
        return Form(short)
    detach = partitions.leave(old)
    return Form(
        tuple(
            step
            for one in short
            for step in (_concurrently(old, one, world) if one.sql == detach else (one,))
        )
    )


def _concurrently(old: Table, detach: PlannedStatement, world: World) -> Iterator[PlannedStatement]:
    parts = _around(_check(old, old, old.bound_check, world), detach, world)
    yield from parts.head
    yield from parts.validations
    stuck = "interrupted, it leaves a partition that is neither in nor out"
    yield replace(
        detach,
        sql=f"{detach.sql} CONCURRENTLY",
        transactional=False,
        locks=(Lock(old.parents[0], BESIDE_WRITERS), Lock(old.identity, "ACCESS EXCLUSIVE")),
        hazards=("waits for every transaction on the parent", f"{stuck}: {detach.sql} FINALIZE"),
    )
    yield from parts.finish


def _default(parent: Identity, schema: Schema) -> Table | None:
    return next(
        (
            each
            for each in schema.of_type(Table)
            if each.bound == _DEFAULT and parent in each.parents
        ),
        None,
    )


def _check(on: Table, joining: Table, condition: str, world: World) -> Check:
    name = free_constraint(on.identity, joining.name, "__partition", world)
    return Check(on.schema, on.name, name, f"CHECK ({condition})")


def _around(check: Check, move: PlannedStatement, world: World) -> Form:
    """The check before a move, its proof, and its end."""
    added = unproven(check, world)
    at = qualified(check.schema, check.table)

    def serving(statements: Statements, summary: str) -> Statements:
        return tuple(replace(one, summary=summary, serves=move.summary) for one in statements)

    drop, *_ = kind_of(check).drop(check)
    again = replace(drop, undo=added.head[0].sql)
    proof = tuple(
        replace(one, hazards=(one.hazards[0], *failures(one))) for one in added.validations
    )
    return Form(
        head=serving(added.head, f"Ask of new rows of {at} what the partition asks"),
        validations=serving(proof, f"Prove that all rows of {at} fit"),
        finish=serving((again,), f"Drop the check that proved it of {at}"),
    )
