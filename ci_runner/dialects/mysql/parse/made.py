"""What a statement would make, as the catalogue would show it, read from its text alone.

For statements that could not be run: design rules judge them by the same values as those that were.
Tables whose columns come from elsewhere (LIKE, AS SELECT) have those that are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ci_runner.dialects.mysql.parse.clauses import target
from ci_runner.dialects.mysql.parse.made_lines import column, foreign_key, key, spelled
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb
from ci_runner.dialects.token_lists import closing, split
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.model import Column, Index, PrimaryKey, SchemaObject, Table, Trigger, View

_VERBS = frozenset({"ALTER", "CREATE", "DROP", "RENAME"})
_PROGRAMS = frozenset({"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"})
_KEYS = frozenset("INDEX KEY FULLTEXT SPATIAL UNIQUE PRIMARY FOREIGN CONSTRAINT CHECK".split())
_NO_COLUMN = frozenset("PARTITION SYSTEM PERIOD".split())
_OPTIONS = frozenset(
    "ENGINE DEFAULT CHARSET CHARACTER COLLATE CONVERT COMMENT ROW_FORMAT KEY_BLOCK_SIZE"
    " PAGE_COMPRESSED COMPRESSION".split()
)


def made(sql: str) -> tuple[Change, ...]:
    """The changes that one statement's text tells of, those that design rules ask for.

    Names of databases are left out, as in the catalogue of one. Never raises.
    """
    return tuple(_named(change) for change in said(sql))


# Asked for what a statement does, for what it makes, and for the names that it gives.
@lru_cache(maxsize=65_536)
def said(sql: str) -> tuple[Change, ...]:
    """The same with types as they are written, and "" as the name of a key without one."""
    if verb(sql) not in _VERBS:
        return ()
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    try:
        return tuple(_read(tokens, [token.word for token in tokens]))
    except (IndexError, ValueError):  # the statement ends too early, or lacks a word
        return ()


def types(sql: str) -> dict[str, str]:
    """The types that a statement gives to columns, as they are written, by the column's name."""
    found: dict[str, str] = {}
    for change in said(sql):
        match change:
            case Create(new=Table(columns=columns)):
                found |= {each.name: each.type for each in columns}
            case Create(new=Column() as column) | Alter(new=Column() as column):
                found[column.name] = column.type
            case Rename(new=Column() as column):
                found[column.name] = column.type
            case _:
                pass
    return found


def _named(change: Change) -> Change:
    """An index without a name gets that of its first column; the server numbers the next ones."""
    match change:
        case Create(new=Index(name="", keys=(first, *_)) as index):
            return Create(replace(index, name=first.strip("`").partition("`")[0]))
        case Create(new=Table(columns=columns) as table):
            return Create(replace(table, columns=tuple(map(_spelled, columns))))
        case Create(new=Column() as column):
            return Create(_spelled(column))
        case Alter(old=old, new=Column() as column):
            return Alter(old, _spelled(column))
        case Rename(old=old, new=Column() as column):
            return Rename(old, _spelled(column))
        case _:
            return change


def _spelled(column: Column) -> Column:
    return replace(column, type=spelled(column.type)) if column.type else column


def _read(tokens: Sequence[Token], words: list[str]) -> Iterator[Change]:
    head = words[: words.index("(")] if "(" in words else words
    match words[0]:
        case "CREATE" if "TABLE" in head[:4] and "TEMPORARY" not in head[:4]:
            yield from _create_table(tokens, words)
        case "CREATE" if "INDEX" in head[:5]:
            table, at = target(tokens, words.index("ON", words.index("INDEX")) + 1)
            written = (*tokens[1 : words.index("ON")], *tokens[at:])
            yield from map(Create, key(table.name, written, ""))
        case "CREATE" if "TRIGGER" in head[:8]:
            at = words.index("TRIGGER") + 1
            name, at = target(tokens, at + 3 if words[at] == "IF" else at)
            yield Create(
                Trigger("", target(tokens, words.index("ON", at) + 1)[0].name, name.name, "")
            )
        case "CREATE" if "VIEW" in head and not _PROGRAMS & set(head):
            at = words.index("VIEW") + 1
            name, _ = target(tokens, at + 3 if words[at] == "IF" else at)
            yield Create(View("", name.name, (), ""))
        case "ALTER" if "TABLE" in words[1:4]:
            at = words.index("TABLE") + 1
            table, at = target(tokens, at + 2 if words[at] == "IF" else at)
            for part in split(tokens[at:]):
                yield from _clause(table.name, part) if part else ()
        case "RENAME" if words[1] in {"TABLE", "TABLES"}:
            for part in split(tokens[2:]):
                old, at = target(part, 0)
                yield Rename(_bare(old.name), _bare(target(part, at + 1)[0].name))
        case "DROP" if words[1] != "TEMPORARY":
            yield from _drop(tokens, words)
        case _:
            pass


def _bare(name: str) -> Table:
    return Table("", name, ())


