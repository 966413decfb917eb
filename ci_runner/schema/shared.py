"""Maps that are changed by making another one, which shares all that stays with the first."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any, TypeVar, cast, overload

from ci_runner.schema.model import Copy, Identity, Schema, SchemaObject, Table

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
W = TypeVar("W")
Edge = tuple[Identity, Identity]

_GONE: Any = object()
_UNTOUCHED: Any = object()
# So much is copied at each change; beyond it all is, once.
_MOST_OWN = 1_024


class Shared(Mapping[K, V]):
    """A map that never changes: `exchanged` gives another one, at the price of what differs."""

    __slots__ = ("_base", "_changed", "_length", "_origin", "_own")

    def __init__(self, base: Mapping[K, V]) -> None:
        """Takes `base` as its own: nobody may change it any more."""
        self._base: Mapping[K, V] = base
        self._own: dict[K, V] = {}
        self._length = len(base)
        # The map that this one was made of, known by its own part, and the keys that were changed.
        self._origin: dict[K, V] | None = None
        self._changed: set[K] = set()

    def exchanged(self, out: Iterable[K], into: Iterable[tuple[K, V]]) -> Shared[K, V]:
        """The same without the keys `out`, and then with the pairs `into`."""
        after: Shared[K, V] = Shared(self._base)
        after._own = own = dict(self._own)
        after._origin, after._length = self._own, self._length
        for key in out:
            after._length -= key in self and key not in after._changed
            after._changed.add(key)
            own[key] = _GONE
        for key, value in into:
            after._length += own.get(key, self._base.get(key, _GONE)) is _GONE
            after._changed.add(key)
            own[key] = value
        if len(own) > _MOST_OWN:
            whole = {**self._base, **own}
            for key in [key for key, value in own.items() if value is _GONE]:
                del whole[key]
            after._base, after._own = whole, {}
        return after

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | T) -> V | T: ...
    def get(self, key: K, /, default: V | T | None = None) -> V | T | None:
        value = self._own.get(key, _UNTOUCHED)
        if value is _UNTOUCHED:
            return self._base.get(key, default)
        return default if value is _GONE else value

    def __getitem__(self, key: K) -> V:
        value = self._own[key] if key in self._own else self._base[key]
        if value is _GONE:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        value = self._own.get(cast("K", key), _UNTOUCHED)
        return key in self._base if value is _UNTOUCHED else value is not _GONE

    def __iter__(self) -> Iterator[K]:
        yield from (key for key in self._base if key not in self._own)
        yield from (key for key, value in self._own.items() if value is not _GONE)

    def __len__(self) -> int:
        return self._length

    def suspects(self, other: Shared[K, V]) -> AbstractSet[K] | None:
        """The only keys that may differ in `other`; None where it shares nothing with this."""
        if other._origin is self._own:
            return other._changed
        return self._own.keys() | other._own.keys() if self._base is other._base else None

    def changed(self, base: Mapping[K, V]) -> AbstractSet[K] | None:
        """The only keys that may differ in `base`, where that is what all this began with."""
        return self._own.keys() if self._base is base else None


class Deferred(Mapping[K, V]):
    """A map that is made when somebody first looks into it."""

    def __init__(self, make: Callable[[], Mapping[K, V]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[K, V]:
        return self._make()

    def __getitem__(self, key: K) -> V:
        return self._made[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def shared(known: Mapping[K, V]) -> Shared[K, V]:
    """`known` as such a map; nobody may change it any more."""
    return known if isinstance(known, Shared) else Shared(known)


def differing(one: Mapping[K, V], other: Mapping[K, V]) -> Iterator[K]:
    """The keys whose values are not the very same in both maps."""
    suspects = None
    if isinstance(other, Shared):
        suspects = one.suspects(other) if isinstance(one, Shared) else other.changed(one)
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


def exchanged(
    old: Iterable[SchemaObject], new: Iterable[SchemaObject]
) -> tuple[list[SchemaObject], list[SchemaObject]]:
    """Which objects leave and which come; those that are equal do neither."""
    mine = {each.identity: each for each in old}
    theirs = {each.identity: each for each in new}
    changed = [name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)]
    return (
        [mine[name] for name in changed if name in mine],
        [theirs[name] for name in changed if name in theirs],
    )


def by_dependent(edges: Iterable[Edge]) -> dict[Identity, frozenset[Edge]]:
    found: dict[Identity, set[Edge]] = defaultdict(set)
    for edge in edges:
        found[edge[0]].add(edge)
    return {each: frozenset(several) for each, several in found.items()}


def inverted(words: Mapping[K, AbstractSet[W]]) -> dict[W, frozenset[K]]:
    """By word, all that have it."""
    found: dict[W, set[K]] = defaultdict(set)
    for key, several in words.items():
        for word in several:
            found[word].add(key)
    return {word: frozenset(several) for word, several in found.items()}


def reinverted(
    known: Shared[W, frozenset[K]],
    old: Mapping[K, AbstractSet[W]],
    new: Mapping[K, AbstractSet[W]],
) -> Shared[W, frozenset[K]]:
    """What `inverted` gave, where some have the `new` words instead of the `old` ones."""
    none: frozenset[W] = frozenset()
    less = inverted({key: words - new.get(key, none) for key, words in old.items()})
    more = inverted({key: words - old.get(key, none) for key, words in new.items()})
    nobody: frozenset[K] = frozenset()
    touched = less.keys() | more.keys()
    now = (
        (word, (known.get(word, nobody) - less.get(word, nobody)) | more.get(word, nobody))
        for word in touched
    )
    return known.exchanged(touched, [(word, several) for word, several in now if several])
