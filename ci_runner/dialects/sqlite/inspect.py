"""Read a SQLite schema: PRAGMA functions joined to sqlite_schema, and the texts it keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal, cast

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.sqlite import canonical
from ci_runner.dialects.sqlite.table import Names, TableText, read_table
from ci_runner.dialects.sqlite.tokens import quote, tokenize, trimmed
from ci_runner.dialects.token_lists import closing, split
from ci_runner.frozen import frozen
from ci_runner.schema.model import (
    Column,
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

KEY_BESIDE_ROWID = "INTEGER PRIMARY KEY DESC"
_LISTED = "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'"
_STORED = "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema ORDER BY name"
_COLUMNS = """
SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.hidden, c.pk
FROM main.sqlite_schema m, pragma_table_xinfo(m.name, 'main') c
WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, c.cid"""
# A view that reads what does not exist has no columns, and asking for them is an error. SQLite may
# give up counting those of the views behind it: `ncol` is 0 for them too.
_VIEW_COLUMNS = """
SELECT l.name, c.name FROM pragma_table_list l, pragma_table_xinfo(l.name, 'main') c
WHERE l.schema = 'main' AND l.type = 'view' AND l.ncol > 0 ORDER BY l.name, c.cid"""
_HIDDEN: dict[object, Literal["virtual", "stored"]] = {2: "virtual", 3: "stored"}
Rows = list[tuple[object, ...]]


@frozen
class Reading:
    """Objects as they were read, and all that they were read from: equal inputs, equal objects.

    `parents` are the names of the tables that foreign keys point to, None for one that is missing.
    """

    inputs: tuple[object, ...]
    parents: Mapping[str, Names | None]
    objects: tuple[SchemaObject, ...]


Readings = Mapping[str, Reading]
_NONE: Readings = {}


@frozen
class Everything:
    """All that there is; `pages` are the root pages of tables: a rename keeps one."""

    objects: tuple[SchemaObject, ...]
    unmanaged: frozenset[Identity]
    pages: Mapping[Identity, str]
    readings: Readings


def inspect(connection: Connection) -> Schema:
    """The whole schema, in four catalogue queries, and one for each view that looks broken."""
    found = read(connection)
    edges = dependencies(found.objects, relations(found.objects))
    return Schema.of("sqlite", found.objects, edges, found.unmanaged)


def read(connection: Connection, before: Readings = _NONE) -> Everything:
    """Tables and indexes whose inputs are those of `before` are not read again.

    What reads as it did is the same value.
    """
    stored = connection.query(_STORED)
    listed = {str(row[0]): row[1:] for row in connection.query(_LISTED)}
    columns = _by_first(connection.query(_COLUMNS))
    shown = _shown(connection, [name for name, (what, *_) in listed.items() if what == "view"])
    names = {table.lower(): _named(table, rows, before) for table, rows in columns.items()}
    known = {name.lower() for name in listed}
    known |= {column for table in names.values() for column in table.columns}
    known |= {column.lower() for each in shown.values() for column in each}
    virtual = {name.lower() for name, (what, *_) in listed.items() if what == "virtual"}
    objects: list[SchemaObject] = []
    unmanaged: set[Identity] = set()
    readings: dict[str, Reading] = {}
    for row in stored:
        kind, name, table, sql = (str(value) for value in row[:4])
        if row[3] is None or name.lower().startswith("sqlite_"):
            continue
        what, rowless, strict = listed.get(name if kind == "table" else table, ("table", 0, 0))
        if what == "virtual" and kind == "table":
            objects.append(_virtual(name, sql))
        elif what == "shadow" and _is_kept_by(table.lower(), virtual):
            continue
        elif what not in {"table", "view"}:
            unmanaged.add(Identity(kind, "", name, table if kind == "trigger" else ""))
        elif kind in {"table", "index"}:
            on = names[table.lower()]
            inputs = (kind, sql, on, columns[name] if kind == "table" else (), rowless, strict)
            readings[name] = _reading(name, inputs, on, names, before.get(name))
            objects += readings[name].objects
        else:
            said = frozenset((_words(sql) | {name.lower()}) & known)
            objects.append(_routine(kind, name, table, sql, shown.get(name, ()), said))
    pages = {
        Identity("table", "", str(name)): str(page)
        for kind, name, _, _, page in stored
        if kind == "table" and page and name in readings
    }
    return Everything(tuple(objects), frozenset(unmanaged), pages, readings)


def _shown(connection: Connection, views: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The columns of each view that can be read."""
    rows = _by_first(connection.query(_VIEW_COLUMNS))
    for view in views:
        if view not in rows:
            text = view.replace("'", "''")
            try:
                rows[view] = connection.query(
                    f"SELECT name FROM pragma_table_xinfo('{text}', 'main') ORDER BY cid"
                )
            except StatementFailed:
                continue  # it is broken
    return {view: tuple(str(row[0]) for row in each) for view, each in rows.items()}


@lru_cache(maxsize=4096)
def _words(sql: str) -> frozenset[str]:
    """All that a statement says, in lower case."""
    return frozenset(token.name.lower() for token in tokenize(sql))


