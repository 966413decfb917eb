"""A look at a database that knows what it was made of, so that the next one reads only the changes.

A kind whose queries carry the condition `kind.MANAGED_TABLE` is asked for the touched tables only;
any other kind is asked for all it has, if something that it reads was touched. What an object is
printed as depends on its own catalogue rows and on the names of what it needs: whoever needs
something touched is touched as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from ci_runner.dialects.base import Connection, Outcome, Sighting
from ci_runner.dialects.postgres.kind import MANAGED_TABLE, MATERIALIZED_VIEW, Address, Found, Kind
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.marks import Marks, Touched
from ci_runner.dialects.postgres.settings import ANY_TARGET
from ci_runner.dialects.postgres.twin import side_by_side
from ci_runner.schema.model import Identity, Table, home
from ci_runner.schema.views import MaterializedView

Edge = tuple[Identity, Identity]


@dataclass(frozen=True)
class Parts:
    """Everything found: `by_table` of kinds that can be asked by table, `whole` of the others.

    `on` is what lives on any of these and is read last; `unmanaged` what lives on something else.
    `sources` are the catalogues that were read for each kind of `whole`.
    """

    by_table: Mapping[Identity, tuple[Found, ...]] = field(default_factory=dict)
    whole: tuple[Found, ...] = ()
    on: tuple[Found, ...] = ()
    unmanaged: tuple[Identity, ...] = ()
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def all(self) -> Iterator[Found]:
        for several in self.by_table.values():
            yield from several
        yield from self.whole
        yield from self.on


@dataclass(frozen=True)
class Look(Sighting):
    """A Sighting with its sources: the catalogue's addresses, edges by dependent, and marks.

    `homes` has the home of whatever does not name a table as its parent: that of indexes.
    """

    parts: Parts = field(default_factory=Parts)
    homes: Mapping[Identity, Identity] = field(default_factory=dict)
    names: Mapping[Address, Identity] = field(default_factory=dict)
    edges: Mapping[Identity, frozenset[Edge]] = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)


_EITHER = f"({MANAGED_TABLE} OR {MATERIALIZED_VIEW})"


class _Asking:
    """A connection that narrows MANAGED_TABLE to `oids`, if any, and counts queries without it.

    `known` are conditions with what is known of them, so that no query finds it out again.
    """

    def __init__(
        self,
        connection: Connection,
        oids: frozenset[int] | None,
        known: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._connection = connection
        self._known = {**known, MANAGED_TABLE: _only(oids) + MANAGED_TABLE}
        self.unmarked = 0

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.unmarked += MANAGED_TABLE not in sql
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


_CATALOGUE = re.compile(r"pg_catalog\.(pg_[a-z_]+)\b")
# What these functions print, they read.
_PRINTED = {
    "pg_get_viewdef": "pg_rewrite",
    "pg_get_ruledef": "pg_rewrite",
    "pg_get_triggerdef": "pg_trigger",
    "pg_get_statisticsobjdef": "pg_statistic_ext",
    "pg_get_partkeydef": "pg_partitioned_table",
    "pg_get_userbyid": "pg_roles",
}


class _Listening(_Asking):
    """A connection that remembers which catalogues were asked for."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, None)
        self.catalogues: set[str] = set()

    def query(self, sql: str) -> list[tuple[object, ...]]:
        names = set(_CATALOGUE.findall(sql))
        self.catalogues |= names | {_PRINTED[name] for name in names & _PRINTED.keys()}
        if "_description(" in sql:
            self.catalogues.add("pg_description")
        return super().query(sql)


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

    def kept(self, kind: Kind[Any]) -> tuple[Found, ...] | None:
        """What there was of a kind, if no row that it reads can have changed."""
        sources = self.since.parts.sources.get(kind.read.__module__)
        if sources is None or sources & self.touched.catalogues:
            return None
        if "pg_class" in sources and (self.touched.new or self.touched.gone):
            return None
        found = tuple(each for each in self.since.parts.whole if type(each.object) is kind.type)
        if any(not self.again.isdisjoint(_named_by(each, kind)) for each in found):
            return None
        return found


def _named_by(each: Found, kind: Kind[Any]) -> Iterator[Identity | None]:
    """Itself, what it lives on, and the table whose column owns it: no dependency tells of that."""
    yield each.object.identity
    yield home(each.object)
    owner = kind.owner(each.object)
    if owner is not None:
        yield Identity("table", owner.schema, owner.parent)


