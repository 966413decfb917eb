"""A look that is an earlier one with what was touched read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from itertools import chain

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.read import depend, unmanaged
from ci_runner.dialects.postgres.read.twin import Rows
from ci_runner.dialects.postgres.watch import marks, mine
from ci_runner.dialects.postgres.watch.look import (
    Kept,
    Look,
    Parts,
    Reading,
    Renewal,
    Told,
    hear,
    read,
    read_on,
    stale,
)
from ci_runner.dialects.postgres.watch.marks import NOTHING, Marks, Touched
from ci_runner.dialects.postgres.watch.mine import Mine
from ci_runner.dialects.postgres.watch.places import (
    Index,
    addresses,
    copies,
    handles,
    homes,
    identities,
    needs,
    storage,
)
from ci_runner.dialects.postgres.watch.prepared import answers
from ci_runner.dialects.postgres.watch.pulse import Pulse
from ci_runner.dialects.postgres.watch.sources import catalogues
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, Schema, SchemaObject, Table, View, home
from ci_runner.schema.shared import Edge, Edges, Shared, renewed, shared
from ci_runner.schema.types import CompositeType
from ci_runner.schema.views import MaterializedView


def anew(connection: Connection, since: Look, touched: Touched) -> Look | None:
    """`since` with `touched` read again; None where that is everything."""
    if touched == NOTHING:
        return since
    again = stale(since, touched)
    if again is None:
        return None
    return _Renewing(connection, Renewal(since, touched, again), None).look()


def within(
    connection: Connection, since: Look, now: Pulse, written: Mapping[str, tuple[int, int]]
) -> Look | None:
    """The same in one transaction, which has `written` to catalogues and to no others."""
    own, others = _own(connection, since, now, written)
    relations, indexes = since.known.mine.touched(own)
    touched, after = marks.written(since.known.marks, relations, indexes, others)
    again = stale(since, touched)
    if again is None:
        return None
    renewal = Renewal(since, touched, again, now.prepared)
    look = _Renewing(connection, renewal, frozenset(written)).look()
    if look is None:
        return None
    own = since.known.mine.after(own)
    return replace(look, known=replace(look.known, pulse=now, marks=after, mine=own))


def _own(
    connection: Connection, since: Look, now: Pulse, written: Mapping[str, tuple[int, int]]
) -> tuple[Mine, Marks]:
    """What the transaction has written: searched where it has just locked, then further afield."""
    command = since.known.mine.command
    earlier = since.known.pulse.locks
    locked = {int(each.split(" ")[0]) for each in now.locks - earlier}
    asked = (mine.question(written, command, locked), marks.of_whole(written))
    rows, rest = answers(connection, asked, now.prepared)
    own, others = mine.read(rows), marks.whole(rest, written)
    if missed := own.misses(written):
        locked = {int(each.split(" ")[0]) for each in now.locks}
        own = own.after(mine.read(connection.query(mine.question(missed, command, locked).alone)))
    if missed := own.misses(written):
        own = own.after(mine.read(connection.query(mine.question(missed, command).alone)))
    return own, others


# What is asked of rights lives on relations: these are written for other reasons as well.
_OF_RELATIONS = frozenset({"pg_class", "pg_attribute", "pg_type", "pg_depend"})
_RIGHTS = """
(EXISTS (SELECT FROM pg_catalog.pg_class x WHERE x.oid = ANY ($1) AND (x.relacl IS NOT NULL
         OR x.relowner <> (SELECT b.datdba FROM pg_catalog.pg_database b
                           WHERE b.datname = pg_catalog.current_database())))
 OR EXISTS (SELECT FROM pg_catalog.pg_attribute x
            WHERE x.attrelid = ANY ($1) AND x.attacl IS NOT NULL){of_types})
