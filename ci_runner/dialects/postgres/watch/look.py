"""A look at a database that knows what it was made of, so that the next one reads only the changes.

A kind whose queries carry the condition `kind.MANAGED_TABLE`, or `kind.MANAGED_VIEW`, is asked for
what was touched only; any other kind is asked for all it has, if something that it reads was
touched. What an object is printed as depends on its own catalogue rows and on the names of what it
needs: whoever needs something touched is touched as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.postgres.kind import Address, Found, Kind
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.read.asking import Asking, foreknown, meant, only, replaced
from ci_runner.dialects.postgres.read.twin import Rows
from ci_runner.dialects.postgres.read.unmanaged import Aside
from ci_runner.dialects.postgres.watch.marks import Marks, Touched
from ci_runner.dialects.postgres.watch.mine import Mine
from ci_runner.dialects.postgres.watch.places import Index, addresses
from ci_runner.dialects.postgres.watch.prepared import Question, answers, listed
from ci_runner.dialects.postgres.watch.pulse import Pulse
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, Table, View, home
from ci_runner.schema.shared import Shared


@frozen
class Kept:
    """All that there is of some kind: `sources` are the catalogues that were read for it.

    `names` are those of what was found and of what it lives on; `unnamed` lives on something that
    no kind reads.
    """

    found: tuple[Found, ...] = ()
    sources: frozenset[str] = frozenset()
    names: frozenset[Identity] = frozenset()
    unnamed: tuple[Identity, ...] = ()


@frozen
class Parts:
    """Everything found: `by_table` of kinds that can be asked by table, `whole` of the others.

    `on` is what lives on any of these and is read last.
    """

    by_table: Shared[Identity, tuple[Found, ...]]
    whole: Mapping[type, Kept]
    on: Kept = Kept()

    def all(self) -> Iterator[Found]:
        for several in self.by_table.values():
            yield from several
        for kept in self.whole.values():
            yield from kept.found
        yield from self.on.found


@frozen
class Told:
    """What a look leaves to the next one besides objects.

    `absent` are kinds of object of which there is none, `aside` is what is not managed, `asked`
    the questions of kinds that are read by table.
    """

    absent: frozenset[type]
    aside: Aside
    asked: Mapping[type, tuple[str, ...]]


@frozen
class Known:
    """By what the next look tells what was touched since.

    `tables` are the names of the catalogue's own tables by oid, `mine` is what the transaction has
    written itself.
    """

    pulse: Pulse
    marks: Marks
    mine: Mine
    tables: Mapping[int, str]


@dataclass(frozen=True, kw_only=True)
class Look(Sighting):
    """A Sighting with all that it was made of."""

    parts: Parts
    index: Index
    told: Told
    known: Known


_ON_TABLES = frozenset(
    kind.type
    for kind in KINDS
    if kind.type in {Table, View} or "table" in {each.name for each in fields(kind.type)}
)


@frozen
class Renewal:
    """An earlier look, what was touched since, and the homes that must be read again.

    `prepared` are the questions that the session keeps planned, by name with their digest; None
    where they are not known.
    """

    since: Look
    touched: Touched
    again: frozenset[Identity]
    prepared: Mapping[str, str] | None = None

    def oids(self) -> frozenset[int]:
        """The tables and views to ask for."""
        before = (each for place in self.again for each in self.since.parts.by_table.get(place, ()))
        known = (each for each in before if isinstance(each.object, Table | View))
        return self.touched.new | {oid for each in known for _, oid, _ in each.addresses}

    def kept(self, kind: Kind[Any]) -> Kept | None:
        """What there was of a kind, if no row that it reads can have changed."""
        kept = self.since.parts.whole.get(kind.type)
        if kept is None or kept.sources & self.touched.catalogues:
            return None
        if "pg_class" in kept.sources and self.touched.relations:
            return None
        return kept if self.again.isdisjoint(kept.names) else None


def _named_by(each: Found, kind: Kind[Any]) -> Iterator[Identity]:
    """Itself, what it lives on, and the table whose column owns it: no dependency tells of that."""
    yield each.object.identity
    place = home(each.object)
    if place is not None:
        yield place
    owner = kind.owner(each.object)
    if owner is not None:
        yield Identity("table", owner.schema, owner.parent)


@frozen
class Reading:
    """What was read: by table, and all of some kinds; and `kept`, what had not to be read.

    `asked` are the questions of kinds that are read by table, `names` those of all that was read.
    """

    by_table: dict[Identity, tuple[Found, ...]] = field(default_factory=dict)
    whole: dict[type, Kept] = field(default_factory=dict)
    kept: dict[type, Kept] = field(default_factory=dict)
    asked: dict[type, tuple[str, ...]] = field(default_factory=dict)
    names: dict[Address, Identity] = field(default_factory=dict)

    def all(self) -> Iterator[Found]:
        """All that was read."""
        for several in self.by_table.values():
            yield from several
        for each in self.whole.values():
            yield from each.found


def read(
    connection: Connection,
    present: Sequence[Kind[Any]],
    renewal: Renewal | None = None,
    heard: Mapping[str, Rows] = MappingProxyType({}),
    narrowed: Mapping[str, str] = MappingProxyType({}),
) -> Reading:
    """Everything, or of a renewal what was touched, and all that may be read by no table.

    `heard` are answers, of a renewal about the touched tables, by question; what is `narrowed` is
    as in `Asking`.
    """
    by_table: dict[Identity, list[Found]] = defaultdict(list)
    reading = Reading()
    if renewal is not None:
        narrowed = only(present, renewal.oids())
    for kind in present:
        earlier = renewal.kept(kind) if renewal else None
        if earlier is not None:
            reading.kept[kind.type] = earlier
            continue
        found = _one(connection, kind, renewal, heard, narrowed)
        if isinstance(found, Kept):
            reading.whole[kind.type] = found
            reading.names.update(addresses(found.found))
            continue
        several, reading.asked[kind.type] = found
        reading.names.update(addresses(several))
        for each in several:
            by_table[home(each.object) or each.object.identity].append(each)
    reading.by_table.update((place, tuple(several)) for place, several in by_table.items())
    return reading


def _one(
    connection: Connection,
    kind: Kind[Any],
    renewal: Renewal | None,
    heard: Mapping[str, Rows],
    narrowed: Mapping[str, str],
) -> tuple[tuple[Found, ...], tuple[str, ...]] | Kept:
    """What can be asked by table, and how it was asked; or all that there is of a kind."""
    if kind.type in _ON_TABLES:
        asking = Asking(connection, heard, narrowed)
        found = tuple(kind.read(asking))
        if asking.by_table:
            return found, tuple(asking.asked)
    # What was heard of a renewal is about some tables only.
    asking = Asking(connection) if renewal else Asking(connection, heard, narrowed)
    every = tuple(kind.read(asking))
    names = frozenset(name for each in every for name in _named_by(each, kind))
    return Kept(every, asking.sources, names)


def hear(
    connection: Connection, renewal: Renewal, conditions: Sequence[str]
) -> tuple[dict[str, Rows], list[bool]]:
    """Answers to what every kind asked the last time, and which SQL conditions hold.

    In these $1 stands for the relations that are touched.
    """
    absent, told = renewal.since.told.absent, renewal.since.told.asked
    planned = {
        **foreknown(each for each in KINDS if each.type not in absent),
        **meant("$1"),
    }
    asked = dict.fromkeys(sql for questions in told.values() for sql in questions)
    tables = (listed(sorted(renewal.oids())),)
    questions = [Question(replaced(sql, planned), tables) for sql in asked]
    touched = (listed(sorted(renewal.touched.changed | renewal.touched.new)),)
    questions.append(Question(f"SELECT {', '.join(conditions)}", touched))
    *rows, ((*hold,),) = answers(connection, questions, renewal.prepared)
    return dict(zip(asked, rows, strict=True)), list(map(bool, hold))


def read_on(
    connection: Connection,
    names: Mapping[Address, Identity],
    heard: Mapping[str, Rows] = MappingProxyType({}),
) -> Kept:
    """What lives on objects of any kind, which are told by `names`; `heard` as for `read`.

    An extension's members are left alone: nothing on them is on the extension.
    """
    asking = Asking(connection, heard)
    ours = _Ours(names)
    every = [each for kind in KINDS for each in kind.read_on(asking, ours)]
    found = tuple(each for each in every if isinstance(each, Found))
    unnamed = tuple(each for each in every if isinstance(each, Identity))
    places = {place for each in found if (place := home(each.object)) is not None}
    tables = {Identity("table", each.schema, each.parent) for each in places if each.parent}
    return Kept(found, asking.sources, frozenset(places | tables), unnamed)


class _Ours(Mapping[Address, Identity]):
    """`names` without those of extensions."""

    def __init__(self, names: Mapping[Address, Identity]) -> None:
        self._names = names

    def __getitem__(self, address: Address) -> Identity:
        name = self._names[address]
        if name.kind == "extension":
            raise KeyError(address)
        return name

    def __iter__(self) -> Iterator[Address]:
        return (address for address, name in self._names.items() if name.kind != "extension")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def stale(since: Look, touched: Touched) -> frozenset[Identity] | None:
    """The homes that must be read again; None when only reading everything is sure to be right."""
    if touched.everything:
        return None
    names = since.index.names
    changed_addresses = [("pg_class", oid, 0) for oid in touched.changed]
    if any(address not in names for address in changed_addresses):
        return None  # not managed, so what needs it is not known
    addresses = [*changed_addresses, *(("pg_class", oid, 0) for oid in touched.gone)]
    addresses += [("pg_constraint", oid, 0) for oid in touched.constraints]
    changed = {since.index.home(names[each]) for each in addresses if each in names}
    inside = {
        name
        for place in changed
        for each in since.parts.by_table.get(place, ())
        for name in (each.object.identity, *(part for part, _ in each.parts))
    }
    dependents = {
        since.index.home(dependent)
        for needed in changed | inside
        for dependent in since.index.needed.get(needed, ())
    }
    return frozenset(changed | dependents)
