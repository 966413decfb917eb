"""A look at a database that knows what it was made of, so that the next one reads only the changes.

A kind whose queries carry the condition `kind.MANAGED_TABLE` is asked for the touched tables only;
any other kind is asked for all it has, if something that it reads was touched. What an object is
printed as depends on its own catalogue rows and on the names of what it needs: whoever needs
something touched is touched as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ci_runner.dialects.base import Connection, Outcome, Sighting
from ci_runner.dialects.postgres.kind import MANAGED_TABLE, MATERIALIZED_VIEW, Address, Found, Kind
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.marks import Marks, Touched
from ci_runner.dialects.postgres.places import Index
from ci_runner.dialects.postgres.pulse import Pulse
from ci_runner.dialects.postgres.settings import ANY_TARGET
from ci_runner.dialects.postgres.sources import catalogues
from ci_runner.dialects.postgres.twin import side_by_side
from ci_runner.dialects.postgres.unmanaged import Aside
from ci_runner.schema.model import Identity, Table, home
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
class Known:
    """What a look leaves to the next one to tell by what was touched.

    `absent` are kinds of object of which there is none; `tables` the names of the catalogue's own
    tables by oid. `mine` are marks of what the transaction has written itself.
    """

    pulse: Pulse
    marks: Marks
    mine: Marks
    absent: frozenset[type]
    aside: Aside
    tables: Mapping[int, str]


@dataclass(frozen=True, kw_only=True)
class Look(Sighting):
    """A Sighting with all that it was made of."""

    parts: Parts
    known: Known
    index: Index


_EITHER = f"({MANAGED_TABLE} OR {MATERIALIZED_VIEW})"


class _Asking:
    """A connection that narrows MANAGED_TABLE to `oids`, if any, and counts queries without it.

    `known` are conditions with what is known of them, so that no query finds it out again. The
    same question is put once; `sources` are the catalogues of all that were put.
    """

    def __init__(
        self,
        connection: Connection,
        oids: frozenset[int] | None = None,
        known: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._connection = connection
        self._known = {**known, MANAGED_TABLE: _only(oids) + MANAGED_TABLE}
        self.unmarked = 0
        self.sources: frozenset[str] = frozenset()

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.unmarked += MANAGED_TABLE not in sql
        self.sources |= catalogues(sql)
        for condition, answer in self._known.items():
            sql = sql.replace(condition, answer)
        return self._connection.query(sql)

    def execute(self, sql: str) -> Outcome:
        return self._connection.execute(sql)

    def reset(self) -> None:
        self._connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction


def _only(oids: frozenset[int] | None) -> str:
    """Equality goes through joins to the catalogue's indexes, which a list does not."""
    if oids is None:
        return ""
    if len(oids) == 1:
        return f"c.oid = {next(iter(oids))} AND "
    listed = ",".join(str(oid) for oid in sorted(oids))
    return f"c.oid = ANY ('{{{listed}}}') AND "


@dataclass(frozen=True, slots=True)
class Renewal:
    """An earlier look, what was touched since, and the homes that must be read again."""

    since: Look
    touched: Touched
    again: frozenset[Identity]

    def oids(self) -> frozenset[int]:
        """The tables to ask for."""
        before = (each for place in self.again for each in self.since.parts.by_table.get(place, ()))
        known = (each for each in before if isinstance(each.object, Table))
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
    """What was read: by table, and all of some kinds; and `kept`, what had not to be read."""

    by_table: Mapping[Identity, tuple[Found, ...]] = field(default_factory=dict)
    whole: Mapping[type, Kept] = field(default_factory=dict)
    kept: Mapping[type, Kept] = field(default_factory=dict)

    def all(self) -> Iterator[Found]:
        """All that was read."""
        for several in self.by_table.values():
            yield from several
        for each in self.whole.values():
            yield from each.found


def read(
    sessions: Sequence[Connection], present: Iterable[Kind[Any]], renewal: Renewal | None = None
) -> Reading:
    """Everything, or of a renewal what was touched, and all that may be read by no table."""
    by_table: dict[Identity, list[Found]] = defaultdict(list)
    whole: dict[type, Kept] = {}
    kept: dict[type, Kept] = {}
    oids = renewal.oids() if renewal else None
    present = tuple(present)
    answers = _answers(sessions[0], present, oids)
    due: list[Kind[Any]] = []
    for kind in present:
        earlier = renewal.kept(kind) if renewal else None
        if earlier is None:
            due.append(kind)
        else:
            kept[kind.type] = earlier

    def one(session: Connection, kind: Kind[Any]) -> tuple[Found, ...] | Kept:
        """What can be asked by table, or all that there is of a kind."""
        narrowed = _Asking(session, oids, answers)
        in_tables = kind.type is Table or "table" in {each.name for each in fields(kind.type)}
        found = tuple(kind.read(narrowed)) if in_tables else ()
        if in_tables and not narrowed.unmarked:
            return found
        asking = _Asking(session)
        every = tuple(kind.read(asking))
        names = frozenset(name for each in every for name in _named_by(each, kind))
        return Kept(every, asking.sources, names)

    for kind, found in zip(due, side_by_side(sessions, due, one), strict=True):
        if isinstance(found, Kept):
            whole[kind.type] = found
            continue
        for each in found:
            by_table[home(each.object) or each.object.identity].append(each)
    tables = {place: tuple(several) for place, several in by_table.items()}
    return Reading(tables, whole, kept)


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


def _answers(
    connection: Connection, present: Iterable[Kind[Any]], oids: frozenset[int] | None
) -> Mapping[str, str]:
    """Conditions that several queries have, answered once."""
    views = any(kind.type is MaterializedView for kind in present)
    targets = True
    if oids is None:
        (targets,) = ask(connection, [ANY_TARGET])
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
