"""What a statement would make, as the catalogue would show it, read from its text alone.

For statements that could not be run: design rules judge them by the same values as those that were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ci_runner.dialects.operations import (
    AddColumn,
    CreateIndex,
    CreateObject,
    CreateTable,
    CreateView,
    DropColumn,
    DropObject,
    DropTable,
    Operation,
    RenameColumn,
    RenameTable,
    Target,
)
from ci_runner.dialects.sqlite.objects import Facts, named, reading
from ci_runner.dialects.sqlite.parse import added, parse
from ci_runner.dialects.sqlite.stored import Row
from ci_runner.dialects.sqlite.table import TABLE_STARTS
from ci_runner.dialects.sqlite.tokens import Token, quote, tokenize
from ci_runner.dialects.token_lists import closing, split
from ci_runner.schema.changes import Change, Create, Drop, Rename
from ci_runner.schema.model import Column, PrimaryKey, SchemaObject, Table, Trigger, View

# As PRAGMA table_xinfo has them.
_HIDDEN = {"": 0, "virtual": 2, "stored": 3}
_TEMPORARY = frozenset({"TEMP", "TEMPORARY"})


def made(sql: str) -> tuple[Change, ...]:
    """The changes that one statement's text tells of, those that design rules ask for.

    Columns that a query gives are left out, and so is what ends with the session. Never raises.
    """
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    try:
        return tuple(_read(sql, tokens, [token.word for token in tokens]))
    except (IndexError, StopIteration):  # the statement ends too early
        return ()


def _read(sql: str, tokens: Sequence[Token], words: list[str]) -> Iterator[Change]:
    if not words or words[1] in _TEMPORARY:
        return
    for operation in parse(sql):
        match operation:
            case CreateTable(table):
                yield from map(Create, _table(table.name, tokens, words))
            case CreateIndex(table, name):
                yield from map(Create, _index(table.name, name, tokens, words))
            case AddColumn(table):
                at = words.index("ADD") + 1
                part = tokens[at + 1 :] if words[at] == "COLUMN" else tokens[at:]
                yield from map(Create, _column(table.name, part))
            case _:
                yield from _named(operation)


def _named(operation: Operation) -> Iterator[Change]:
    """What a name alone tells."""
    match operation:
        case CreateView(view):
            yield Create(View("", view.name, (), ""))
        case CreateObject("trigger", name):
            yield Create(Trigger("", "", name.name, ""))
        case DropTable(table):
            yield Drop(Table("", table.name, ()))
        case DropObject("view", view):
            yield Drop(View("", view.name, (), ""))
        case DropColumn(table, column):
            yield Drop(Column("", table.name, column, ""))
        case RenameTable(table, name):
            yield Rename(Table("", table.name, ()), Table("", name, ()))
        case RenameColumn(table, column, name):
            yield Rename(Column("", table.name, column, ""), Column("", table.name, name, ""))
        case _:
            pass


def _table(name: str, tokens: Sequence[Token], words: Sequence[str]) -> tuple[SchemaObject, ...]:
    start = words.index("(") if "(" in words else len(words)
    if "AS" in words[:start]:
        return (Table("", name, ()),)
    return _written(name, split(tokens[start + 1 : closing(tokens, start)]), tokens[start:])


def _column(table: str, part: Sequence[Token]) -> Iterator[SchemaObject]:
    """The column, and the constraints that it brings."""
    opened, closed = Token("sign", "("), Token("sign", ")")
    for each in _written(table, (part,), (opened, *part, closed)):
        if isinstance(each, Table):
            yield from each.columns
        else:
            yield each


def _written(
    table: str, parts: Sequence[Sequence[Token]], behind: Sequence[Token]
) -> tuple[SchemaObject, ...]:
    rows = tuple(_row(part) for part in parts if part and part[0].word not in TABLE_STARTS)
    text = f"CREATE TABLE {quote(table)} {' '.join(token.text for token in behind)}"
    key = table.lower()
    facts = Facts({}, {key: rows}, {key: named(table, rows)}, {}, {})
    made_of, *constraints = reading(Row("table", table, table, text, 1), facts).objects
    return (_without_null(made_of, constraints), *constraints)


def _without_null(table: SchemaObject, constraints: Sequence[SchemaObject]) -> SchemaObject:
    """What has no rowid has a key in its place: sqlite.org/withoutrowid.html, 2."""
    if not isinstance(table, Table) or "WITHOUT ROWID" not in table.options:
        return table
    key = {name for each in constraints if isinstance(each, PrimaryKey) for name in each.columns}
    return replace(
        table,
        columns=tuple(
            replace(each, not_null=each.not_null or each.name in key) for each in table.columns
        ),
    )


def _row(part: Sequence[Token]) -> tuple[object, ...]:
    """A column as PRAGMA table_xinfo tells it."""
    said = added(Target("", ""), part[0].name, part[1:])
    hidden, key = _HIDDEN[said.generated], int(said.primary_key)
    return said.column, said.type, int(said.not_null), said.default, hidden, key


def _index(
    table: str, name: str, tokens: Sequence[Token], words: Sequence[str]
) -> tuple[SchemaObject, ...]:
    unique = " UNIQUE" if words[1] == "UNIQUE" else ""
    behind = tokens[words.index("ON") :]
    rest = " ".join(token.text for token in behind)
    # Any name may be a column's, and is then spelled as it is written.
    rows = tuple((token.name, "", 0, None, 0, 0) for token in behind if token.is_name)
    facts = Facts({}, {}, {table.lower(): named(table, rows)}, {}, {})
    text = f"CREATE{unique} INDEX {quote(name)} {rest}"
    return reading(Row("index", name, table, text, 1), facts).objects
