"""Pairs of a dropped and an added object that look like one object under another name."""

from __future__ import annotations

import re
from dataclasses import fields
from difflib import SequenceMatcher

from ci_runner.frozen import frozen
from ci_runner.schema.changes import Change, Create, Drop
from ci_runner.schema.model import Column, Identity, Index, SchemaObject, Table, Trigger, home

_ALIKE = 0.6
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+")
_SHORTEST_WORD = 3
_MODIFIER = re.compile(r"\([^)]*\)")
# What holds nothing that a drop could lose: to make it again is as good as a rename.
_FREE = (Index, Trigger)


@frozen
class Pair:
    """`gone` may have become `come`."""

    gone: Identity
    come: Identity


def pairs(changes: tuple[Change, ...]) -> tuple[Pair, ...]:
    """The likeliest pairs, no object in two of them, sorted."""
    gone = [change.old for change in changes if isinstance(change, Drop)]
    come = [change.new for change in changes if isinstance(change, Create)]
    scored = [
        (-score, old.identity, new.identity)
        for old in gone
        for new in come
        if type(old) is type(new) and (score := _likeness(old, new))
    ]
    found: list[Pair] = []
    used: set[Identity] = set()
    for _, old_name, new_name in sorted(scored):
        if not {old_name, new_name} & used:
            used |= {old_name, new_name}
            found.append(Pair(old_name, new_name))
    return tuple(sorted(found, key=lambda pair: pair.gone))


def _likeness(old: SchemaObject, new: SchemaObject) -> float:
    """0 for two that are not alike; more than 1 where all but the name is the same."""
    before, after = old.identity, new.identity
    if isinstance(old, Column) and isinstance(new, Column):
        fits = home(old) == home(new) and _base(old.type) == _base(new.type)
        return _named_alike(before, after) if fits else 0
    if isinstance(old, Table) and isinstance(new, Table):
        return _likeness_of_tables(old, new)
    if home(old) is not None or isinstance(old, _FREE):
        return 0
    same = _nameless(old, before) == _nameless(new, after)
    return _named_alike(before, after) if same else 0


def _likeness_of_tables(old: Table, new: Table) -> float:
    mine = {(column.name, _base(column.type)) for column in old.columns}
    theirs = {(column.name, _base(column.type)) for column in new.columns}
    named = _named_alike(old.identity, new.identity)
    if mine == theirs and len(mine) > 1:
        return 1 + named
    shared = len(mine & theirs) / max(len(mine), len(theirs), 1)
    return (named + shared) / 2 if named and shared * 2 >= 1 else 0


def _named_alike(old: Identity, new: Identity) -> float:
    """One name in two schemas, or two in one that have a word or most letters in common."""
    mine, theirs = old.name.partition("(")[0], new.name.partition("(")[0]
    if old.schema != new.schema:
        return 1.0 if mine == theirs else 0
    ratio = SequenceMatcher(None, mine.lower(), theirs.lower(), autojunk=False).ratio()
    shared = _words(mine) & _words(theirs)
    return ratio if ratio >= _ALIKE or shared else 0


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name) if len(word) >= _SHORTEST_WORD}


def _base(type_name: str) -> str:
    """The type without its length, which may have grown on the way."""
    return _MODIFIER.sub("", type_name)


def _nameless(each: SchemaObject, identity: Identity) -> tuple[object, ...]:
    """All of an object but its name, wherever its own text repeats it."""
    own = re.compile(rf"(?<!\w){re.escape(identity.name.partition('(')[0])}(?!\w)")

    def blank(value: object) -> object:
        if isinstance(value, str):
            return own.sub("", value)
        return tuple(blank(one) for one in value) if isinstance(value, tuple) else value

    skipped = {"schema", "comment"}
    return tuple(
        blank(getattr(each, one.name))
        for one in fields(each)
        if one.compare and one.name not in skipped
    )
