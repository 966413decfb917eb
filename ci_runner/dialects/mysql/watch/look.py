"""A look at a MySQL or MariaDB database, with all that the next one can build on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.mysql.kinds.grants import grants
from ci_runner.dialects.mysql.parse.commands import commands
from ci_runner.dialects.mysql.parse.identifiers import identifiers
from ci_runner.dialects.mysql.quote import functions, relations
from ci_runner.dialects.mysql.read.inspect import dependencies, read
from ci_runner.dialects.mysql.read.rows import Place, place
from ci_runner.dialects.mysql.watch.present import Present, present
from ci_runner.dialects.mysql.watch.touched import Word
from ci_runner.schema.access import Grant
from ci_runner.schema.model import ForeignKey, Identity, Schema, SchemaObject, View
from ci_runner.schema.shared import Edge, Edges, Shared, by_dependent, inverted

Owner = tuple[str, str]  # relation, routine or event, and its name
Owned = Mapping[Owner, Sequence[SchemaObject]]


@dataclass(frozen=True, kw_only=True)
class Look(Sighting):
    """A Sighting with what it was made of.

    `journal` is that of its session, of which the first `mark` statements had been run, and
    `counted` is what `commands` said. `owned` are the objects that come and go with each relation,
    routine and event; `said` those that rest on each name; `edges` what each object needs.
    """

    journal: Sequence[str]
    mark: int
    counted: int
    here: Place
    present: Present
    owned: Shared[Owner, Sequence[SchemaObject]]
    granted: Sequence[Grant]
    said: Shared[Word, frozenset[Owner]]
    edges: Shared[Identity, frozenset[Edge]]


def whole(connection: Connection, journal: Sequence[str]) -> Look:
    """A look that rests on no other one."""
    here, counted, mark = place(connection), commands(connection), len(journal)
    objects, unmanaged = read(connection, here)
    found = present(objects)
    there = Present(Shared(found.relations), Shared(found.routines))
    granted = tuple(grants(connection, there))
    edges = Shared(by_dependent(dependencies(objects, there)))
    schema = Schema.of("mysql", [*objects, *granted], (), unmanaged)
    ids = Shared(identifiers(connection, here, there.relations))
    owned = by_owner(objects)
    return Look(
        schema=replace(schema, dependencies=Edges(edges)),
        handles=ids,
        storage=ids,
        journal=journal,
        mark=mark,
        counted=counted,
        here=here,
        present=there,
        owned=Shared(owned),
        granted=granted,
        said=Shared(inverted(words(owned))),
        edges=edges,
    )


def owner(identity: Identity) -> Owner:
    """Names of routines and events know no case; some routines are named with parentheses."""
    if identity.kind.endswith(("function", "procedure")):
        return "routine", identity.name.partition("(")[0].lower()
    if identity.kind == "event":
        return "event", identity.name.lower()
    return "relation", identity.parent or identity.name


def by_owner(objects: Iterable[SchemaObject]) -> dict[Owner, Sequence[SchemaObject]]:
    found: dict[Owner, list[SchemaObject]] = defaultdict(list)
    for each in objects:
        found[owner(each.identity)].append(each)
    return dict(found)


def words(owned: Owned) -> dict[Owner, frozenset[Word]]:
    """The names on which the reading of each may rest."""
    return {
        one: frozenset(word for each in several for word in _words(each))
        for one, several in owned.items()
    }


def _words(each: SchemaObject) -> Iterator[Word]:
    match each:
        case View(definition=definition):
            for name in relations(definition) | functions(definition):
                yield "view", name.lower()
        case ForeignKey(references=parent):
            yield "key", parent.name.lower()
        case _:
            pass
