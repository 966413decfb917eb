"""A look at a SQLite database that reads anew only what differs from an earlier look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.sqlite.inspect import (
    Everything,
    Readings,
    dependencies,
    read,
    relations,
)
from ci_runner.schema.model import Identity, Schema, SchemaObject
from ci_runner.schema.shared import Edge, Edges, Shared, renewed, shared

# All that a look tells follows from these rows; `rootpage` is where a table lies in the file.
_STORED = "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema ORDER BY rowid"


@dataclass(frozen=True, kw_only=True)
class Look(Sighting):
    """A Sighting with the rows that it was read from, and what was made of each.

    `relations` are tables and views by name in lower case, `edges` what each object needs.
    """

    stored: tuple[tuple[object, ...], ...]
    readings: Readings
    relations: Mapping[str, Identity]
    edges: Shared[Identity, frozenset[Edge]]


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    stored = tuple(connection.query(_STORED))
    if not isinstance(since, Look):
        return _whole(stored, read(connection))
    if since.stored == stored:
        return since
    return _renewed(since, stored, read(connection, since.readings))


def _whole(stored: tuple[tuple[object, ...], ...], found: Everything) -> Look:
    known = relations(found.objects)
    edges = Shared(_edges(found.objects, known))
    schema = Schema.of("sqlite", found.objects, (), found.unmanaged)
    pages = shared(found.pages)
    return Look(
        schema=replace(schema, dependencies=Edges(edges)),
        handles=pages,
        storage=pages,
        stored=stored,
        readings=found.readings,
        relations=known,
        edges=edges,
    )


def _renewed(since: Look, stored: tuple[tuple[object, ...], ...], found: Everything) -> Look:
    """What was found, with all that it shares with the look before."""
    old, new = {id(each) for each in since.schema.objects}, {id(each) for each in found.objects}
    leaving = [each for each in since.schema.objects if id(each) not in new]
    coming = [each for each in found.objects if id(each) not in old]
    if relations(leaving) != relations(coming):
        return _whole(stored, found)
    edges = since.edges.exchanged(
        (each.identity for each in leaving), _edges(coming, since.relations).items()
    )
    schema = renewed(
        since.schema,
        leaving,
        coming,
        dependencies=Edges(edges),
        unmanaged=tuple(sorted(found.unmanaged)),
        copies=(),
    )
    before = shared(since.handles)
    changed = ((name, page) for name, page in found.pages.items() if before.get(name) != page)
    pages = before.exchanged(before.keys() - found.pages.keys(), changed)
    return replace(
        since,
        schema=schema,
        handles=pages,
        storage=pages,
        stored=stored,
        readings=found.readings,
        edges=edges,
    )


def _edges(
    objects: Iterable[SchemaObject], known: Mapping[str, Identity]
) -> dict[Identity, frozenset[Edge]]:
    by_dependent: dict[Identity, set[Edge]] = defaultdict(set)
    for edge in dependencies(objects, known):
        by_dependent[edge[0]].add(edge)
    return {each: frozenset(several) for each, several in by_dependent.items()}
