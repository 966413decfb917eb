"""Values in order that are found by their kinds: a rule meets those that it is about, no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

V = TypeVar("V")


class ByKind(Generic[V]):
    """`kinds` tells those of one value; a value may have several."""

    def __init__(self, values: Sequence[V], kinds: Callable[[V], Iterable[object]]) -> None:
        self._values = values
        self._places: dict[object, list[int]] = defaultdict(list)
        for place, each in enumerate(values):
            for kind in kinds(each):
                self._places[kind].append(place)

    def of(self, *kinds: object) -> Iterator[V]:
        """Those of any of the kinds, in order and each once."""
        several = [self._places.get(kind, ()) for kind in kinds]
        places = several[0] if len(several) == 1 else sorted(set().union(*several))
        return map(self._values.__getitem__, places)
