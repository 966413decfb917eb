"""A look at a database that knows what it was made of, so that the next one reads only the changes.

A kind whose queries carry the condition `kind.MANAGED_TABLE`, or `kind.MANAGED_VIEW`, is asked for
what was touched only; any other kind is asked for all it has, if something that it reads was
touched. What an object is printed as depends on its own catalogue rows and on the names of what it
needs: whoever needs something touched is touched as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from ci_runner.dialects.base import Connection, Outcome, Sighting
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    MANAGED_VIEW,
    MATERIALIZED_VIEW,
    Address,
    Found,
    Kind,
)
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.marks import Marks, Touched
from ci_runner.dialects.postgres.mine import Mine
from ci_runner.dialects.postgres.places import Index
from ci_runner.dialects.postgres.prepared import Question, answers, listed
from ci_runner.dialects.postgres.pulse import Pulse
from ci_runner.dialects.postgres.settings import ANY_TARGET
from ci_runner.dialects.postgres.sources import catalogues
from ci_runner.dialects.postgres.twin import side_by_side
from ci_runner.dialects.postgres.unmanaged import Aside
from ci_runner.schema.model import Identity, Table, View, home
from ci_runner.schema.shared import Shared
from ci_runner.schema.views import MaterializedView


@dataclass(frozen=True, slots=True)
class Kept:
    """All that there is of some kind: `sources` are the catalogues that were read for it.

    `names` are those of what was found and of what it lives on; `unnamed` lives on something that
    no kind reads.
    """

    found: tuple[Found, ...] = ()
    sources: frozenset[str] = frozenset()
    names: frozenset[Identity] = frozenset()
    unnamed: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Told:
    """What a look leaves to the next one besides objects.

    `absent` are kinds of object of which there is none, `aside` is what is not managed, `asked`
    the questions of kinds that are read by table.
    """

    absent: frozenset[type]
    aside: Aside
    asked: Mapping[type, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
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


_EITHER = f"({MANAGED_TABLE} OR {MATERIALIZED_VIEW})"


_ON_TABLES = frozenset(
    kind.type
    for kind in KINDS
    if kind.type in {Table, View} or "table" in {each.name for each in fields(kind.type)}
)
Rows = list[tuple[object, ...]]


class _Asking:
    """A connection that narrows questions, and remembers what it was asked for.

    `narrowed` are conditions with what stands in their place: what is known of them, or which
    tables are meant. `heard` are answers by question as it was put: none is put twice.
    """

    def __init__(
        self,
        connection: Connection,
        narrowed: Mapping[str, str] = MappingProxyType({}),
        heard: dict[str, Rows] | None = None,
    ) -> None:
        self._connection = connection
        self._narrowed = narrowed
        self._heard = {} if heard is None else heard
        self.asked: list[str] = []

    def query(self, sql: str) -> Rows:
        self.asked.append(sql)
        if sql not in self._heard:
            self._heard[sql] = self._connection.query(replaced(sql, self._narrowed))
        return self._heard[sql]

    def query_all(self, several: Sequence[str]) -> list[Rows]:
        return [self.query(each) for each in several]

    def execute(self, sql: str) -> Outcome:
        return self._connection.execute(sql)

    def reset(self) -> None:
        self._connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @property
    def by_table(self) -> bool:
        """Whether every question was about tables or views that could be named."""
        return all(MANAGED_TABLE in each or MANAGED_VIEW in each for each in self.asked)

    @property
    def sources(self) -> frozenset[str]:
        """The catalogues that were read."""
        return frozenset().union(*map(catalogues, self.asked))


def replaced(sql: str, conditions: Mapping[str, str]) -> str:
    for condition, answer in conditions.items():
        sql = sql.replace(condition, answer)
    return sql


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: by table, and all of some kinds; and `kept`, what had not to be read.

    `asked` are the questions of kinds that are read by table.
    """

    by_table: dict[Identity, tuple[Found, ...]]
    whole: dict[type, Kept]
    kept: dict[type, Kept]
    asked: dict[type, tuple[str, ...]]

    def all(self) -> Iterator[Found]:
        """All that was read."""
        for several in self.by_table.values():
            yield from several
        for each in self.whole.values():
            yield from each.found


# What was found by table, and the questions.
_Asked = tuple[tuple[Found, ...], tuple[str, ...]]


