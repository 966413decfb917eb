"""Maps that are changed by making another one, which shares all that stays with the first."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar, cast

from ci_runner.schema.model import Copy, Identity, Schema, SchemaObject, Table

K = TypeVar("K")
V = TypeVar("V")
Edge = tuple[Identity, Identity]

_GONE: Any = object()
# So much is copied at each change; beyond it all is, once.
_MOST_OWN = 512


class Shared(Mapping[K, V]):
    """A map that never changes: `exchanged` gives another one, at the price of what differs."""

    __slots__ = ("_base", "_length", "_own")

    def __init__(self, base: Mapping[K, V]) -> None:
        """Takes `base` as its own: nobody may change it any more."""
        self._base: Mapping[K, V] = base
        self._own: dict[K, V] = {}
        self._length = len(base)

    def exchanged(self, out: Iterable[K], into: Iterable[tuple[K, V]]) -> Shared[K, V]:
        """The same without the keys `out`, and then with the pairs `into`."""
        own = dict(self._own)
        for key in out:
            own[key] = _GONE
        own.update(into)
        if len(own) > _MOST_OWN:
            whole = {**self._base, **own}
            return Shared({key: value for key, value in whole.items() if value is not _GONE})
        after: Shared[K, V] = Shared(self._base)
        after._own = own
        after._length += sum(
            (value is not _GONE) - (key in self._base) for key, value in own.items()
        )
        return after

    def __getitem__(self, key: K) -> V:
        value = self._own[key] if key in self._own else self._base[key]
        if value is _GONE:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[K]:
        yield from (key for key in self._base if key not in self._own)
        yield from (key for key, value in self._own.items() if value is not _GONE)

    def __len__(self) -> int:
        return self._length

    def suspects(self, other: Shared[K, V]) -> AbstractSet[K] | None:
        """The only keys that may differ in `other`; None where it shares nothing with this."""
        return self._own.keys() | other._own.keys() if self._base is other._base else None


def shared(known: Mapping[K, V]) -> Shared[K, V]:
    """`known` as such a map; nobody may change it any more."""
    return known if isinstance(known, Shared) else Shared(known)


def differing(one: Mapping[K, V], other: Mapping[K, V]) -> Iterator[K]:
    """The keys whose values are not the very same in both maps."""
    suspects = None
    if isinstance(one, Shared) and isinstance(other, Shared):
        suspects = one.suspects(other)
    for key in one.keys() | other.keys() if suspects is None else suspects:
        if one.get(key, _GONE) is not other.get(key, _GONE):
            yield key


class Edges(AbstractSet[Edge]):
    """(dependent, needed) as a set over a map of them by dependent."""

    def __init__(self, by_dependent: Mapping[Identity, frozenset[Edge]]) -> None:
        self._by_dependent = by_dependent

    @classmethod
    def _from_iterable(cls, edges: Iterable[Any]) -> AbstractSet[Any]:
        return frozenset(edges)

    def __contains__(self, edge: object) -> bool:
        dependent, _ = cast("Edge", edge)
        return edge in self._by_dependent.get(dependent, ())

    def __iter__(self) -> Iterator[Edge]:
        for several in self._by_dependent.values():
            yield from several

    def __len__(self) -> int:
        return sum(map(len, self._by_dependent.values()))


def renewed(
    before: Schema,
    leaving: Iterable[SchemaObject],
    coming: Iterable[SchemaObject],
    *,
    dependencies: AbstractSet[Edge],
    unmanaged: tuple[Identity, ...],
    copies: tuple[Copy, ...],
) -> Schema:
    """`before` with some objects exchanged, at the price of those."""
    objects = list(before.objects)
    out: list[Identity] = []
    into: list[tuple[Identity, SchemaObject]] = []
    for each in leaving:
        del objects[bisect_left(objects, each.identity, key=lambda one: one.identity)]
        out += (name for name, _ in _named(each))
    for each in coming:
        insort(objects, each, key=lambda one: one.identity)
        into += _named(each)
    after = Schema(before.dialect, tuple(objects), dependencies, unmanaged, copies)
    # Where a cached property keeps its value.
    vars(after)["by_identity"] = shared(before.by_identity).exchanged(out, into)
    return after


def _named(each: SchemaObject) -> Iterator[tuple[Identity, SchemaObject]]:
    yield each.identity, each
    for column in each.columns if isinstance(each, Table) else ():
        yield column.identity, column