def _create_table(tokens: Sequence[Token], words: list[str]) -> Iterator[Change]:
    at = words.index("TABLE") + 1
    table, at = target(tokens, at + 3 if words[at] == "IF" else at)
    if words[at : at + 1] != ["("] or words[at + 1] == "LIKE":
        return
    end = closing(tokens, at)
    lines = [line for line in split(tokens[at + 1 : end]) if line]
    columns: list[Column] = []
    behind: list[SchemaObject] = []
    for line in lines:
        found = list(_line(table.name, line))
        columns += (each for each in found if isinstance(each, Column))
        behind += (each for each in found if not isinstance(each, Column))
    keys = {name for each in behind if isinstance(each, PrimaryKey) for name in each.columns}
    columns = [replace(each, not_null=True) if each.name in keys else each for each in columns]
    options, comment = _options(tokens[end + 1 :])
    partitions = "PARTITION BY" if "PARTITION" in words[end:] else ""
    yield Create(Table("", table.name, tuple(columns), options, comment, partitions))
    yield from map(Create, behind)


def _line(table: str, tokens: Sequence[Token]) -> Iterator[SchemaObject]:
    """A line of CREATE TABLE, or what stands behind ADD."""
    words = [token.word for token in tokens]
    label, at = "", 0
    if words[0] == "CONSTRAINT":
        at = 1
        if words[1] not in _KEYS:
            label, at = tokens[1].name, 2
    if words[at] == "FOREIGN":
        yield foreign_key(table, tokens[at:], label)
    elif words[at] == "CHECK" or words[0] in _NO_COLUMN:
        return
    elif words[at] in _KEYS:
        yield from key(table, tokens[at:], label)
    else:
        yield from column(table, tokens)


def _clause(table: str, tokens: Sequence[Token]) -> Iterator[Change]:
    words = [token.word for token in tokens]
    at = _behind(words, 1)
    match words[0]:
        case "ADD" if words[at] == "(":
            for each in split(tokens[at + 1 : closing(tokens, at)]):
                yield from map(Create, _line(table, each))
        case "ADD":
            yield from map(Create, _line(table, tokens[at:]))
        case "MODIFY":
            yield from _altered(table, tokens[at].name, tokens[at:])
        case "CHANGE":
            yield from _altered(table, tokens[at].name, tokens[at + 1 :])
        case "DROP" if words[1] not in {*_KEYS, *_NO_COLUMN}:
            yield Drop(Column("", table, tokens[at].name, ""))
        case "RENAME" if words[1] == "COLUMN":
            yield Rename(
                Column("", table, tokens[2].name, ""), Column("", table, tokens[4].name, "")
            )
        case "RENAME" if words[1] not in {"INDEX", "KEY"}:
            new, _ = target(tokens, 2 if words[1] in {"TO", "AS", "="} else 1)
            yield Rename(_bare(table), _bare(new.name))
        case option if option in _OPTIONS:
            options, comment = _options(tokens)
            yield Alter(_bare(table), Table("", table, (), options, comment))
        case _:
            pass


def _behind(words: Sequence[str], at: int) -> int:
    """The position behind COLUMN and IF [NOT] EXISTS."""
    at += words[at : at + 1] == ["COLUMN"]
    if words[at : at + 1] == ["IF"]:
        at += 3 if words[at + 1] == "NOT" else 2
    return at


def _altered(table: str, old: str, tokens: Sequence[Token]) -> Iterator[Change]:
    """MODIFY and CHANGE: `tokens` are the column as it is said again."""
    new, *behind = column(table, tokens)
    before = Column("", table, old, "")
    yield Alter(before, new) if new.identity.name == old else Rename(before, new)
    yield from map(Create, behind)


def _drop(tokens: Sequence[Token], words: list[str]) -> Iterator[Change]:
    at = 4 if words[2] == "IF" else 2
    if words[1] in {"TABLE", "TABLES", "VIEW"}:
        for part in split(tokens[at:]):
            name = target(part, 0)[0].name
            yield Drop(View("", name, (), "") if words[1] == "VIEW" else _bare(name))
    elif words[1] == "INDEX":
        table = target(tokens, words.index("ON", at) + 1)[0].name
        yield Drop(Index("", table, tokens[at].name, False, "", (), (), None, "", of_table=True))


def _options(tokens: Sequence[Token]) -> tuple[tuple[str, ...], str | None]:
    """Options of the table as the catalogue spells them, and its comment.

    A character set without a collation stands where the collation would: its name begins so.
    """
    words = [token.word for token in tokens]
    end = words.index("PARTITION") if "PARTITION" in words else len(words)
    values = [token for token in tokens[:end] if token.word not in {"=", "DEFAULT", ","}]
    found: dict[str, str] = {}
    comment: str | None = None
    for at, token in enumerate(values[:-1]):
        value = values[at + 1]
        said = value.value
        match token.word:
            case "CHARSET" | "SET":
                found.setdefault("COLLATE", said.lower())
            case "COLLATE":
                found["COLLATE"] = said.lower()
            case "ENGINE" | "ROW_FORMAT" | "KEY_BLOCK_SIZE" | "PAGE_COMPRESSED" | "COMPRESSION":
                found[token.word] = said
            case "COMMENT" if value.kind == "string":
                comment = said
            case _:
                pass
    return tuple(f"{name}={value}" for name, value in found.items()), comment
