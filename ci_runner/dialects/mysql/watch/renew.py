"""Look at a MySQL or MariaDB database and read again only what the session may have changed since.

Its own statements say which names they touch, and the server counts its commands. Where there was
one that no statement's text tells of (a procedure ran it), everything is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.kinds.grants import grants
from ci_runner.dialects.mysql.parse.commands import commands
from ci_runner.dialects.mysql.parse.identifiers import identifiers
from ci_runner.dialects.mysql.read.inspect import Scope, dependencies, read
from ci_runner.dialects.mysql.read.rows import place
from ci_runner.dialects.mysql.watch.look import Look, Owned, Owner, by_owner, owner, whole, words
from ci_runner.dialects.mysql.watch.present import Present, present
from ci_runner.dialects.mysql.watch.touched import Touched, touched
from ci_runner.schema.access import Grant
from ci_runner.schema.model import Identity, SchemaObject, View
from ci_runner.schema.shared import (
    Edges,
    by_dependent,
    exchanged,
    reinverted,
    renewed,
    shared,
)


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    journal = connection.journal if isinstance(connection, MysqlConnection) else ()
    if not isinstance(since, Look) or since.journal is not journal:
        return whole(connection, journal)
    ran, mark = journal[since.mark :], len(journal)
    counted = commands(connection)
    if counted == since.counted:
        return replace(since, mark=mark)
    told = touched(ran)
    is_told = told is not None and told.commands >= counted - since.counted
    if told is None or not is_told or since.here.folds or place(connection) != since.here:
        return whole(connection, journal)
    return replace(_renewed(connection, since, told), mark=mark, counted=counted)


def _renewed(connection: Connection, since: Look, told: Touched) -> Look:
    reached = _reached(since, told)
    objects, unmanaged = read(connection, since.here, _scope(reached))
    old = {each: since.owned[each] for each in reached if each in since.owned}
    new = {one: several for one, several in by_owner(objects).items() if one in reached}
    mine, theirs = _all(old), _all(new)
    there, comes_or_goes = _there(since.present, mine, theirs)
    granted: Sequence[Grant] = since.granted
    if comes_or_goes:
        granted = tuple(grants(connection, there))
    leaving, coming = exchanged([*mine, *since.granted], [*theirs, *granted])
    edges = since.edges.exchanged(
        (each.identity for each in mine), by_dependent(dependencies(theirs, there)).items()
    )
    names = [name for what, name in reached if what == "relation"]
    ids = shared(since.handles).exchanged(
        (Identity("table", "", name) for name in names),
        identifiers(connection, since.here, there.relations, names).items(),
    )
    left = (each for each in since.schema.unmanaged if owner(each) not in reached)
    schema = renewed(
        since.schema,
        leaving,
        coming,
        dependencies=Edges(edges),
        unmanaged=tuple(sorted({*left, *unmanaged})),
        copies=(),
    )
    return replace(
        since,
        schema=schema,
        handles=ids,
        storage=ids,
        present=there,
        owned=since.owned.exchanged(old, new.items()),
        granted=granted,
        said=reinverted(since.said, words(old), words(new)),
        edges=edges,
    )


def _reached(since: Look, told: Touched) -> set[Owner]:
    """What was touched, and those whose reading rests on what others feel of it."""
    found = {("relation", each) for each in told.relations}
    found |= {("routine", each.lower()) for each in told.routines}
    found |= {("event", each.lower()) for each in told.events}
    found |= set(_of_triggers(since, {each.lower() for each in told.triggers}))
    felt = list(told.felt)
    while felt:
        for each in since.said.get(felt.pop(), frozenset()) - found:
            found.add(each)
            if any(isinstance(one, View) for one in since.owned[each]):
                felt.append(("view", each[1].lower()))
    return found


def _of_triggers(since: Look, names: set[str]) -> Iterator[Owner]:
    """The tables of the triggers that were so called."""
    if names:
        for each in (*(each.identity for each in since.schema.objects), *since.schema.unmanaged):
            if each.kind == "trigger" and each.name.lower() in names:
                yield owner(each)


def _scope(reached: Iterable[Owner]) -> Scope:
    by_kind: dict[str, list[str]] = {"relation": [], "routine": [], "event": []}
    for what, name in sorted(reached):
        by_kind[what].append(name)
    return Scope(by_kind["relation"], by_kind["routine"], by_kind["event"])


def _all(owned: Owned) -> list[SchemaObject]:
    return [each for several in owned.values() for each in several]


def _there(
    before: Present, old: Sequence[SchemaObject], new: Sequence[SchemaObject]
) -> tuple[Present, bool]:
    """What there is now, and whether that has other names than before."""
    gone, come = present(old), present(new)
    now = Present(
        shared(before.relations).exchanged(gone.relations, come.relations.items()),
        shared(before.routines).exchanged(gone.routines, come.routines.items()),
    )
    return now, gone != come
