"""Write the statements of a plan's nodes: what each drops, makes, changes, and how it is undone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ci_runner.dialects.postgres import partitions
from ci_runner.dialects.postgres.kind import Statements, made_again
from ci_runner.dialects.postgres.kinds import KINDS, column, domain, owner, table
from ci_runner.dialects.postgres.plan import (
    arrivals,
    aside,
    base_types,
    mentions,
    rebuild,
    repartition,
)
from ci_runner.dialects.postgres.plan.inheritance import is_set, origin
from ci_runner.dialects.postgres.plan.nodes import Node, kind_of
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.access import Grant, Owner
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Schema,
    SchemaObject,
    Table,
    home,
)
from ci_runner.schema.types import BaseType, Domain

_IF_THERE = re.compile(r"DROP (?:INDEX|CONSTRAINT)")


def statements(work: Work, node: Node) -> Statements:
    """What `node` does, in the order of running."""
    found = aside.called_so(_statements(work, node), node, work)
    if node not in work.unchecked:
        return found
    return mentions.undone_unchecked(found) if node[0] == "drop" else mentions.unchecked(found)


def _statements(work: Work, node: Node) -> Statements:
    match node:
        case ("alter", identity):
            return _altered(work, *work.alters[identity])
        case ("detach", identity):
            return _detached(work, identity)
        case ("drop", identity):
            return _dropped(work, work.drops[identity])
        case ("fill" | "clear", _):
            return _put_away(work, node)
        case ("create", identity):
            return _created(work, work.creates[identity])
        case (_, identity):
            return _tied(work, identity)


def _detached(work: Work, identity: Identity) -> Statements:
    if identity in work.freed:
        return column.freed(work.world.old.by_identity[identity])
    old, new = work.alters[identity]
    return _parted(work, old, kind_of(new).detach(old, new, work.world))


def _parted(work: Work, old: SchemaObject, detached: Statements) -> Statements:
    """A way back in which an index on the parent alone gets no part of what joins again."""
    if not isinstance(old, Table) or not old.bound:
        return detached
    join = partitions.join(old.parents[0], old)
    gone, again = [], []
    for index in arrivals.alone_above(old, work.world.old):
        gone += [each.sql for each in kind_of(index).drop(index)]
        again += [each.sql for each in kind_of(index).create(index)]
    undo = ";\n".join([*gone, join, *again])
    return tuple(replace(one, undo=undo) if one.undo == join else one for one in detached)


def _put_away(work: Work, node: Node) -> Statements:
    """What moves out of a thing that was set aside, and its end."""
    verb, identity = node
    if identity in work.refilled:
        old, new = _sides(work, identity)
        if verb == "fill":
            return tuple(repartition.fill(old, new, work.world))
        return repartition.clear(old, new, work.world)
    each = work.drops[identity]
    cleared = rebuild.clear(each, work.world, kind_of(each).create(each))
    return _with_contents_back(work, each, cleared)


def _sides(work: Work, identity: Identity) -> tuple[Table, Table]:
    """A table whose rows move from the old one to the new one."""
    old, new = work.drops[identity], work.creates[identity]
    if not isinstance(old, Table) or not isinstance(new, Table):
        raise TypeError(f"{identity} is no table")
    return old, new


def _tied(work: Work, identity: Identity) -> Statements:
    after = work.world.new.by_identity[identity]
    before, untied = work.world.old.get(identity), work.before_tie(after)
    if identity in work.late:
        return column.late(before, after, released=identity in work.world.released)
    holder = kind_of(after).owner(after)
    was = None if before is None else kind_of(before).owner(before)
    tie = kind_of(after).tie(untied, after)
    given = owner.at_tie(identity, was, holder, work.world)
    return (*given, *tie) if holder else (*tie, *given)


def _with_parts(work: Work, each: SchemaObject, dropped: Statements) -> Statements:
    """A way back that gives the indexes on partitions the names and settings that they had."""
    undo = dropped[-1].undo if dropped else None
    copies = work.world.old.copies if undo is not None else ()
    of = {copy.object.identity: copy.of for copy in copies}
    mine = [copy for copy in copies if origin(of, copy.of) == each.identity]
    apart = [copy.object for copy in mine if not copy.usual or is_set(copy, each)]
    if undo is None or not apart:
        return dropped
    again = [made_again(kind_of(part).create(part)) for part in apart]
    return (*dropped[:-1], replace(dropped[-1], undo=";\n".join([*again, undo])))


def _checks(work: Work, new: Table) -> Iterable[Check]:
    """What its parent checks, which a table has to check itself before it joins."""
    for copy in work.world.new.copies:
        if isinstance(copy.object, Check) and home(copy.object) == new.identity:
            yield copy.object


def _is_referenced(each: Table, schema: Schema) -> bool:
    """Whether a foreign key points to a parent, which a partition only leaves by DETACH."""
    above = [each]
    while above[-1].bound:
        parent = schema.get(above[-1].parents[0])
        if not isinstance(parent, Table):
            break
        above.append(parent)
    names = {one.identity for one in above[1:]}
    return any(key.references in names for key in schema.of_type(ForeignKey)) and bool(names)


def _undone(work: Work, each: SchemaObject, made: Statements) -> Statements:
    """A way back that leaves the parent first, or makes again what became a part.

    A part went with the whole, where that came so far.
    """
    if not made or made[0].undo is None:
        return made
    undo = made[0].undo
    if each.identity in work.world.parts:
        undo = _IF_THERE.sub(r"\g<0> IF EXISTS", undo, count=1)
        made = (made[0], *(replace(one, undo="") for one in made[1:]))
    if isinstance(each, Table) and _is_referenced(each, work.world.new):
        undo = f"{partitions.leave(each)};\n{undo}"
    for one in work.world.taken.get(each.identity, ()):
        undo = f"{undo};\n{made_again(kind_of(one).create(one))}"
    return (replace(made[0], undo=undo), *made[1:])


def _altered(work: Work, old: SchemaObject, new: SchemaObject) -> Statements:
    if old.identity != new.identity:
        return kind_of(new).rename(old, new)
    return kind_of(new).alter(old, _for_now(work, new), work.world) or ()


def _for_now(work: Work, each: SchemaObject) -> SchemaObject:
    """A column, or a table's columns, without the defaults that are set later."""
    if isinstance(each, Column) and each.identity in work.late:
        return replace(each, default=None)
    if isinstance(each, Table) and any(one.identity in work.late for one in each.columns):
        bare = [
            replace(one, default=None) if one.identity in work.late else one for one in each.columns
        ]
        return replace(each, columns=tuple(bare))
    return each


