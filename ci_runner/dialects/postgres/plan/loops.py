"""Open circles of changes: what closes one comes later, or goes before the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import Column, ForeignKey, Identity, Schema, Table, home


def are_opened(work: Work, circle: Sequence[Node]) -> bool:
    """Whether `work` was changed so that `circle` is none: each of its nodes waits for the last."""
    return _are_freed(work) or any(
        _comes_later(work, later, earlier) or _goes_before(work, earlier, later)
        for earlier, later in pairwise(circle)
    )


def _are_freed(work: Work) -> bool:
    """Dropped tables that reference each other: their foreign keys go first."""
    keys = [
        key
        for key in work.world.old.of_type(ForeignKey)
        if home(key) in work.drops and key.identity not in work.drops
    ]
    work.drops.update((key.identity, key) for key in keys)
    return bool(keys)


def _comes_later(work: Work, later: Node, earlier: Node) -> bool:
    """A default that calls a function which reads the table, or such a constraint."""
    verb, place = later
    if verb not in {"create", "alter"}:
        return False
    for column in _columns(place, work.world.new):
        if column not in work.late and default_needs(column, earlier[1], work.world.new):
            work.late.add(column)
            return True
    for each in work.inline.get(place, ()):
        if (each.identity, earlier[1]) in work.world.new.dependencies:
            work.inline[place].remove(each)
            work.creates[each.identity] = each
            return True
    return False


def _goes_before(work: Work, earlier: Node, later: Node) -> bool:
    """The same of what goes: the function cannot while the table calls it, and needs the table."""
    if earlier[0] != "drop" or later[0] != "drop":
        return False
    for column in _columns(earlier[1], work.world.old):
        if column not in work.freed and default_needs(column, later[1], work.world.old):
            work.freed.add(column)
            return True
    for content in work.world.contents.get(earlier[1], ()):
        calls = (content, later[1]) in work.world.old.dependencies
        if calls and content.kind != "column" and content not in work.drops:
            work.drops[content] = work.world.old.by_identity[content]
            return True
    return False


def _columns(place: Identity, schema: Schema) -> Iterable[Identity]:
    match schema.get(place):
        case Column():
            return (place,)
        case Table(columns=columns):
            return tuple(each.identity for each in columns)
        case _:
            return ()


def default_needs(column: Identity, needed: Identity, schema: Schema) -> bool:
    """Whether a column needs another thing for its default alone."""
    each = schema.by_identity[column]
    return (
        isinstance(each, Column)
        and each.default is not None
        and (column, needed) in schema.dependencies
        and not rebuild.made_of(each, schema.get(needed))
    )
