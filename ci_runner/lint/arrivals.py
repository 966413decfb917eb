"""What the new files bring and leave behind them: the objects that design rules look at.

What a later statement drops again is no advice worth, and what takes the name of something that
was there before (SQLite's rebuild, a view made again) is compared with that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from ci_runner.frozen import frozen
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Column, Identity, Schema, SchemaObject, Table, home

# What the text of a statement tells of its changes, where it was not run.
Told: TypeAlias = Callable[[Step], tuple[Change, ...]]


@frozen
class Arrival:
    """An object that a statement made or altered, and what stood in its place before.

    `old` is None for what is new. `table` is the name that its table, or it itself, has in the end.
    """

    step: Step
    new: SchemaObject
    old: SchemaObject | None
    created: bool
    table: Identity


@frozen
class ArrivedColumn:
    """A new column, or one that got another type. `own` is whether its table is new as well."""

    step: Step
    column: Column
    table: Identity
    old: Column | None
    own: bool


_arrived = quickly(Arrival)
_arrived_column = quickly(ArrivedColumn)


def arrivals(steps: Sequence[Step], base: Schema, told: Told) -> tuple[Arrival, ...]:
    """Every object that is made or altered and that stays, in order of the statements."""
    changes = [(step, each) for step in steps for each in _changes(step, told)]
    found: list[Arrival] = []
    fate = _Fate()
    for step, change in reversed(changes):
        arrival = _arrival(step, change, fate, base)
        if arrival is not None:
            found.append(arrival)
        fate.before(change)
    return tuple(reversed(found))


def _changes(step: Step, told: Told) -> tuple[Change, ...]:
    if step.executed and step.failure is None:
        return step.observed.changes
    return told(step)


def _arrival(step: Step, change: Change, fate: _Fate, base: Schema) -> Arrival | None:
    if isinstance(change, Drop):
        return None
    on = home(change.new) or change.identity
    if isinstance(change.new, Column):
        on = Identity("table", change.new.schema, change.new.table)
    if fate.gone(change.identity) or fate.gone(on):
        return None
    table = fate.later(on)
    match change:
        case Create(new):
            return _arrived(step, new, base.get(fate.later(new.identity)), True, table)
        case Alter(old, new) | Rename(old, new):
            return _arrived(step, new, old, False, table)


class _Fate:
    """Read backwards: which names are dropped later, and which have another name in the end."""

    def __init__(self) -> None:
        self._dropped: set[Identity] = set()
        self._later: dict[Identity, Identity] = {}

    def gone(self, identity: Identity) -> bool:
        return identity in self._dropped

    def later(self, identity: Identity) -> Identity:
        return self._later.get(identity, identity)

    def before(self, change: Change) -> None:
        """Step back over `change`."""
        match change:
            case Drop(old):
                self._dropped.add(old.identity)
                self._later.pop(old.identity, None)
            case Create(new):
                self._dropped.discard(new.identity)
                self._later.pop(new.identity, None)
            case Rename(old, new):
                self._called(old.identity, new.identity)
            case Alter():
                pass

    def _called(self, old: Identity, new: Identity) -> None:
        if new in self._dropped:
            self._dropped.discard(new)
            self._dropped.add(old)
        else:
            self._later[old] = self._later.pop(new, new)


def columns(found: Sequence[Arrival]) -> tuple[ArrivedColumn, ...]:
    """New columns and new types of old ones, each once: as the last statement on it leaves it."""
    last: dict[tuple[Identity, str], ArrivedColumn] = {}
    for arrival in found:
        for each in _columns(arrival):
            at = (each.table, each.column.name)
            earlier = last.get(at)
            known = each if earlier is None else replace(each, old=earlier.old, own=earlier.own)
            last[at] = known
    return tuple(
        each for each in last.values() if each.old is None or each.old.type != each.column.type
    )


def _columns(arrival: Arrival) -> Iterator[ArrivedColumn]:
    match arrival.new, arrival.old:
        case Table(columns=new), old if arrival.created:
            before = old if isinstance(old, Table) else None
            for column in new:
                if column.local and not column.inherited:
                    was = before.column(column.name) if before else None
                    yield _arrived_column(arrival.step, column, arrival.table, was, before is None)
        case Column() as column, old if column.local and not column.inherited:
            was = old if isinstance(old, Column) else None
            yield ArrivedColumn(arrival.step, column, arrival.table, was, False)
        case _:
            pass
