"""What one row of sqlite_schema stands for, by its text and by what SQLite reads in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from ci_runner.dialects.sqlite import canonical
from ci_runner.dialects.sqlite.stored import Row
from ci_runner.dialects.sqlite.table import Names, TableText, read_table
from ci_runner.dialects.sqlite.tokens import RESERVED, quote, tokenize, trimmed
from ci_runner.dialects.token_lists import closing, split
from ci_runner.frozen import frozen
from ci_runner.schema.model import (
    Column,
    ForeignKey,
    Identity,
    Index,
    SchemaObject,
    Table,
    Trigger,
    View,
)
from ci_runner.schema.virtual import VirtualTable

KEY_BESIDE_ROWID = "INTEGER PRIMARY KEY DESC"
_HIDDEN: dict[object, Literal["virtual", "stored"]] = {2: "virtual", 3: "stored"}
Rows = tuple[tuple[object, ...], ...]


@frozen
class Facts:
    """What SQLite itself says of tables and views, by their names in lower case.

    `kinds` are those of tables and views: table, view, virtual, or shadow, where a virtual table
    keeps its data; `columns` the rows of PRAGMA table_xinfo for each table, `names` the same as
    they are declared; `shown` the columns of each view that can be read. `known` says of each name
    how many tables, views and columns have it.
    """

    kinds: Mapping[str, str]
    columns: Mapping[str, Rows]
    names: Mapping[str, Names]
    shown: Mapping[str, tuple[str, ...]]
    known: Mapping[str, int]


@frozen
class Reading:
    """The objects of one row, and what their reading rests on besides that row.

    `words`, in lower case, may be names: it reads otherwise once there is something of that name,
    something else, or nothing any more. `unmanaged` is what is there and can't be compared.
    """

    objects: tuple[SchemaObject, ...] = ()
    words: frozenset[str] = frozenset()
    unmanaged: Identity | None = None


_NOTHING = Reading()


def reading(row: Row, facts: Facts) -> Reading:
    table = row.table.lower()
    what = facts.kinds.get(table, "table")
    if row.is_own or (what == "shadow" and is_kept_by(table, facts.kinds)):
        return _NOTHING
    if what in {"table", "view"}:
        return _ordinary(row, facts)
    if what == "virtual" and row.kind == "table":
        return Reading((_virtual(row.name, row.sql),))
    on = row.table if row.kind == "trigger" else ""
    return Reading(unmanaged=Identity(row.kind, "", row.name, on))


def _ordinary(row: Row, facts: Facts) -> Reading:
    """Of what has no module behind it."""
    if row.kind == "table":
        return _table_reading(row, facts)
    if row.kind == "index":
        table = row.table.lower()
        return Reading((_index(row.name, row.sql, facts.names[table]),), frozenset((table,)))
    words = _words(row.sql) | {row.name.lower()}
    shown = facts.shown.get(row.name.lower(), ()) if row.kind == "view" else ()
    known = frozenset(word for word in words if word in facts.known)
    made = _routine(row.kind, row.name, row.table, row.sql, shown, known)
    return Reading((made,), words - RESERVED)


def named(table: str, rows: Rows) -> Names:
    """A table's columns as they are declared, of what PRAGMA table_xinfo tells."""
    key = sorted((int(str(row[5])), str(row[0])) for row in rows if row[5])
    columns = {str(row[0]).lower(): str(row[0]) for row in rows}
    return Names(table, columns, tuple(name for _, name in key))


def _table_reading(row: Row, facts: Facts) -> Reading:
    text = read_table(facts.names[row.name.lower()], row.sql, facts.names)
    table = _table(text, facts.columns[row.name.lower()])
    parents = frozenset(
        each.references.name.lower() for each in text.constraints if isinstance(each, ForeignKey)
    )
    return Reading((table, *text.constraints), parents)


def is_kept_by(shadow: str, kinds: Mapping[str, str]) -> bool:
    """Whether a module keeps the data of one of its tables there: sqlite.org/vtab, 2.1.4."""
    starts = (shadow[:at] for at, sign in enumerate(shadow) if sign == "_")
    return any(kinds.get(each) == "virtual" for each in starts)


@lru_cache(maxsize=4096)
def _words(sql: str) -> frozenset[str]:
    """All that a statement says, in lower case."""
    return frozenset(token.name.lower() for token in tokenize(sql))


@lru_cache(maxsize=4096)
def _routine(
    kind: str, name: str, table: str, sql: str, shown: tuple[str, ...], known: frozenset[str]
) -> View | Trigger:
    compared = canonical.statement(sql, known | {name.lower()})
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


def _options(text: TableText) -> tuple[str, ...]:
    options = [
        word
        for word, is_set in (
            ("AUTOINCREMENT", text.autoincrement),
            (KEY_BESIDE_ROWID, text.key_beside_rowid and not text.without_rowid),
            ("STRICT", text.strict),
            ("WITHOUT ROWID", text.without_rowid),
        )
        if is_set
    ]
    conflicts = sorted(text.not_null_conflicts.items())
    return (*options, *(f"{column}: NOT NULL{words}" for column, words in conflicts))


def _table(text: TableText, rows: Rows) -> Table:
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
    return Table("", text.table, tuple(columns), _options(text))


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
