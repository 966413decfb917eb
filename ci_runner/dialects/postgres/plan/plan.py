"""Turn the difference of two schemas into statements, ordered by what the server says needs what.

Every change becomes a node: the drop, creation or alteration of one object. Edges come from the
dependency catalogue of both sides. What stands in the way of a change (a view on a column that
changes its type, a foreign key on a key that is replaced) is dropped first and made again after.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from itertools import chain

from ci_runner.dialects.base import USUAL, PlannedStatement, PlanOptions
from ci_runner.dialects.postgres.kind import Statements, World
from ci_runner.dialects.postgres.kinds import enum, grant
from ci_runner.dialects.postgres.plan import access
from ci_runner.dialects.postgres.plan.aside import between
from ci_runner.dialects.postgres.plan.inheritance import (
    Lineage,
    kept_checks,
    loosened,
    taken_over,
    without,
)
from ci_runner.dialects.postgres.plan.mentions import joined
from ci_runner.dialects.postgres.plan.nesting import read_back
from ci_runner.dialects.postgres.plan.nodes import kind_of
from ci_runner.dialects.postgres.plan.order import arranged, needs
from ci_runner.dialects.postgres.plan.repartition import refilled
from ci_runner.dialects.postgres.plan.stages import staged
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.plan.writing import statements as written
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Schema, SchemaObject


def plan(old: Schema, new: Schema, options: PlanOptions = USUAL) -> Statements:
    """Statements that turn `old` into `new`; empty when nothing that is managed differs."""
    new = access.left(old, new, options.leave)
    mine, theirs = Lineage(old, new).loose(_likeness, online=options.online)
    old, new = loosened(old, mine), loosened(new, theirs)
    new = without(new, kept_checks(old, new))
    taken = taken_over(old, new)
    parts = {each.object.identity: each.of for each in theirs}
    world = World(without(old, chain.from_iterable(taken.values())), new, taken=taken, parts=parts)
    changes = tuple(grant.unchained(diff(world.carried, world.new), world))
    if not changes and not world.parted:
        return ()
    work = Work(world)
    work.take(changes)
    work.make_way()
    work.refilled = refilled(work)
    work.aside |= work.refilled
    access.settle(work, options.leave)
    nodes = arranged(work)
    work.between = between(work, nodes)
    if options.online:
        statements = joined(staged(work, nodes, needs(work)))
    else:
        statements = joined(each for node in nodes for each in written(work, node))
    return tuple(map(_read_back, enum.outside_transactions(statements, world.new)))


def _read_back(statement: PlannedStatement) -> PlannedStatement:
    sql, undo = read_back(statement.sql), statement.undo and read_back(statement.undo)
    if (sql, undo) == (statement.sql, statement.undo):
        return statement
    return replace(statement, sql=sql, undo=undo)


def _likeness(each: SchemaObject) -> Hashable:
    """All of it but name, comment and settings."""
    like = kind_of(each).like
    return each.identity if like is None else like(each)
