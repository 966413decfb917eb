"""Put things in an order in which whatever is needed comes first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def ordered(nodes: Sequence[N], needs: Iterable[tuple[N, N]]) -> tuple[N, ...]:
    """`nodes` with every needed one before its dependents; ties keep the given order.

    `needs` are (dependent, needed); pairs that name other nodes are ignored. Raises CycleError.
    """
    rank = {node: position for position, node in enumerate(nodes)}
    sorter: TopologicalSorter[N] = TopologicalSorter(dict.fromkeys(nodes, ()))
    for dependent, needed in needs:
        if dependent in rank and needed in rank and dependent != needed:
            sorter.add(dependent, needed)
    sorter.prepare()
    found: list[N] = []
    ready = sorted(sorter.get_ready(), key=rank.__getitem__)
    while ready:
        node = ready.pop(0)
        found.append(node)
        sorter.done(node)
        ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
    return tuple(found)


__all__ = ["CycleError", "ordered"]