@dataclass(frozen=True, slots=True)
class _Read:
    """All that there is of one kind, or of a renewal what was touched; `sources` of the others."""

    found: tuple[Found, ...]
    by_table: bool = False
    sources: frozenset[str] = frozenset()


def read(sessions: Sequence[Connection], renewal: Renewal | None = None) -> Parts:
    """Everything, or of a renewal what was touched, and all that may be read by no table."""
    oids = renewal.oids() if renewal else None
    present = _present(sessions[0])
    known = _known(sessions[0], present, oids)

    def one(session: Connection, kind: Kind[Any]) -> _Read:
        asking = _Asking(session, oids, known)
        in_tables = kind.type is Table or "table" in {each.name for each in fields(kind.type)}
        found = tuple(kind.read(asking)) if in_tables else ()
        if in_tables and not asking.unmarked:
            return _Read(found, by_table=True)
        kept = renewal.kept(kind) if renewal else None
        if renewal is not None and kept is not None:
            return _Read(kept, sources=renewal.since.parts.sources[kind.read.__module__])
        listening = _Listening(session)
        return _Read(tuple(kind.read(listening)), sources=frozenset(listening.catalogues))

    by_table: dict[Identity, list[Found]] = defaultdict(list)
    whole: list[Found] = []
    sources: dict[str, frozenset[str]] = {}
    for kind, each in zip(present, side_by_side(sessions, present, one), strict=True):
        if not each.by_table:
            whole += each.found
            sources[kind.read.__module__] = each.sources
            continue
        for found in each.found:
            by_table[home(found.object) or found.object.identity].append(found)
    return Parts(
        {place: tuple(several) for place, several in by_table.items()},
        tuple(whole),
        sources=sources,
    )


def _present(connection: Connection) -> tuple[Kind[Any], ...]:
    """The kinds of which there may be something: to plan the queries of all others takes longer."""
    conditions = ", ".join(kind.present for kind in KINDS)
    (there,) = connection.query(f"SELECT {conditions}")
    return tuple(kind for kind, present in zip(KINDS, there, strict=True) if present)


def _known(
    connection: Connection, present: Iterable[Kind[Any]], oids: frozenset[int] | None
) -> Mapping[str, str]:
    """Conditions that several queries have, answered once."""
    views = any(kind.type is MaterializedView for kind in present)
    targets = True
    if oids is None:
        ((found,),) = connection.query(f"SELECT {ANY_TARGET}")
        targets = bool(found)
    known = {ANY_TARGET: "true" if targets else "false"}
    return known if views else {**known, _EITHER: MANAGED_TABLE}


def with_all_on(connection: Connection, parts: Parts, names: Mapping[Address, Identity]) -> Parts:
    """`parts` with what lives on objects of any kind, which are told by `names`.

    An extension's members are left alone: nothing on them is on the extension.
    """
    ours = {place: name for place, name in names.items() if name.kind != "extension"}
    every = [each for kind in KINDS for each in kind.read_on(connection, ours)]
    found = tuple(each for each in every if isinstance(each, Found))
    unnamed = tuple(each for each in every if isinstance(each, Identity))
    return replace(parts, on=found, unmanaged=unnamed)


def stale(since: Look, touched: Touched) -> frozenset[Identity] | None:
    """The homes that must be read again; None when only reading everything is sure to be right."""
    if touched.everything:
        return None
    changed_addresses = [("pg_class", oid, 0) for oid in touched.changed]
    if any(address not in since.names for address in changed_addresses):
        return None  # not managed, so what needs it is not known
    addresses = [*changed_addresses, *(("pg_class", oid, 0) for oid in touched.gone)]
    addresses += [("pg_constraint", oid, 0) for oid in touched.constraints]
    changed = {_home(since, since.names[each]) for each in addresses if each in since.names}
    inside = {
        name
        for place in changed
        for each in since.parts.by_table.get(place, ())
        for name in (each.object.identity, *(part for part, _ in each.parts))
    }
    reached = changed | inside
    dependents = {
        _home(since, dependent)
        for dependent, needed in since.schema.dependencies
        if needed in reached
    }
    return frozenset(changed | dependents)


def _home(since: Look, identity: Identity) -> Identity:
    """What `identity` lives on, or itself."""
    place = since.homes.get(identity)
    if place is None and identity.parent:
        return Identity("table", identity.schema, identity.parent)
    return place or identity