def read(
    sessions: Sequence[Connection],
    present: Iterable[Kind[Any]],
    renewal: Renewal | None = None,
    heard: Mapping[str, Rows] = MappingProxyType({}),
) -> Reading:
    """Everything, or of a renewal what was touched, and all that may be read by no table.

    `heard` are answers about the touched tables, by question.
    """
    by_table: dict[Identity, list[Found]] = defaultdict(list)
    reading = Reading({}, {}, {}, {})
    present = tuple(present)
    narrowed = _narrowed(sessions[0], present, renewal.oids() if renewal else None)
    due: list[Kind[Any]] = []
    for kind in present:
        earlier = renewal.kept(kind) if renewal else None
        if earlier is None:
            due.append(kind)
        else:
            reading.kept[kind.type] = earlier

    def one(
        session: Connection, kind: Kind[Any]
    ) -> tuple[tuple[Found, ...], tuple[str, ...]] | Kept:
        """What can be asked by table, and how it was asked; or all that there is of a kind."""
        if kind.type in _ON_TABLES:
            asking = _Asking(session, narrowed, dict(heard))
            found = tuple(kind.read(asking))
            if asking.by_table:
                return found, tuple(asking.asked)
        asking = _Asking(session)
        every = tuple(kind.read(asking))
        names = frozenset(name for each in every for name in _named_by(each, kind))
        return Kept(every, asking.sources, names)

    for kind, found in zip(due, side_by_side(sessions, due, one), strict=True):
        if isinstance(found, Kept):
            reading.whole[kind.type] = found
            continue
        several, reading.asked[kind.type] = found
        for each in several:
            by_table[home(each.object) or each.object.identity].append(each)
    reading.by_table.update((place, tuple(several)) for place, several in by_table.items())
    return reading


def hear(
    connection: Connection, renewal: Renewal, conditions: Sequence[str]
) -> tuple[dict[str, Rows], list[bool]]:
    """Answers to what every kind asked the last time, and which SQL conditions hold.

    In these $1 stands for the relations that are touched.
    """
    absent, told = renewal.since.told.absent, renewal.since.told.asked
    planned = {
        **_conditions(views=MaterializedView not in absent),
        **_meant("$1"),
    }
    asked = dict.fromkeys(sql for questions in told.values() for sql in questions)
    tables = (listed(sorted(renewal.oids())),)
    questions = [Question(replaced(sql, planned), tables) for sql in asked]
    touched = (listed(sorted(renewal.touched.changed | renewal.touched.new)),)
    questions.append(Question(f"SELECT {', '.join(conditions)}", touched))
    *rows, ((*hold,),) = answers(connection, questions, renewal.prepared)
    return dict(zip(asked, rows, strict=True)), list(map(bool, hold))


def present(connection: Connection, kinds: Sequence[Kind[Any]] = KINDS) -> tuple[Kind[Any], ...]:
    """The kinds of which there may be something: to plan the queries of all others takes longer."""
    answers = ask(connection, [kind.present for kind in kinds])
    return tuple(kind for kind, there in zip(kinds, answers, strict=True) if there)


def ask(connection: Connection, conditions: Sequence[str]) -> list[bool]:
    """Which of some SQL conditions hold, in one query."""
    if not conditions:
        return []
    (answers,) = connection.query(f"SELECT {', '.join(conditions)}")
    return list(map(bool, answers))


def _narrowed(
    connection: Connection, present: Iterable[Kind[Any]], oids: frozenset[int] | None
) -> Mapping[str, str]:
    """The tables that are meant, and conditions that several queries have, answered once."""
    views = any(kind.type is MaterializedView for kind in present)
    if oids is None:
        (targets,) = ask(connection, [ANY_TARGET])
        return _conditions(views=views, targets=targets)
    of_these = ",".join(str(oid) for oid in sorted(oids))
    return {**_conditions(views=views), **_meant(f"'{{{of_these}}}'")}


def _meant(oids: str) -> dict[str, str]:
    return {each: f"c.oid = ANY ({oids}) AND {each}" for each in (MANAGED_TABLE, MANAGED_VIEW)}


def _conditions(*, views: bool, targets: bool = True) -> dict[str, str]:
    known = {ANY_TARGET: "true" if targets else "false"}
    return known if views else {**known, _EITHER: MANAGED_TABLE}


def read_on(connection: Connection, names: Mapping[Address, Identity]) -> Kept:
    """What lives on objects of any kind, which are told by `names`.

    An extension's members are left alone: nothing on them is on the extension.
    """
    asking = _Asking(connection)
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
