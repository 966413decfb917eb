"""Look at a SQLite database and read again only what has changed since an earlier look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.sqlite.inspect import columns_of, dependencies, relations, shown_by
from ci_runner.dialects.sqlite.look import Look, pages_of, whole
from ci_runner.dialects.sqlite.objects import Facts, Reading, is_kept_by, named, reading
from ci_runner.dialects.sqlite.stored import Parts, Row, changed_rows, parts
from ci_runner.schema.model import Identity, Schema, SchemaObject
from ci_runner.schema.shared import (
    Edges,
    by_dependent,
    differing,
    exchanged,
    reinverted,
    renewed,
    shared,
)

Rows = Mapping[int, Row]
Readings = Mapping[int, Reading]


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    stored = parts(connection)
    if not isinstance(since, Look):
        return whole(connection, stored)
    if since.parts == stored:
        return since
    changed = changed_rows(connection, since.parts, stored, since.rows)
    before = {at: since.rows[at] for at in changed if at in since.rows}
    after = {at: row for at, row in changed.items() if row is not None}
    if any(_is_of_module(row, since.facts) for row in (*before.values(), *after.values())):
        return whole(connection, stored)
    return _renewed(connection, since, before, after, stored)


def _is_of_module(row: Row, facts: Facts) -> bool:
    """Whether it may make others what they were not, as tables with a module behind them do."""
    return row.is_virtual or is_kept_by(row.table.lower(), facts.kinds)


def _renewed(connection: Connection, since: Look, before: Rows, after: Rows, stored: Parts) -> Look:
    """The look with the rows `after` instead of `before`, and all that rests on them."""
    rows = since.rows.exchanged(before, after.items())
    reached = _reached(since, rows, (*before.items(), *after.items()))
    views = [rows[at] for at in reached if at in rows and rows[at].kind == "view"]
    facts = _facts(connection, since.facts, before.values(), (*after.values(), *views))
    for name in _come_or_gone(since.facts.known, facts.known):
        reached |= since.said.get(name, frozenset())
    old = {at: since.readings[at] for at in reached if at in since.readings}
    new = {at: reading(rows[at], facts) for at in reached if at in rows}
    leaving, coming = exchanged(_objects(old), _objects(new))
    known = since.relations.exchanged(relations(leaving), relations(coming).items())
    edges = since.edges.exchanged(
        (each.identity for each in _objects(old)),
        by_dependent(dependencies(_objects(new), known)).items(),
    )
    pages = shared(since.handles).exchanged(dict(pages_of(before, old)), pages_of(after, new))
    schema = renewed(
        since.schema,
        leaving,
        coming,
        dependencies=Edges(edges),
        unmanaged=_unmanaged(since.schema, old, new),
        copies=(),
    )
    return replace(
        since,
        schema=schema,
        handles=pages,
        storage=pages,
        parts=stored,
        rows=rows,
        facts=facts,
        readings=since.readings.exchanged(old, new.items()),
        said=reinverted(since.said, _words(old), _words(new)),
        relations=known,
        edges=edges,
    )


def _reached(since: Look, rows: Rows, changed: Iterable[tuple[int, Row]]) -> set[int]:
    """The rows that changed, and those whose reading rests on one that is a table or a view."""
    found: set[int] = set()
    names: list[str] = []
    for at, row in changed:
        found.add(at)
        names += [row.name.lower()] if row.is_relation else []
    while names:
        for at in since.said.get(names.pop(), frozenset()) - found:
            found.add(at)
            # What a view shows may be other columns now.
            names += [rows[at].name.lower()] if rows[at].kind == "view" else []
    return found


def _facts(
    connection: Connection, facts: Facts, before: Iterable[Row], after: Iterable[Row]
) -> Facts:
    """What SQLite says now; `after` are the tables that changed and the views to ask again."""
    gone = {row.name.lower() for row in before if row.is_relation}
    here = {row.name.lower(): row for row in after if row.is_relation}
    tables = {
        name: columns_of(connection, row.name) for name, row in here.items() if row.kind == "table"
    }
    views = {
        name: shown
        for name, row in here.items()
        if row.kind == "view" and (shown := shown_by(connection, row.name)) is not None
    }
    touched = gone | here.keys()
    names = ((name, named(here[name].name, told)) for name, told in tables.items())
    now = Facts(
        shared(facts.kinds).exchanged(touched, ((name, row.kind) for name, row in here.items())),
        shared(facts.columns).exchanged(touched, tables.items()),
        shared(facts.names).exchanged(touched, names),
        shared(facts.shown).exchanged(touched, views.items()),
        facts.known,
    )
    count = Counter(name for each in touched for name in _known_by(now, each))
    count.subtract(name for each in touched for name in _known_by(facts, each))
    known = {name: facts.known.get(name, 0) + more for name, more in count.items() if more}
    present = ((name, times) for name, times in known.items() if times)
    return replace(now, known=shared(facts.known).exchanged(known, present))


def _known_by(facts: Facts, relation: str) -> Iterator[str]:
    """The names that a table or a view makes known, in lower case: its own and its columns'."""
    if relation in facts.kinds:
        yield relation
    if relation in facts.names:
        yield from facts.names[relation].columns
    yield from (each.lower() for each in facts.shown.get(relation, ()))


def _come_or_gone(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[str]:
    return (name for name in differing(old, new) if (name in old) != (name in new))


def _objects(several: Readings) -> Iterator[SchemaObject]:
    for each in several.values():
        yield from each.objects


def _unmanaged(schema: Schema, old: Readings, new: Readings) -> tuple[Identity, ...]:
    gone = {each.unmanaged for each in old.values()}
    come = {each.unmanaged for each in new.values() if each.unmanaged}
    return tuple(sorted({each for each in schema.unmanaged if each not in gone} | come))


def _words(several: Readings) -> dict[int, frozenset[str]]:
    return {at: each.words for at, each in several.items()}
