"""Read a SQLite schema: PRAGMA functions joined to sqlite_schema, and the texts it keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Literal

from ci_runner.dialects.base import Connection, Sighting, StatementFailed
from ci_runner.dialects.sqlite.table import TableText, read_table
from ci_runner.dialects.sqlite.tokens import closing, split, tokenize, write
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

_TABLES = """
SELECT m.name, m.sql, l.wr, l.strict, l.type FROM sqlite_schema m
JOIN pragma_table_list l ON l.name = m.name AND l.schema = 'main'
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name"""
_COLUMNS = """
SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.hidden
FROM sqlite_schema m, pragma_table_xinfo(m.name) c
WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, c.cid"""
_VIEW_COLUMNS = """
SELECT m.name, c.name FROM sqlite_schema m, pragma_table_xinfo(m.name) c
WHERE m.type = 'view' ORDER BY m.name, c.cid"""
_OTHERS = """
SELECT type, name, tbl_name, sql FROM sqlite_schema
WHERE type IN ('index', 'view', 'trigger') AND sql IS NOT NULL ORDER BY name"""
_HIDDEN: dict[object, Literal["virtual", "stored"]] = {2: "virtual", 3: "stored"}


def inspect(connection: Connection) -> Schema:
    """The whole schema, in four catalogue queries."""
    columns: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for row in connection.query(_COLUMNS):
        columns[str(row[0])].append(row)
    shown = _view_columns(connection)
    names = {name.lower() for name in (*columns, *shown)}
    names |= {str(row[1]).lower() for rows in columns.values() for row in rows}
    names |= {name.lower() for listed in shown.values() for name in listed}
    objects: list[SchemaObject] = []
    unmanaged: list[Identity] = []
    for name, sql, wr, strict, kind in connection.query(_TABLES):
        if kind != "table":
            unmanaged.append(Identity("table", "", str(name)))
            continue
        text = read_table(str(name), str(sql), names)
        objects.append(_table(text, columns[str(name)], _options(text, wr, strict)))
        objects += text.constraints
    skipped = {identity.name for identity in unmanaged}
    for kind, name, table, sql in connection.query(_OTHERS):
        if str(table) in skipped:
            unmanaged.append(Identity(str(kind), "", str(name)))
        elif kind == "index":
            objects.append(_index(str(name), str(table), str(sql), names))
        elif kind == "view":
            definition = write(tokenize(str(sql)), names)
            objects.append(View("", str(name), shown.get(str(name), ()), definition))
        else:
            objects.append(Trigger("", str(table), str(name), write(tokenize(str(sql)), names)))
    return Schema.of("sqlite", objects, _dependencies(objects), unmanaged)


def sight(connection: Connection) -> Sighting:
    """The schema with each table's root page: a rename keeps it, a rebuild changes it."""
    schema = inspect(connection)
    pages = {
        Identity("table", "", str(name)): str(page)
        for name, page in connection.query(
            "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
        )
    }
    known = {identity: page for identity, page in pages.items() if schema.get(identity)}
    return Sighting(schema, handles=known, storage=known)


def _view_columns(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Each view's columns; none for any when one of them is broken, as SQLite allows."""
    found: dict[str, list[str]] = defaultdict(list)
    try:
        for view, column in connection.query(_VIEW_COLUMNS):
            found[str(view)].append(str(column))
    except StatementFailed:
        return {}
    return {view: tuple(columns) for view, columns in found.items()}


def _options(text: TableText, wr: object, strict: object) -> tuple[str, ...]:
    options = [
        word
        for word, is_set in (
            ("AUTOINCREMENT", text.autoincrement),
            ("STRICT", strict),
            ("WITHOUT ROWID", wr),
        )
        if is_set
    ]
    conflicts = sorted(text.not_null_conflicts.items())
    return (*options, *(f"{column}: NOT NULL{words}" for column, words in conflicts))


def _table(text: TableText, rows: list[tuple[object, ...]], options: tuple[str, ...]) -> Table:
    columns = []
    for _, name, declared, not_null, default, hidden in rows:
        key = str(name).lower()
        kind = _HIDDEN.get(hidden)
        # SQLite before 3.46 leaves the words of a generated column in its type.
        type_ = str(declared).removesuffix("GENERATED ALWAYS").strip() if kind else str(declared)
        column = Column(
            "", text.table, str(name), " ".join(type_.upper().split()), bool(not_null),
            collation=text.collations.get(key),
        )  # fmt: skip
        if kind:
            column = replace(column, generated=text.generated.get(key), generated_kind=kind)
        elif default is not None:
            column = replace(column, default=_default(str(default), text.names))
        columns.append(column)
    return Table("", text.table, tuple(columns), options)


def _default(sql: str, names: Collection[str]) -> str:
    tokens = tokenize(sql)
    if len(tokens) == 1 and tokens[0].kind == "double":
        return "'" + tokens[0].name.replace("'", "''") + "'"
    return write(tokens, names).replace("- ", "-") if len(tokens) == 2 else write(tokens, names)


def _index(name: str, table: str, sql: str, names: Collection[str]) -> Index:
    tokens = tokenize(sql)
    start = next(at for at, token in enumerate(tokens) if token.word == "(")
    end = closing(tokens, start)
    keys = tuple(write(part, names) for part in split(tokens[start + 1 : end]))
    where = write(tokens[end + 2 :], names) if len(tokens) > end + 2 else None
    unique = tokens[1].word == "UNIQUE"
    return Index("", table, name, unique, "btree", keys, (), where, write(tokens, names))


def _dependencies(objects: list[SchemaObject]) -> Iterator[tuple[Identity, Identity]]:
    relations = {
        each.name.lower(): each.identity for each in objects if isinstance(each, Table | View)
    }
    for each in objects:
        if isinstance(each, View | Trigger):
            said = {token.name.lower() for token in tokenize(each.definition) if token.is_name}
            for name in said & relations.keys():
                if relations[name] != each.identity:
                    yield each.identity, relations[name]
        elif isinstance(each, Index):
            yield each.identity, relations[each.table.lower()]
        elif isinstance(each, ForeignKey):
            yield each.identity, relations.get(each.references.name.lower(), each.references)
        if isinstance(each, PrimaryKey):
            yield each.identity, relations[each.table.lower()]
