"""Put the parts of online changes in an order that needs few transactions.

What must run outside of a transaction, or in a later one, waits until something depends on it, and
then goes together with all that waits: ten new indexes are one file, not ten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements
from ci_runner.dialects.postgres.plan.forms import Form
from ci_runner.dialects.postgres.plan.nodes import Node, kind_of
from ci_runner.dialects.postgres.plan.online import form, has_replacement
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import ForeignKey

_EMPTY: frozenset[Node] = frozenset()


def staged(work: Work, nodes: Sequence[Node], needs: Mapping[Node, frozenset[Node]]) -> Statements:
    """The statements of `nodes`, which are in order; `needs` are those that each waits for."""
    return tuple(_staged(work, nodes, needs))


def _staged(
    work: Work, nodes: Sequence[Node], needs: Mapping[Node, frozenset[Node]]
) -> Iterator[PlannedStatement]:
    kept = _kept(work, nodes, needs)
    waiting: dict[Node, Form] = {}
    for node in nodes:
        parts = form(node, work, kept)
        waits_for = needs.get(node, _EMPTY)
        if _destroys(node, work) or (parts.head and not waits_for.isdisjoint(waiting)):
            yield from _flushed(waiting.values())
            waiting.clear()
        yield from parts.head
        if parts != Form(parts.head) or not parts.head:
            waiting[node] = parts
    yield from _flushed(waiting.values())


def _flushed(waiting: Collection[Form]) -> Iterator[PlannedStatement]:
    """New indexes before old ones go; what reads tables before what locks them."""
    for parts in waiting:
        yield from parts.builds
    for parts in waiting:
        yield from parts.removals
    for parts in waiting:
        yield from parts.validations
    for parts in waiting:
        yield from parts.finish


def _destroys(node: Node, work: Work) -> bool:
    """What loses data comes behind everything that may fail."""
    verb, identity = node
    return verb == "drop" and kind_of(work.drops[identity]).late


def _kept(
    work: Work, nodes: Sequence[Node], needs: Mapping[Node, frozenset[Node]]
) -> frozenset[Node]:
    """Drops of indexes and keys that wait for their replacement, with foreign keys on such keys.

    None that something which comes before the replacement waits for: a column's other type.
    """
    places = {node: place for place, node in enumerate(nodes)}
    dependents: dict[Node, set[Node]] = defaultdict(set)
    for later, several in needs.items():
        for earlier in several:
            dependents[earlier].add(later)
    kept = {
        node for node in nodes if node[0] == "drop" and has_replacement(work.drops[node[1]], work)
    }

    def is_in_the_way(node: Node) -> bool:
        again: Node = ("create", node[1])
        return any(
            each in places and places[each] < places[again] and each not in kept
            for each in dependents[node]
            if each != again
        )

    while gone := {node for node in kept if is_in_the_way(node)}:
        kept -= gone
    return frozenset(
        node
        for node in kept
        if not isinstance(work.drops[node[1]], ForeignKey) or dependents[node] & kept
    )
