"""The names that a statement gives, as they are written: those that the server makes up are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.parse.clauses import target
from ci_runner.dialects.mysql.parse.made import said
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb
from ci_runner.dialects.names import Given
from ci_runner.dialects.token_lists import split
from ci_runner.schema.changes import Alter, Create, Rename
from ci_runner.schema.model import (
    Column,
    ForeignKey,
    Index,
    SchemaObject,
    Table,
    Trigger,
    View,
)

_VERBS = frozenset({"ALTER", "CREATE", "RENAME"})
_PROGRAMS = ("PROCEDURE", "FUNCTION", "EVENT", "SEQUENCE")


def given(sql: str) -> tuple[Given, ...]:
    """Every name that one statement gives, outer ones first. Never raises."""
    if verb(sql) not in _VERBS:
        return ()
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    found = (*_made(sql), *_program(tokens), *_renamed_keys(tokens))
    return tuple(each for each in found if each.name and each.name != each.old)


def _made(sql: str) -> Iterator[Given]:
    for change in said(sql):
        match change:
            case Create(new):
                yield from _of(new)
            case Alter(new=Column(identity_kind=counts) as new) if counts:
                yield from _of(new)
            case Rename(old, new):
                for each in _of(new):
                    yield Given(
                        each.kind, each.name, each.table, old=old.identity.name, counts=each.counts
                    )
            case _:
                pass


def _of(new: SchemaObject) -> Iterator[Given]:
    match new:
        case Table(name=name, columns=columns):
            yield Given("table", name)
            for column in columns:
                yield from _of(column)
        case Column(name=name, table=table, type=kind):
            bare = kind.partition("(")[0]
            yield Given("column", name, table, type=bare, counts=bool(new.identity_kind))
        case Index(name=name, table=table, keys=keys, unique=unique):
            yield Given("unique index" if unique else "index", name, table, plain(keys))
        case ForeignKey(name=name, table=table):
            there = new.references.name
            yield Given("foreign key", name, table, new.columns, there, new.referenced_columns)
        case View(name=name):
            yield Given("view", name)
        case Trigger(name=name, table=table):
            yield Given("trigger", name, table)
        case _:
            pass


def plain(keys: Sequence[str]) -> tuple[str, ...]:
    """The names of an index's columns without quotes, prefixes and directions."""
    return tuple(key[1:].partition("`")[0] if key[:1] == "`" else key for key in keys)


def _program(tokens: Sequence[Token]) -> Iterator[Given]:
    words = [token.word for token in tokens[:12]]
    kind = next((each for each in _PROGRAMS if each in words[1:8]), "")
    if words[:1] == ["CREATE"] and kind and "TABLE" not in words[:4]:
        at = words.index(kind) + 1
        at += 3 if words[at : at + 1] == ["IF"] else 0
        if at < len(tokens):
            yield Given(kind.lower(), target(tokens, at)[0].name)
    if words[:1] == ["ALTER"] and "EVENT" in words and "RENAME" in words:
        old, _ = target(tokens, words.index("EVENT") + 1)
        yield Given("event", tokens[-1].name, old=old.name)


def _renamed_keys(tokens: Sequence[Token]) -> Iterator[Given]:
    """ALTER TABLE t RENAME INDEX a TO b."""
    words = [token.word for token in tokens]
    if words[0] != "ALTER" or "TABLE" not in words[1:4] or "RENAME" not in words:
        return
    table, at = target(tokens, words.index("TABLE") + 1)
    for part in split(tokens[at:]):
        said = [token.word for token in part]
        if len(part) > 4 and said[0] == "RENAME" and said[1] in {"INDEX", "KEY"}:
            yield Given("index", part[4].name, table.name, old=part[2].name)
