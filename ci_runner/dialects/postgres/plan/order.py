"""Put the work of a plan in an order that the server accepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping

from ci_runner.dialects.postgres.kind import closed
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.plan import (
    access,
    base_types,
    below,
    domains,
    loops,
    parts,
    rebuild,
    repartition,
    row_types,
)
from ci_runner.dialects.postgres.plan.inheritance import ancestors, origin
from ci_runner.dialects.postgres.plan.mentions import mentions
from ci_runner.dialects.postgres.plan.nodes import Node, Verb, kind_of
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.errors import InternalError
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import ForeignKey, Identity, Index, Schema, Table, home

# Among statements that no dependency orders: removal of what is light, then all that adds, and
# what destroys data last, so that a plan that fails has destroyed nothing.
_RANK: Mapping[Verb, int] = {
    "drop": 0,
    "create": 1,
    "detach": 1,
    "alter": 1,
    "tie": 2,
    "fill": 2,
    "clear": 3,
}
_LATE = 3
# Who owns a thing and who may use it has an order of its own around ties: access.edges.
_RIGHTS = frozenset({"owner", "grant"})
_KIND_RANK = {kind.type: position for position, kind in enumerate(KINDS)}


def arranged(work: Work) -> tuple[Node, ...]:
    """Every node of `work`, what is needed first. Raises InternalError when there is no order."""
    while True:
        try:
            return _Order(work).found()
        except CycleError as circle:
            if loops.are_opened(work, circle.args[1]):
                continue
            names = " <- ".join(f"{verb} {identity}" for verb, identity in circle.args[1])
            raise InternalError(
                "the changes wait for each other in a circle, so that no plan can be made",
                said=names,
                next_step="make one of these changes in a migration of its own, and report this",
            ) from circle


def needs(work: Work) -> Mapping[Node, frozenset[Node]]:
    """For every node of `work` those that come before it; complete once the order was found."""
    found: dict[Node, set[Node]] = defaultdict(set)
    for later, earlier in _Order(work).edges():
        if later != earlier:
            found[later].add(earlier)
    return {later: frozenset(several) for later, several in found.items()}


class _Order:
    """The graph of one plan."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.world = work.world
        self.ties = (*work.ties(), *sorted(work.late))
        self.detached = frozenset((*work.detached(), *work.freed))
        self.disturbed: dict[Identity, Node] = {
            identity: ("alter", new.identity)
            for old, new in work.alters.values()
            for identity in kind_of(new).disturbs(old, new, work.world)
        }

    def found(self) -> tuple[Node, ...]:
        nodes: list[Node] = [("drop", each) for each in self.work.drops]
        nodes += [("create", each) for each in self.work.creates]
        nodes += [("alter", each) for each in self.work.alters]
        nodes += [("detach", each) for each in self.detached]
        nodes += [("tie", each) for each in self.ties]
        nodes += [("clear", each) for each in self.work.aside]
        nodes += [("fill", each) for each in self.work.refilled]
        return self._ordered(sorted(nodes, key=self._rank), tuple(self.edges()))

    def _ordered(self, nodes: list[Node], edges: tuple[tuple[Node, Node], ...]) -> tuple[Node, ...]:
        """By all edges and by as many guesses as close no circle, those that bind last to go.

        What a guess that binds wanted is done without the server's check of bodies.
        """
        self.work.unchecked.clear()
        guesses = self._guesses()
        for edge in edges:
            guesses.pop(edge, None)
        while True:
            try:
                return ordered(nodes, (*edges, *guesses))
            except CycleError as circle:
                found = circle.args[1]
                closing = [edge for edge in zip(found[1:], found, strict=False) if edge in guesses]
                if not closing:
                    raise
                idle = [edge for edge in closing if guesses[edge] is None]
                for edge in idle or [min(closing)]:
                    node = guesses.pop(edge)
                    if node is not None:
                        self.work.unchecked.add(node)

    def _guesses(self) -> dict[tuple[Node, Node], Node | None]:
        """(later, earlier) as bodies have it, with the routine's own node where that is binding."""
        work, found = self.work, dict[tuple[Node, Node], Node | None]()
        made = {*work.creates, *work.alters}
        found.update(dict.fromkeys(domains.guesses(work, self._makers)))
        for each in mentions(self.world.new, made, made):
            for later in self._makers(each.routine):
                for maker in self._makers(each.needed):
                    found[later, maker] = later if each.binding else found.get((later, maker))
        before = {old.identity for old, _ in work.alters.values()}
        for each in mentions(self.world.old, {*work.drops, *before}, work.drops):
            gone = self._gone(each.needed)
            again = each.needed in work.creates and each.routine not in work.drops
            for first in self._leavers(each.routine, each.needed):
                if gone is not None and not again:
                    found[gone, first] = first if each.binding else found.get((gone, first))
        return found

    def _rank(self, node: Node) -> tuple[int, int, Identity, str]:
        verb, identity = node
        goes = verb in {"drop", "clear"} or identity in self.work.freed
        each = (self.world.old if goes else self.world.new).by_identity[identity]
        position = _KIND_RANK[type(each)]
        if verb in {"drop", "clear"}:
            late = kind_of(each).late and (verb == "clear" or identity not in self.work.aside)
            return (_LATE if late else _RANK[verb], -position, identity, verb)
        return (_RANK[verb], position, identity, "" if verb == "detach" else verb)

    def edges(self) -> Iterator[tuple[Node, Node]]:
        """(later, earlier)."""
        yield from self._creation()
        yield from self._removal()
        yield from self._checked()
        yield from self._names()
        yield from self._ownership()
        yield from self._belonging()
        yield from self._inheritance()
        yield from access.edges(self.work, self.ties)
        yield from parts.edges(self.work, self._makers)
        yield from row_types.edges(self.work, self._makers, self._gone)
        yield from below.edges(self.work, self.detached, self.ties)
        yield from repartition.edges(self.work, self.ties)

    def _creation(self) -> Iterator[tuple[Node, Node]]:
        for dependent, needed in closed(self.world.new):
            makers = self._makers(needed)
            if needed in self.disturbed:
                makers.append(self.disturbed[needed])
            for maker in makers:
                yield from ((later, maker) for later in self._users(dependent, needed))

        for rights, base_type in base_types.rights(self.world):
            for maker in self._makers(base_type):
                yield from ((later, maker) for later in self._makers(rights))

        for each in self.world.new.objects:
            for later, earlier in kind_of(each).alters(each, self.world):
                yield ("alter", later), ("alter", earlier)

    def _removal(self) -> Iterator[tuple[Node, Node]]:
        kept = self.world.new.dependencies
        for dependent, needed in closed(self.world.old):
            gone = self._gone(needed)
            for first in self._leavers(dependent, needed):
                if gone is not None:
                    yield gone, first
                after = self.work.renamed.get(dependent, dependent)
                freed = first[0] == "drop" or (after, needed) not in kept
                if needed in self.disturbed and freed:
                    yield self.disturbed[needed], first
                    if needed in self.world.as_text:
                        yield ("detach", needed), first
                # A function is dropped by the names of its types.
                if needed in self.work.aside and first[0] == "drop" and self._is_light(first[1]):
                    yield ("drop", needed), first
        for identity in self.work.drops.keys() & self.work.creates.keys():
            yield ("create", identity), ("drop", identity)
        for identity in self.detached:
            yield ("alter", identity), ("detach", identity)
        for identity in self.work.freed:
            gone = self._gone(identity)
            if gone is not None:
                yield gone, ("detach", identity)

    def _checked(self) -> Iterator[tuple[Node, Node]]:
        """What the server refuses while a column is made of a type, also one that leaves it."""
        work = self.work
        later: list[tuple[Node, Identity | None]] = []
        for identity, made in work.creates.items():
            later.append((("create", identity), rebuild.checked(None, made)))
        for identity, pair in work.alters.items():
            later.append((("alter", identity), rebuild.checked(*pair)))
        for node, type_ in later:
            if type_ is not None and type_ not in work.creates:
                for column, needed in rebuild.leaving(type_, self.world):
                    yield from ((node, first) for first in self._leavers(column, needed))

    def _names(self) -> Iterator[tuple[Node, Node]]:
        """A name is free once its last bearer is gone."""
        leaving: dict[Hashable, list[Node]] = defaultdict(list)
        for name, gone in self._leaving():
            leaving[name].append(gone)
        for identity, new in self.world.new.by_identity.items():
            for maker in self._makers(identity):
                for name in kind_of(new).names(new):
                    yield from ((maker, gone) for gone in leaving.get(name, ()))

    def _leaving(self) -> Iterator[tuple[Hashable, Node]]:
        """(name, what frees it); parts of an index have theirs until the whole goes."""
        for identity, old in self.world.old.by_identity.items():
            gone = self._gone(identity)
            if gone is None and identity in self.detached:
                gone = ("detach", identity)
            if gone is None and identity in self.work.renamed:
                gone = ("alter", self.work.renamed[identity])
            if identity in self.work.aside:
                gone = ("drop", identity)
            if gone is not None:
                yield from ((name, gone) for name in kind_of(old).names(old))
        copies = {copy.object.identity: copy for copy in self.world.old.copies}
        for part in self.world.parts.keys() & copies.keys():
            copy = copies[part]
            gone = self._gone(origin({each: one.of for each, one in copies.items()}, copy.of))
            if gone is not None:
                yield from ((name, gone) for name in kind_of(copy.object).names(copy.object))

    def _ownership(self) -> Iterator[tuple[Node, Node]]:
        for identity in self.ties:
            tie: Node = ("tie", identity)
            new = self.world.new.by_identity[identity]
            yield from ((tie, maker) for maker in self._makers(identity))
            owner = kind_of(new).owner(new)
            if owner is not None:
                yield from ((tie, maker) for maker in self._makers(owner))
            old = self.world.old.get(identity)
            before = None if old is None else kind_of(old).owner(old)
            gone = None if before is None else self._gone(before)
            if gone is not None and identity not in self.world.parted:
                yield gone, tie

    def _belonging(self) -> Iterator[tuple[Node, Node]]:
        """A table leaves its parents before these change, and joins them when both have."""
        for identity in (*self.world.parted, *(set(self.ties) - self.world.parted)):
            old, new = self.world.old.get(identity), self.world.new.get(identity)
            left: Node = ("detach", identity)
            if identity in self.detached and old is not None:
                for place in (identity, *self._needed(self.world.old, identity)):
                    yield from ((later, left) for later in self._changes(place) if later != left)
                owner = kind_of(old).owner(old)
                gone = None if owner is None else self._gone(owner)
                if gone is not None:
                    yield gone, left
            if identity in self.ties and new is not None:
                for place in (identity, *self._needed(self.world.new, identity)):
                    for earlier in self._changes(place):
                        if earlier[1].kind in _RIGHTS:
                            continue
                        if self._follows(earlier, own=place == identity):
                            yield earlier, ("tie", identity)
                        else:
                            yield ("tie", identity), earlier

    def _follows(self, node: Node, *, own: bool) -> bool:
        """What reaches a table when it joins, or that must not: a key of the parent that leaves it
        again before the table does, and an index on the parent alone; of its `own` what a key or
        index of the parent would take.
        """
        verb, identity = node
        if verb != "create":
            return False
        each = self.work.creates[identity]
        if own:
            return self.work.rival(each) is not None
        return isinstance(each, ForeignKey) or (isinstance(each, Index) and not each.valid)

    def _needed(self, schema: Schema, identity: Identity) -> Iterator[Identity]:
        each = schema.by_identity[identity]
        if isinstance(each, Table):
            yield from ancestors(each, schema)
            yield from (
                needed for dependent, needed in schema.dependencies if dependent == identity
            )

    def _changes(self, place: Identity) -> Iterator[Node]:
        """Every change of a thing and of what lives on it, but for what ties it."""
        contents = (*self.world.contents.get(place, ()), *self.world.contents_after.get(place, ()))
        for identity in dict.fromkeys((place, *contents)):
            if identity in self.work.drops:
                yield ("drop", identity)
            if identity in self.work.creates:
                yield ("create", identity)
            if identity in self.work.alters:
                yield ("alter", identity)

    def _inheritance(self) -> Iterator[tuple[Node, Node]]:
        """Columns of a parent change first; a new child is made of what they have become."""
        for parent, heirs in self.world.lineage.heirs.items():
            contents = {
                *self.world.contents.get(parent, ()),
                *self.world.contents_after.get(parent, ()),
            }
            for place in sorted(contents):
                if place.kind == "column":
                    for heir in heirs:
                        own = Identity("column", heir.schema, place.name, heir.name)
                        yield from self._below(place, own)
        for each in self.work.creates.values():
            for parent in ancestors(each, self.world.new):
                for earlier in self._changes(parent):
                    if earlier[1].kind == "column" and earlier[0] != "drop":
                        yield ("create", each.identity), earlier

    def _below(self, column: Identity, own: Identity) -> Iterator[tuple[Node, Node]]:
        work = self.work
        if own in work.drops and column in work.drops:
            pair: tuple[Node, Node] = ("drop", own), ("drop", column)
            yield pair if own not in work.carried else (pair[1], pair[0])
        if own in work.creates and column in work.creates:
            yield ("create", own), ("create", column)
        if column in work.creates:
            if own in work.alters:
                yield ("alter", own), ("create", column)
            if own in self.detached:
                yield ("detach", own), ("create", column)
        if column in work.alters:
            if own in work.alters:
                yield ("alter", own), ("alter", column)
            if own in self.detached:
                yield ("alter", column), ("detach", own)
        if column in self.detached and own in self.detached:
            yield ("detach", own), ("detach", column)

    def _users(self, identity: Identity, needed: Identity) -> list[Node]:
        """What makes a thing need another: a late default, or else what makes the thing."""
        if identity in self.work.late and loops.default_needs(identity, needed, self.world.new):
            return [("tie", identity)]
        return self._makers(identity)

    def _makers(self, identity: Identity) -> list[Node]:
        """What makes a thing: its table, where the table is new and brings it along."""
        found: list[Node] = []
        if identity in self.work.creates:
            found.append(("create", identity))
        if identity in self.work.alters:
            found.append(("alter", identity))
        if not found:
            each = self.world.new.get(identity)
            place = None if each is None else home(each)
            if place in self.work.creates:
                found.append(("create", place))
        return found

    def _gone(self, identity: Identity) -> Node | None:
        """What removes a thing: its table, where the table goes and takes it along."""
        if identity in self.work.aside:
            return ("clear", identity)
        if identity in self.work.drops:
            return ("drop", identity)
        each = self.world.old.get(identity)
        place = None if each is None else home(each)
        return ("drop", place) if place in self.work.drops else None

    def _is_light(self, identity: Identity) -> bool:
        return not kind_of(self.world.old.by_identity[identity]).late

    def _leavers(self, identity: Identity, needed: Identity) -> list[Node]:
        """What must have happened before the thing that `identity` needed can go."""
        gone = self._gone(identity)
        if identity in self.work.freed and loops.default_needs(identity, needed, self.world.old):
            return [("detach", identity)]
        if gone is not None:
            return [gone]
        after = self.work.renamed.get(identity, identity)
        # A column of a type of an extension is made of that, so far as anybody can tell.
        each = self.world.old.get(identity)
        made = each is not None and rebuild.made_of(each, self.world.old.get(needed))
        held = made or needed.kind == "extension"
        if after in self.detached and (after in self.world.as_text or not held):
            return [("detach", after)]
        return [("alter", after)] if after in self.work.alters else []