"""
_OF_TYPES = """
 OR EXISTS (SELECT FROM pg_catalog.pg_type x WHERE x.oid >= 16384 AND x.typacl IS NOT NULL)"""


@frozen
class _Answers:
    """What must be known before anything is read."""

    kinds: frozenset[type]
    aside: Mapping[int, bool]
    rights: bool
    heard: Mapping[str, Rows]


@frozen
class _Change:
    """What is found no longer, what is found now, and what was read, found as it was or not."""

    leaving: tuple[Found, ...] = ()
    coming: tuple[Found, ...] = ()
    reread: tuple[Found, ...] = ()


@frozen
class _Renewing:
    """One renewal. `written` are the only catalogues that differ, None where any may."""

    connection: Connection
    renewal: Renewal
    written: frozenset[str] | None

    def look(self) -> Look | None:
        since = self.renewal.since
        answers = self._asked()
        kinds = tuple(kind for kind in KINDS if kind.type in answers.kinds)
        reading = read(self.connection, kinds, self.renewal, answers.heard)
        if any(_renamed(since, each) for each in reading.all()):
            return None
        reading, change = self._settled(reading)
        names = _exchanged(since.index.names, change)
        on, rights = since.parts.on, _Change()
        if answers.rights:
            on, rights = _settled_on(on, read_on(self.connection, names))
            names = _exchanged(names, rights)
        both = _Change(
            change.leaving + rights.leaving, change.coming + rights.coming, change.reread
        )
        aside = unmanaged.unmanaged(self.connection, answers.aside, since.told.aside)
        index = self._index(names, both, needs(rights.coming))
        left = set(identities(both.leaving))
        gone = self.renewal.again - reading.by_table.keys()
        tables = since.parts.by_table.exchanged(gone, reading.by_table.items())
        absent = frozenset(kind.type for kind in KINDS) - answers.kinds
        return Look(
            schema=_schema(since, both, index, (*chain(*aside.values()), *on.unnamed)),
            handles=shared(since.handles).exchanged(left, handles(both.coming)),
            storage=shared(since.storage).exchanged(left, storage(both.coming)),
            parts=Parts(tables, {**reading.kept, **reading.whole}, on),
            index=index,
            told=Told(absent, aside, {**since.told.asked, **reading.asked}),
            known=since.known,
        )

    def _asked(self) -> _Answers:
        """All that decides what is read, and what can be known without, in one exchange."""
        since, written = self.renewal.since, self.written
        absent = since.told.absent
        doubtful = [
            kind
            for kind in KINDS
            if written is None
            or (kind.type in absent and not catalogues(kind.present).isdisjoint(self._may_bring()))
        ]
        aside = unmanaged.every()
        if written is not None:
            aside = unmanaged.due(since.told.aside, written, "$1")
        conditions = (
            *(
                kind.present if written is None else marks.only(kind.present, "$1")
                for kind in doubtful
            ),
            *aside.values(),
            self._rights(),
        )
        heard, hold = hear(self.connection, self.renewal, conditions)
        there = dict(zip((kind.type for kind in doubtful), hold, strict=False))
        kinds = frozenset(
            kind.type for kind in KINDS if there.get(kind.type, kind.type not in absent)
        )
        if MaterializedView in absent & kinds:
            heard = {}  # no question was about its indexes
        return _Answers(
            kinds, dict(zip(aside, hold[len(doubtful) : -1], strict=True)), hold[-1], heard
        )

    def _may_bring(self) -> frozenset[str]:
        """The catalogues in which something may have come that a kind of relation looks for."""
        written = self.written or frozenset()
        only_indexes = not self.renewal.touched.relations and "pg_rewrite" not in written
        return written - {"pg_class"} if only_indexes else written

    def _rights(self) -> str:
        """SQL condition: some right or owner may have changed."""
        since, touched, written = self.renewal.since, self.renewal.touched, self.written
        if written is None or not (since.parts.on.sources - _OF_RELATIONS).isdisjoint(written):
            return "true"
        known = (since.index.names.get(("pg_class", oid, 0)) for oid in touched.changed)
        names = {name for name in known if name is not None}
        if not since.parts.on.names.isdisjoint(names | set(map(since.index.home, names))):
            return "true"
        return _RIGHTS.format(of_types=_OF_TYPES if "pg_type" in written else "")

    def _settled(self, reading: Reading) -> tuple[Reading, _Change]:
        """With the very values of before where they are equal; and what leaves and what comes."""
        parts, again = self.renewal.since.parts, self.renewal.again
        places = again | reading.by_table.keys()
        before = [each for place in places for each in parts.by_table.get(place, ())]
        for kind, kept in parts.whole.items():
            if kind not in reading.kept:
                before += kept.found
        same, leaving, coming = _compared(before, reading.all())
        reading = Reading(
            {place: same.all_of(each) for place, each in reading.by_table.items()},
            {
                kind: replace(kept, found=same.all_of(kept.found))
                for kind, kept in reading.whole.items()
            },
            reading.kept,
            reading.asked,
            reading.names,
        )
        arrived = {each.object.identity for each in coming} | again
        reread = [*chain.from_iterable(reading.by_table.values())]
        reread += [
            each
            for kept in reading.whole.values()
            for each in kept.found
            if each.object.identity in arrived or home(each.object) in again
        ]
        return reading, _Change(leaving, coming, tuple(reread))

    def _index(
        self,
        names: Shared[Address, Identity],
        change: _Change,
        needs: Mapping[Identity, frozenset[Edge]],
    ) -> Index:
        before = self.renewal.since.index
        left = set(identities(change.leaving))
        copied = before.copies.exchanged(left & before.copies.keys(), copies(change.coming))
        some = dict(needs)
        if change.reread:
            tables = self.renewal.since.known.tables
            asked = depend.rows_of(change.reread, tables)
            [answer] = answers(self.connection, (asked,), self.renewal.prepared)
            some |= depend.edges(depend.rows(answer), names, tables, change.reread, copied)
        dependents = set(identities(change.reread)) | left | needs.keys()
        into = [(name, some[name]) for name in dependents & some.keys()]
        return Index(
            names,
            before.homes.exchanged(left & before.homes.keys(), homes(change.coming)),
            before.edges.exchanged(dependents & before.edges.keys(), into),
            _turned(before, dependents, into),
            copied,
        )


def _turned(
    before: Index, dependents: set[Identity], into: list[tuple[Identity, frozenset[Edge]]]
) -> Shared[Identity, frozenset[Identity]]:
    """Dependents by what they need, after those of `dependents` were read again."""
    found: dict[Identity, set[Identity]] = {}

    def of(needed: Identity) -> set[Identity]:
        return found.setdefault(needed, set(before.needed.get(needed, ())))

    for dependent in dependents:
        for _, needed in before.edges.get(dependent, ()):
            of(needed).discard(dependent)
    for dependent, several in into:
        for _, needed in several:
            of(needed).add(dependent)
    return before.needed.exchanged((), ((each, frozenset(by)) for each, by in found.items()))


def _schema(since: Look, change: _Change, index: Index, rest: tuple[Identity, ...]) -> Schema:
    copied = since.schema.copies
    if index.copies is not since.index.copies:
        copied = tuple(sorted(index.copies.values(), key=lambda each: each.object.identity))
    return renewed(
        since.schema,
        (each.object for each in change.leaving if each.copy_of is None),
        (each.object for each in change.coming if each.copy_of is None),
        dependencies=Edges(index.edges),
        unmanaged=tuple(sorted(set(rest))),
        copies=copied,
    )


def _renamed(since: Look, each: Found) -> bool:
    """Whether a relation with a row type has another name: any column may be printed with it."""
    name = each.object.identity
    return isinstance(each.object, Table | View | MaterializedView | CompositeType) and any(
        since.index.names.get(address, name) != name for address in each.addresses
    )


def _exchanged(names: Shared[Address, Identity], change: _Change) -> Shared[Address, Identity]:
    out = (place for place, _ in addresses(change.leaving))
    return names.exchanged(out, addresses(change.coming))


@frozen
class _Same:
    """What was found to be as it was, by name."""

    values: Mapping[Identity, Found]

    def all_of(self, several: Iterable[Found]) -> tuple[Found, ...]:
        return tuple(self.values.get(each.object.identity, each) for each in several)


def _compared(
    before: Iterable[Found], now: Iterable[Found]
) -> tuple[_Same, tuple[Found, ...], tuple[Found, ...]]:
    """What is the same, what leaves and what comes."""
    old = {each.object.identity: each for each in before}
    now = tuple(now)
    same = {
        name: old[name]
        for each in now
        if (name := each.object.identity) in old and _is_same(old[name], each)
    }
    return (
        _Same(same),
        tuple(each for name, each in old.items() if name not in same),
        tuple(each for each in now if each.object.identity not in same),
    )


def _settled_on(before: Kept, now: Kept) -> tuple[Kept, _Change]:
    """The same for what lives on objects of any kind."""
    same, leaving, coming = _compared(before.found, now.found)
    return replace(now, found=same.all_of(now.found)), _Change(leaving, coming)


def _is_same(one: Found, other: Found) -> bool:
    """Equal, in what no comparison of schemas looks at as well."""
    return one == other and all(
        getattr(one.object, name) == getattr(other.object, name)
        for name in _not_compared(type(one.object))
    )


@cache
def _not_compared(type_: type[SchemaObject]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(type_) if not each.compare)
