"""Guess from the words of a body what a function needs: the catalogue says nothing of it.

docs/decisions/0010-functions-have-no-dependencies.md tells why, and what follows from it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements
from ci_runner.frozen import frozen
from ci_runner.schema.model import (
    Column,
    Identity,
    PrimaryKey,
    Schema,
    SchemaObject,
    Unique,
    home,
)
from ci_runner.schema.routines import Function, Procedure

_WORD = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')
_DECLARATIONS = re.compile(r"\bdeclare\b(.*?)\bbegin\b", re.IGNORECASE | re.DOTALL)

_UNCHECKED = "SET check_function_bodies = off"
_CHECKED = "RESET check_function_bodies"


@frozen
class Mention:
    """`routine` speaks of `needed`; where it is `binding`, the server looks for that at once."""

    routine: Identity
    needed: Identity
    binding: bool


def mentions(
    schema: Schema, routines: Iterable[Identity], things: Iterable[Identity]
) -> Iterator[Mention]:
    """Which of `things` the bodies of `routines` mention, each in `schema`, in a steady order.

    Who mentions a table needs its columns and keys: SELECT * and GROUP BY id are resolved by them.
    """
    named, inside = _named(schema, things)
    for identity in sorted(routines):
        each = schema.get(identity)
        if not isinstance(each, Function | Procedure) or not each.body:
            continue
        looked_up = _looked_up(each)
        for word in sorted(_words(each.body) & named.keys()):
            for needed in named[word]:
                if needed != identity:
                    yield Mention(identity, needed, word in looked_up)
                yield from (Mention(identity, part, False) for part in inside.get(needed, ()))


def _named(
    schema: Schema, things: Iterable[Identity]
) -> tuple[Mapping[str, list[Identity]], Mapping[Identity, list[Identity]]]:
    """`things` by the word that a body may say, and what of them is in each table."""
    named: dict[str, list[Identity]] = defaultdict(list)
    inside: dict[Identity, list[Identity]] = defaultdict(list)
    for identity in sorted(things):
        each = schema.get(identity)
        if each is None:
            continue
        place = home(each)
        if place is None or isinstance(each, Column):
            named[_name(each)].append(identity)
        if place is not None and isinstance(each, Column | PrimaryKey | Unique):
            inside[place].append(identity)
    for place in inside.keys() - {each for several in named.values() for each in several}:
        named[place.name].append(place)
    return named, inside


def _name(each: SchemaObject) -> str:
    name: str = getattr(each, "name", each.identity.name)
    return name


def _words(body: str) -> frozenset[str]:
    """Every word as it stands and as the server folds it, and what stands in double quotes."""
    found: set[str] = set()
    for quoted, plain in _WORD.findall(body):
        found |= {quoted.replace('""', '"')} if quoted else {plain, plain.lower()}
        found |= {word for _, word in _WORD.findall(quoted) if word}
    return frozenset(found)


def _looked_up(each: Function | Procedure) -> frozenset[str]:
    """The words that its language resolves on creation: in SQL all, in PL/pgSQL variables' types.

    Validators of other languages read the syntax only.
    """
    match each.language:
        case "sql":
            return _words(each.body)
        case "plpgsql":
            return _words(" ".join(_DECLARATIONS.findall(each.body)))
        case _:
            return frozenset()


def unchecked(statements: Statements) -> Statements:
    """`statements` that make one routine, while the server takes its body as it is."""
    if not statements:
        return ()
    serves = statements[0].summary
    identity = statements[0].object
    return (
        PlannedStatement(
            _UNCHECKED,
            f"Do not look yet for what the body of {identity} mentions",
            identity,
            undo=_CHECKED,
            serves=serves,
        ),
        *(replace(each, serves=each.serves or serves) for each in statements),
        PlannedStatement(
            _CHECKED,
            "Check the bodies of functions again",
            identity,
            undo=_UNCHECKED,
            serves=serves,
        ),
    )


def undone_unchecked(statements: Statements) -> Statements:
    """`statements` whose undo makes a routine again, before all that its body mentions is back."""
    return tuple(
        replace(each, undo=each.undo and f"{_UNCHECKED};\n{each.undo};\n{_CHECKED}")
        for each in statements
    )


def joined(statements: Iterable[PlannedStatement]) -> Statements:
    """Without the places where the check would be switched on only to be switched off again."""
    found: list[PlannedStatement] = []
    for each in statements:
        if found and (found[-1].sql, each.sql) == (_CHECKED, _UNCHECKED):
            found.pop()
        else:
            found.append(each)
    return tuple(found)