def _dropped(work: Work, each: SchemaObject) -> Statements:
    """What goes along unseen, because nobody compares it, is a hazard of making it again."""
    if each.identity in work.carried or base_types.goes_along(each, work):
        return ()
    if isinstance(each, Table) and each.identity in work.refilled:
        return _table_set_aside(work, each)
    if each.identity in work.aside:
        return rebuild.set_aside(each, work.world)
    if isinstance(each, Table) and repartition.is_emptied(each, work):
        dropped = repartition.partition(each, kind_of(each).drop(each), work.world)
        return _with_contents_back(work, each, dropped)
    if isinstance(each, Column):
        dropped = column.drop(each, only=work.stays_below(each))
    elif isinstance(each, Table) and _is_referenced(each, work.world.old):
        dropped = (*partitions.left(each), *kind_of(each).drop(each))
    elif isinstance(each, BaseType):
        dropped = base_types.dropped(each, kind_of(each).drop(each), work.world)
        for gone in (*base_types.made_of(each, work.world.old), each):
            dropped = _with_contents_back(work, gone, dropped)
    else:
        parted = _with_parts(work, each, kind_of(each).drop(each))
        dropped = _with_contents_back(work, each, parted)
    if each.identity not in work.creates:
        return dropped
    lost = tuple(
        f"{named} goes with it and is not made again"
        for named in work.world.old.unmanaged
        if (named.schema, named.parent) == (each.identity.schema, each.identity.name)
    )
    return tuple(replace(one, hazards=(*one.hazards, *lost)) for one in dropped)


def _table_set_aside(work: Work, old: Table) -> Statements:
    """What has a name that the new table needs, or holds on to others, goes at once.

    Rights go with the old table.
    """
    contents = [work.world.old.by_identity[each] for each in _contents_of(work, old)]
    rights = [each for each in contents if isinstance(each, Grant | Owner)]
    again = tuple(statement for each in rights for statement in kind_of(each).create(each))
    return (
        *(
            statement
            for each in reversed(contents)
            if each not in rights
            for statement in _with_parts(work, each, kind_of(each).drop(each))
        ),
        *repartition.set_aside(old, work.world, again),
    )


def _with_contents_back(work: Work, each: SchemaObject, dropped: Statements) -> Statements:
    """The undo of a drop makes again what went along: it comes last of all that is undone."""
    gone = (work.world.old.by_identity[name] for name in _contents_of(work, each))
    made = tuple(statement for content in gone for statement in kind_of(content).create(content))
    if not made or not dropped or dropped[0].undo is None:
        return dropped
    return (
        replace(dropped[0], undo=f"{dropped[0].undo};\n{made_again(made)}"),
        *dropped[1:],
    )


def _contents_of(work: Work, each: SchemaObject) -> list[Identity]:
    """What lived on it and is not dropped by itself, in the order of making."""
    listed = work.world.contents.get(each.identity, ())
    kinds = {name: kind_of(work.world.old.by_identity[name]) for name in listed}
    return sorted(
        (name for name in listed if name not in work.drops and name.kind != "column"),
        key=lambda name: KINDS.index(kinds[name]),
    )


def _created(work: Work, each: SchemaObject) -> Statements:
    """Nothing on a table that is new itself can block or fail: its hazards are left out."""
    if each.identity in work.carried:
        return ()
    each = _for_now(work, each)
    if isinstance(each, Table) and work.joins_later(each):
        inside = (*work.inline[each.identity], *_checks(work, each))
        return table.create_with(partitions.alone(each), inside)
    if isinstance(each, Table):
        parents = (work.world.new.get(parent) for parent in each.parents)
        known = tuple(parent for parent in parents if isinstance(parent, Table))
        made = table.create_with(each, work.inline[each.identity], known)
        return _undone(work, each, made)
    if isinstance(each, Domain):
        return domain.create_with(each, work.inline[each.identity])
    made = _warned(kind_of(each).create(each), kind_of(each).warns(each, work.world))
    made = base_types.undone(_undone(work, each, made), each.identity, work.world)
    made = base_types.shelled(made, each, work)
    place = home(each)
    if place is None or not work.is_created(place):
        return made
    return tuple(replace(statement, hazards=()) for statement in made)


def _warned(made: Statements, hazards: Iterable[str]) -> Statements:
    """`made` with more hazards on its first statement."""
    if not made:
        return made
    first, *rest = made
    return (replace(first, hazards=(*first.hazards, *hazards)), *rest)
