"""Put things in an order in which whatever is needed comes first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def ordered(nodes: Sequence[N], needs: Iterable[tuple[N, N]]) -> tuple[N, ...]:
    """`nodes` with every needed one before its dependents; ties keep the given order.

    `needs` are (dependent, needed); pairs that name other nodes are ignored. Raises CycleError.
    Takes time in proportion to nodes times their logarithm, and to needs.
    """
    rank = {node: position for position, node in enumerate(nodes)}
    sorter: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(len(nodes)), ()))
    edges = {(rank.get(dependent), rank.get(needed)) for dependent, needed in needs}
    for later, earlier in edges:
        if later is not None and earlier is not None and later != earlier:
            sorter.add(later, earlier)
    try:
        sorter.prepare()
    except CycleError as circle:
        raise CycleError(circle.args[0], [nodes[each] for each in circle.args[1]]) from None
    found: list[N] = []
    ready = list(sorter.get_ready())
    heapify(ready)
    while ready:
        node = heappop(ready)
        found.append(nodes[node])
        sorter.done(node)
        for freed in sorter.get_ready():
            heappush(ready, freed)
    return tuple(found)


__all__ = ["CycleError", "ordered"]
