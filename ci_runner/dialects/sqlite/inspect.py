"""Read a SQLite schema: the texts that it keeps, and PRAGMA functions joined to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.sqlite.objects import Facts, Reading, Rows, named, reading
from ci_runner.dialects.sqlite.stored import Row, rows
from ci_runner.dialects.sqlite.tokens import tokenize
from ci_runner.schema.model import (
    ForeignKey,
    Identity,
    Index,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
    Trigger,
    View,
)
from ci_runner.schema.shared import Edge
from ci_runner.schema.virtual import VirtualTable

_LISTED = "SELECT name, type FROM pragma_table_list WHERE schema = 'main'"
_COLUMNS = """
SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.hidden, c.pk
FROM main.sqlite_schema m, pragma_table_xinfo(m.name, 'main') c
WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, c.cid"""
# A view that reads what does not exist has no columns, and asking for them is an error. SQLite may
# give up counting those of the views behind it: `ncol` is 0 for them too.
_VIEW_COLUMNS = """
SELECT l.name, c.name FROM pragma_table_list l, pragma_table_xinfo(l.name, 'main') c
WHERE l.schema = 'main' AND l.type = 'view' AND l.ncol > 0 ORDER BY l.name, c.cid"""
_COLUMNS_OF = """
SELECT name, type, "notnull", dflt_value, hidden, pk FROM pragma_table_xinfo('{table}', 'main')
ORDER BY cid"""


def inspect(connection: Connection) -> Schema:
    """The whole schema, in four catalogue queries, and one for each view that looks broken."""
    stored = rows(connection)
    found = readings(stored, facts(connection, stored)).values()
    objects = [each for one in found for each in one.objects]
    unmanaged = [each.unmanaged for each in found if each.unmanaged]
    return Schema.of("sqlite", objects, dependencies(objects, relations(objects)), unmanaged)


def facts(connection: Connection, stored: Mapping[int, Row]) -> Facts:
    """All that SQLite says of its tables and views, of which `stored` are the texts."""
    kinds = {str(name).lower(): str(kind) for name, kind in connection.query(_LISTED)}
    listed = _by_first(connection.query(_COLUMNS))
    columns = {name.lower(): several for name, several in listed.items()}
    names = {name.lower(): named(name, several) for name, several in listed.items()}
    shown = _shown(connection, stored.values())
    known = Counter(kinds.keys())
    for table in names.values():
        known.update(table.columns.keys())
    for view in shown.values():
        known.update(each.lower() for each in view)
    return Facts(kinds, columns, names, shown, known)


def readings(stored: Mapping[int, Row], said: Facts) -> dict[int, Reading]:
    """What each row stands for."""
    return {at: reading(row, said) for at, row in stored.items()}


def columns_of(connection: Connection, table: str) -> Rows:
    """What PRAGMA table_xinfo tells. Raises StatementFailed for a view that can't be read."""
    name = table.replace("'", "''")
    return tuple(connection.query(_COLUMNS_OF.format(table=name)))


def shown_by(connection: Connection, view: str) -> tuple[str, ...] | None:
    """The columns of a view; None where it is broken."""
    try:
        return tuple(str(row[0]) for row in columns_of(connection, view))
    except StatementFailed:
        return None


def _shown(connection: Connection, stored: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    told = _by_first(connection.query(_VIEW_COLUMNS))
    found = {
        view.lower(): tuple(str(each) for (each,) in several) for view, several in told.items()
    }
    for row in stored:
        if row.kind == "view" and row.name.lower() not in found:
            columns = shown_by(connection, row.name)
            if columns is not None:
                found[row.name.lower()] = columns
    return found


def _by_first(told: Iterable[tuple[object, ...]]) -> dict[str, Rows]:
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for first, *rest in told:
        found[str(first)].append(tuple(rest))
    return {name: tuple(several) for name, several in found.items()}


def relations(objects: Iterable[SchemaObject]) -> dict[str, Identity]:
    """Tables and views by name in lower case."""
    return {
        each.name.lower(): each.identity
        for each in objects
        if isinstance(each, Table | View | VirtualTable)
    }


def dependencies(
    objects: Iterable[SchemaObject], relations: Mapping[str, Identity]
) -> Iterator[Edge]:
    """Whom `objects` need of all `relations`."""
    for each in objects:
        if isinstance(each, View | Trigger):
            said = _names_in(each.definition)
            for name in sorted(name for name in said if name in relations):
                if relations[name] != each.identity:
                    yield each.identity, relations[name]
        elif isinstance(each, Index | PrimaryKey):
            yield each.identity, relations[each.table.lower()]
        elif isinstance(each, ForeignKey):
            yield each.identity, relations.get(each.references.name.lower(), each.references)


@lru_cache(maxsize=4096)
def _names_in(definition: str) -> frozenset[str]:
    return frozenset(token.name.lower() for token in tokenize(definition) if token.is_name)
