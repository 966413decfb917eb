"""What there is in a database, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, SchemaObject

_RELATIONS = frozenset({"table", "view", "sequence"})
_ROUTINES = frozenset({"function", "procedure"})


@frozen
class Present:
    """Tables, views and sequences, which share their names, and routines by kind and name."""

    relations: Mapping[str, Identity]
    routines: Mapping[tuple[str, str], Identity]


def present(objects: Iterable[SchemaObject]) -> Present:
    names = [each.identity for each in objects]
    return Present(
        {each.name: each for each in names if each.kind in _RELATIONS},
        {
            (each.kind, each.name.partition("(")[0]): each
            for each in names
            if each.kind in _ROUTINES
        },
    )
