"""A look at a SQLite database, with all that the next one can build on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.sqlite.inspect import dependencies, facts, readings, relations
from ci_runner.dialects.sqlite.objects import Facts, Reading
from ci_runner.dialects.sqlite.stored import Parts, Row, rows
from ci_runner.schema.model import Identity, Schema, Table
from ci_runner.schema.shared import Edge, Edges, Shared, by_dependent, inverted, shared


@dataclass(frozen=True, kw_only=True)
class Look(Sighting):
    """A Sighting with what it was read from, and what was made of each row, by its rowid.

    `said` are the rows whose reading rests on each word; `relations` tables and views by name in
    lower case, `edges` what each object needs.
    """

    parts: Parts
    rows: Shared[int, Row]
    facts: Facts
    readings: Shared[int, Reading]
    said: Shared[str, frozenset[int]]
    relations: Shared[str, Identity]
    edges: Shared[Identity, frozenset[Edge]]


def whole(connection: Connection, parts: Parts) -> Look:
    """A look that rests on no other one; `parts` are those of the database as it is."""
    stored = rows(connection)
    told = facts(connection, stored)
    found = readings(stored, told)
    objects = [each for one in found.values() for each in one.objects]
    known = relations(objects)
    edges = Shared(by_dependent(dependencies(objects, known)))
    unmanaged = (each.unmanaged for each in found.values() if each.unmanaged)
    schema = Schema.of("sqlite", objects, (), unmanaged)
    pages = Shared(dict(pages_of(stored, found)))
    return Look(
        schema=replace(schema, dependencies=Edges(edges)),
        handles=pages,
        storage=pages,
        parts=parts,
        rows=Shared(stored),
        facts=Facts(
            shared(told.kinds),
            shared(told.columns),
            shared(told.names),
            shared(told.shown),
            shared(told.known),
        ),
        readings=Shared(found),
        said=Shared(inverted({at: each.words for at, each in found.items()})),
        relations=Shared(known),
        edges=edges,
    )


def pages_of(
    stored: Mapping[int, Row], found: Mapping[int, Reading]
) -> Iterator[tuple[Identity, str]]:
    """The root pages of tables: a rename keeps one."""
    for at, row in stored.items():
        for each in found[at].objects[:1]:
            if isinstance(each, Table):
                yield each.identity, str(row.page)
