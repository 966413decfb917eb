"""Names on the way back: a type that is set aside has another one until it is cleared away.

Undone from the end, a plan first makes the old type again under the name that it had while it was
aside, and gives it its own name back last. What is undone in between has to call it so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ci_runner.dialects.postgres.kind import Statements
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.schema.model import Identity, home

_STRING, _QUOTED = "'(?:[^']|'')*'", '"(?:[^"]|"")*"'
_COLLATED = ("COLLATE ", "COLLATION ", "collation = ")
# What brings old things back: the undo of a creation names what is new.
_BRINGS_BACK = frozenset({"drop", "detach", "alter", "clear"})


def between(work: Work, nodes: Sequence[Node]) -> Mapping[Node, frozenset[Identity]]:
    """By node, in order, the types and collations that are aside when it is undone."""
    found: dict[Node, frozenset[Identity]] = {}
    aside: set[Identity] = set()
    for node in nodes:
        verb, identity = node
        if aside and verb in _BRINGS_BACK:
            found[node] = frozenset(aside)
        if identity in work.aside - work.refilled:
            if verb == "drop":
                aside.add(identity)
            elif verb == "clear":
                aside.discard(identity)
    return found


def called_so(statements: Statements, node: Node, work: Work) -> Statements:
    """`statements` of a node with an undo that names what is aside as it is called then."""
    aside = work.between.get(node)
    if not aside:
        return statements
    names = _names(aside & _used(node[1], work), work)
    return tuple(
        replace(each, undo=each.undo and _renamed(each.undo, names)) for each in statements
    )


def _used(identity: Identity, work: Work) -> set[Identity]:
    """What the undo of a thing can name: itself, where it lives, what it and its parts are made of.

    Rows within rows are moved field by field, and each field's type is named.
    """
    each = work.world.old.get(identity)
    place = None if each is None else home(each)
    found: set[Identity] = set()
    pending = [identity, *work.world.contents.get(identity, ()), *((place,) if place else ())]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += work.world.needs.get(one, ())
    return found


def _names(aside: Collection[Identity], work: Work) -> Mapping[Identity, str]:
    return {each: qualified(each.schema, rebuild.aside(each, work.world)) for each in sorted(aside)}


def _renamed(sql: str, names: Mapping[Identity, str]) -> str:
    patterns = [_STRING, *(f"({_pattern(each)})" for each in names), _QUOTED]
    new = tuple(names.values())
    return re.sub(
        "|".join(patterns),
        lambda found: new[found.lastindex - 1] if found.lastindex else found[0],
        sql,
    )


def _pattern(each: Identity) -> str:
    """Where SQL means a type, or a collation, by a name that functions can have as well."""
    name = re.escape(qualified(each.schema, each.name))
    if each.kind == "collation":
        return "|".join(f"(?<={word}){name}" for word in _COLLATED)
    others = "".join(f"(?<!{word})" for word in _COLLATED)
    return rf'{others}(?<![\w$."]){name}(?![\w$"(])'
