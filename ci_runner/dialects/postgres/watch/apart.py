"""Tell apart what several statements did, by a look before them and one behind them.

Each object that differs is put down to the statement that has locked it first, where it is new, and
otherwise to the one that changes the table it lives on. What nobody is known to change is put down
to the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from itertools import pairwise
from typing import TypeVar

from ci_runner.dialects.base import Sighting
from ci_runner.dialects.postgres.watch.look import Look
from ci_runner.dialects.postgres.watch.pulse import Use
from ci_runner.dialects.postgres.watch.sight import locked, scanned
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.shared import Edge, Edges, Shared, differing, renewed, shared

V = TypeVar("V")


@frozen
class _Share:
    """What one statement made differ: objects, and names by what is known of each."""

    objects: list[Identity] = field(default_factory=list)
    handles: list[Identity] = field(default_factory=list)
    storage: list[Identity] = field(default_factory=list)
    edges: list[Identity] = field(default_factory=list)


def between(
    since: Look, last: Look, changing: Sequence[frozenset[str]], used: Sequence[Use]
) -> Iterator[Sighting]:
    """The database behind each statement but the last.

    `changing` are the names of the tables that each of them changes, `used` what the session had
    used behind each but the last.
    """
    if not used:
        return
    shares = _shares(since, last, _Blame.of(since, last, changing, used))
    schema, edges = since.schema, since.index.edges
    handles, storage = shared(since.handles), shared(since.storage)
    locks, scans = since.locks, dict(since.scans)
    names = (since.index.names, last.index.names)
    for share, (before, now) in zip(shares, pairwise((since.known.pulse, *used)), strict=False):
        edges = _with(edges, last.index.edges, share.edges)
        handles = _with(handles, last.handles, share.handles)
        storage = _with(storage, last.storage, share.storage)
        schema = _renewed(schema, last.schema, share.objects, edges)
        locks = locks.union(locked(now.locks - before.locks, *names))
        scans = {**scans, **dict(scanned(now.scans - before.scans, last.index.names))}
        yield Sighting(schema, handles, storage, locks, scans)


@frozen
class _Blame:
    """Which statement made an object what it is: their numbers, from 0.

    `new` are relations that were first locked by one, `tables` the names that one changes.
    """

    since: Look
    last: Look
    new: Mapping[Identity, int]
    tables: Mapping[str, int]
    final: int

    @classmethod
    def of(
        cls, since: Look, last: Look, changing: Sequence[frozenset[str]], used: Sequence[Use]
    ) -> _Blame:
        each_used = (since.known.pulse, *used, last.known.pulse)
        new: dict[Identity, int] = {}
        for number, (before, now) in enumerate(pairwise(each_used)):
            for each in now.locks - before.locks:
                address = ("pg_class", int(each.split(" ")[0]), 0)
                name = last.index.names.get(address)
                if name is not None and address not in since.index.names:
                    new.setdefault(name, number)
        tables = {name: number for number, names in enumerate(changing) for name in names}
        return cls(since, last, new, tables, len(used))

    def number(self, name: Identity) -> int:
        there = self.last if name in self.last.handles else self.since
        place = there.index.home(name)
        for each in (name, place):
            if each in self.new:
                return self.new[each]
        return self.tables.get(place.name, self.final)


def _shares(since: Look, last: Look, blame: _Blame) -> Sequence[_Share]:
    shares = [_Share() for _ in range(blame.final + 1)]
    for name in differing(since.schema.by_identity, last.schema.by_identity):
        if name.kind != "column":
            shares[blame.number(name)].objects.append(name)
    for name in differing(since.handles, last.handles):
        shares[blame.number(name)].handles.append(name)
    for name in differing(since.storage, last.storage):
        shares[blame.number(name)].storage.append(name)
    for name in differing(since.index.edges, last.index.edges):
        shares[blame.number(name)].edges.append(name)
    return shares


def _with(
    known: Shared[Identity, V], last: Mapping[Identity, V], names: Sequence[Identity]
) -> Shared[Identity, V]:
    """`known` with some names as they are in `last`."""
    there = [(name, last[name]) for name in names if name in last]
    return known.exchanged((name for name in names if name not in last), there)


def _renewed(
    schema: Schema,
    last: Schema,
    names: Sequence[Identity],
    edges: Mapping[Identity, frozenset[Edge]],
) -> Schema:
    leaving = (found for name in names if (found := schema.get(name)))
    coming = (found for name in names if (found := last.get(name)))
    return renewed(
        schema,
        leaving,
        coming,
        dependencies=Edges(edges),
        unmanaged=schema.unmanaged,
        copies=schema.copies,
    )