def _named(table: str, rows: Rows, before: Readings) -> Names:
    earlier = before.get(table)
    if earlier is not None and earlier.inputs[0] == "table" and earlier.inputs[3] == rows:
        return cast("Names", earlier.inputs[2])
    return _names(table, rows)


def _reading(
    name: str,
    inputs: tuple[object, ...],
    on: Names,
    names: Mapping[str, Names],
    before: Reading | None,
) -> Reading:
    if before is not None and before.inputs == inputs:
        parents = {table: names.get(table) for table in before.parents}
        if parents == before.parents:
            return before
    kind, sql, _, rows, rowless, strict = inputs
    if kind == "index":
        return Reading(inputs, {}, (_index(name, str(sql), on),))
    text = read_table(on, str(sql), names)
    table = _table(text, cast("Rows", rows), _options(text, rowless, strict))
    referenced = (
        each.references.name.lower() for each in text.constraints if isinstance(each, ForeignKey)
    )
    parents = {each: names.get(each) for each in referenced}
    return Reading(inputs, parents, (table, *text.constraints))


def _by_first(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for first, *rest in rows:
        found[str(first)].append(tuple(rest))
    return found


def _names(table: str, rows: Rows) -> Names:
    key = sorted((int(str(row[5])), str(row[0])) for row in rows if row[5])
    columns = {str(row[0]).lower(): str(row[0]) for row in rows}
    return Names(table, columns, tuple(name for _, name in key))


@lru_cache(maxsize=4096)
def _routine(
    kind: str, name: str, table: str, sql: str, shown: tuple[str, ...], known: frozenset[str]
) -> View | Trigger:
    compared = canonical.statement(
        sql, {*known, name.lower()} if name.lower() not in known else known
    )
    if kind == "view":
        return View("", name, shown, compared, source=trimmed(sql))
    return Trigger("", table, name, compared, source=trimmed(sql))


@lru_cache(maxsize=4096)
def _virtual(name: str, sql: str) -> VirtualTable:
    """What stands behind the name goes to the module as it is written, blanks aside."""
    tokens = tokenize(sql)
    at = next(at for at, token in enumerate(tokens) if token.word == "USING")
    said = " ".join(token.text for token in tokens[at + 2 :])
    module = tokens[at + 1].name.lower()
    return VirtualTable("", name, module, f"{module} {said}".rstrip(), trimmed(sql))


def _is_kept_by(shadow: str, virtual: Collection[str]) -> bool:
    """Whether a module keeps the data of one of its tables there: sqlite.org/vtab, 2.1.4."""
    return any(shadow.startswith(f"{name}_") for name in virtual)


def _options(text: TableText, rowless: object, strict: object) -> tuple[str, ...]:
    options = [
        word
        for word, is_set in (
            ("AUTOINCREMENT", text.autoincrement),
            (KEY_BESIDE_ROWID, text.key_beside_rowid and not rowless),
            ("STRICT", strict),
            ("WITHOUT ROWID", rowless),
        )
        if is_set
    ]
    conflicts = sorted(text.not_null_conflicts.items())
    return (*options, *(f"{column}: NOT NULL{words}" for column, words in conflicts))


def _table(text: TableText, rows: Rows, options: tuple[str, ...]) -> Table:
    columns = []
    for name, declared, not_null, default, hidden, _ in rows:
        key = str(name).lower()
        kind = _HIDDEN.get(hidden)
        # SQLite before 3.46 leaves the words of a generated column in its type.
        type_ = str(declared).removesuffix("GENERATED ALWAYS").strip() if kind else str(declared)
        column = Column(
            "",
            text.table,
            str(name),
            canonical.declared_type(type_),
            bool(not_null),
            collation=text.collations.get(key),
        )
        if kind:
            column = replace(column, generated=text.generated.get(key), generated_kind=kind)
        elif default is not None:
            column = replace(column, default=canonical.default(str(default)))
        columns.append(column)
    return Table("", text.table, tuple(columns), options)


def _index(name: str, sql: str, on: Names) -> Index:
    tokens = tokenize(sql)
    start = next(at for at, token in enumerate(tokens) if token.word == "(")
    end = closing(tokens, start)
    parts = split(tokens[start + 1 : end])
    keys = tuple(canonical.key(part, on.table, on.columns) for part in parts)
    unique = tokens[1].word == "UNIQUE"
    predicate = None
    if len(tokens) > end + 2:
        predicate = canonical.expression(tokens[end + 2 :], on.table, on.columns)
    definition = (
        f"CREATE {'UNIQUE ' if unique else ''}INDEX {quote(name)} ON {quote(on.table)} "
        f"({', '.join(keys)}){f' WHERE {predicate}' if predicate else ''}"
    )
    return Index("", on.table, name, unique, "btree", keys, (), predicate, definition)


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
            for name in sorted(said & relations.keys()):
                if relations[name] != each.identity:
                    yield each.identity, relations[name]
        elif isinstance(each, Index | PrimaryKey):
            yield each.identity, relations[each.table.lower()]
        elif isinstance(each, ForeignKey):
            yield each.identity, relations.get(each.references.name.lower(), each.references)


@lru_cache(maxsize=4096)
def _names_in(definition: str) -> frozenset[str]:
    return frozenset(token.name.lower() for token in tokenize(definition) if token.is_name)
