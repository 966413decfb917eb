"""What a plan has to do, object by object, before it is put in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ci_runner.dialects.postgres import partitions
from ci_runner.dialects.postgres.kind import World, namesakes
from ci_runner.dialects.postgres.plan import arrivals, rebuild
from ci_runner.dialects.postgres.plan.inheritance import must_be_made_again
from ci_runner.dialects.postgres.plan.nodes import Node, kind_of
from ci_runner.schema.changes import Alter, Change, Create, Drop
from ci_runner.schema.model import (
    Column,
    Copy,
    Identity,
    Index,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
    Unique,
    home,
)
from ci_runner.schema.types import BaseType, Domain


@dataclass
class Work:
    """The plan while it is made. What is both in `drops` and in `creates` is made again.

    What is `aside` has another name `between` its drop and its clearing; rows of `refilled` move.
    """

    world: World
    drops: dict[Identity, SchemaObject] = field(default_factory=dict)
    creates: dict[Identity, SchemaObject] = field(default_factory=dict)
    alters: dict[Identity, tuple[SchemaObject, SchemaObject]] = field(default_factory=dict)
    inline: dict[Identity, list[Any]] = field(default_factory=lambda: defaultdict(list))
    renamed: dict[Identity, Identity] = field(default_factory=dict)
    carried: set[Identity] = field(default_factory=set)
    """Columns of children that come or go with a statement on their parent."""
    aside: set[Identity] = field(default_factory=set)
    refilled: set[Identity] = field(default_factory=set)
    between: Mapping[Node, frozenset[Identity]] = field(default_factory=dict)
    late: set[Identity] = field(default_factory=set)
    """Columns whose defaults need what needs the column: they are set once that is there."""
    freed: set[Identity] = field(default_factory=set)
    """Columns that go, whose defaults are taken off before for the like reason."""
    unchecked: set[Node] = field(default_factory=set)
    """Routines that cannot come after all that their bodies mention, or whose undo cannot."""

    @cached_property
    def names_before(self) -> frozenset[Hashable]:
        """Every name that is taken in the old schema, each in its name space."""
        return _names(self.world.old)

    @cached_property
    def names_after(self) -> frozenset[Hashable]:
        """The same of the new schema."""
        return _names(self.world.new)

    def take(self, changes: Iterable[Change]) -> None:
        for change in changes:
            match change:
                case Create(new):
                    self._create(new)
                case Drop(old):
                    if not self._goes_with_its_owner(old):
                        self.drops[old.identity] = old
                case Alter(old, new):
                    self._alter(old, new)
                case _:
                    raise AssertionError(f"a diff has no {change!r}")
        self._make_tables_again()
        for each in arrivals.made_again(self.creates, self.world):
            self._make_again(each)
        self._find_renames()
        self._part()
        self._carry()

    def _make_tables_again(self) -> None:
        """Also those of which only a column changes."""
        for old in self.world.old.of_type(Table):
            new = self.world.new.get(old.identity)
            again = isinstance(new, Table) and must_be_made_again(old, new)
            if again and old.identity not in self.drops:
                self._make_again(old.identity)

    def _part(self) -> None:
        """What lets go of a parent or owner for a while changes, if nothing else of it does."""
        for identity in sorted(self.world.parted - self.drops.keys()):
            before, after = self.world.old.get(identity), self.world.new.get(identity)
            if before is not None and after is not None:
                self.alters.setdefault(identity, (before, after))

    def _carry(self) -> None:
        """A column that is dropped or made again takes those of the table's children along."""
        for identity, each in list(self.drops.items()):
            if isinstance(each, Column) and not self.stays_below(each):
                for heir in self.world.lineage.descendants(identity):
                    self._carry_one(heir, again=identity in self.creates)

    def stays_below(self, column: Column) -> bool:
        """Whether a child keeps the column that its parent drops."""
        made_again = column.identity in self.creates
        return not made_again and self.world.lineage.outlives(column.identity)

    def _carry_one(self, heir: Identity, *, again: bool) -> None:
        before, after = self.world.old.get(heir), self.world.new.get(heir)
        if before is None:
            return
        mine = not isinstance(before, Column) or before.local
        if heir in self.drops and mine:
            return
        self.carried.add(heir)
        self.drops[heir] = before
        if again and after is not None:
            self.creates[heir] = after

    def _create(self, new: SchemaObject) -> None:
        place = home(new)
        stands_alone = kind_of(new).inline(new) and self.rival(new) is None
        if place is not None and self.is_created(place) and stands_alone:
            self.inline[place].append(new)
        else:
            self.creates[new.identity] = new

    @cached_property
    def _copies_on(self) -> dict[Identity | None, list[Copy]]:
        found: dict[Identity | None, list[Copy]] = defaultdict(list)
        for copy in self.world.new.copies:
            found[home(copy.object)].append(copy)
        return found

    def rival(self, new: SchemaObject) -> Identity | None:
        """What of the parent would take it for its part, but has another one on that table."""
        for copy in self._copies_on.get(home(new), ()):
            if _is_taken_for(new, copy.object):
                return copy.of
        return None

    def is_created(self, table_identity: Identity) -> bool:
        return self.world.old.get(table_identity) is None

    def _goes_with_its_owner(self, old: SchemaObject) -> bool:
        """Whether the server drops it together with its owner."""
        column = kind_of(old).owner(old)
        if column is None:
            return False
        after = self.world.new.get(column)
        return after is None or self.world.lineage.is_computed_anew(column)

    def _alter(self, old: SchemaObject, new: SchemaObject) -> None:
        statements = kind_of(new).alter(old, new, self.world)
        if statements is None:
            self.drops[old.identity] = old
            self.creates[new.identity] = new
        elif statements or kind_of(new).detach(old, new, self.world):
            self.alters[new.identity] = (old, new)

    def _find_renames(self) -> None:
        """What is dropped and created alike, once each, keeps its content under another name."""
        gone = _alike(self.drops)
        made = _alike(self.creates)
        for likeness in gone.keys() & made.keys():
            befores, afters = gone[likeness], made[likeness]
            if len(befores) == len(afters) == 1 and self._is_renamed(befores[0], afters[0]):
                self._rename(befores[0], afters[0])

    def _is_renamed(self, old: SchemaObject, new: SchemaObject) -> bool:
        """Where each needs the name of another first, one is made again."""
        swapped = old.identity in self.creates or new.identity in self.drops
        return not swapped and not self._closes_ring(old, new)

    def _closes_ring(self, old: SchemaObject, new: SchemaObject) -> bool:
        """Whether a rename would wait for others that wait for it."""
        before = [self.world.old.by_identity[each] for each in self.renamed]
        bearers = {name: each.identity for each in before for name in kind_of(each).names(each)}
        own = set(kind_of(old).names(old)).difference(kind_of(new).names(new))
        pending = [new]
        while pending:
            each = pending.pop()
            for name in kind_of(each).names(each):
                if name in own:
                    return True
                if name in bearers:
                    pending.append(self.world.new.by_identity[self.renamed[bearers[name]]])
        return False

    def _rename(self, old: SchemaObject, new: SchemaObject) -> None:
        del self.drops[old.identity], self.creates[new.identity]
        self.alters[new.identity] = (old, new)
        self.renamed[old.identity] = new.identity

    def make_way(self) -> None:
        """Drop and make again whatever blocks a drop or a change of type, and what needs that."""
        coming = [*self.creates.values(), *(new for _, new in self.alters.values())]
        for each in rebuild.refused(coming, self.world):
            self._make_again(each)
        for old in self.drops.copy().values():
            if isinstance(old, BaseType) and old.shell in self.world.new.by_identity:
                self._make_again(old.shell)
        pending = [*self.drops, *self._disturbed()]
        while pending:
            needed = pending.pop()
            if needed in self.drops:
                pending += self.world.contents.get(needed, ())
            for dependent in self.world.dependents.get(needed, ()):
                if dependent in self.drops:
                    continue
                if self._must_go(dependent, needed):
                    self._make_again(dependent)
                    pending.append(dependent)
                elif needed in self.drops:
                    pending += self._stay(dependent, needed)
        self.aside = {each for each in self._made_of(*self.aside) if self._keeps(each) == "aside"}
        self._carry()
        self._refill()

    def _stay(self, dependent: Identity, needed: Identity) -> Iterable[Identity]:
        """Let a thing that stays take its hold off `needed`, or move to the new one of its name.

        What moves changes, and so disturbs others.
        """
        before, after = self.world.carried.get(dependent), self.world.new.get(dependent)
        if before is None or after is None or home(before) in self.drops:
            return
        if kind_of(before).releases(before, needed, self.world):
            self.world.released.add(dependent)
            self.alters[dependent] = (before, after)
        again = self.creates.get(needed)
        if self._is_followed(needed) and rebuild.moves(before, after, self.drops[needed], again):
            if isinstance(before, Column) and before.inherited:
                # It moves with its parent's, but for a default of its own.
                if before.default is not None:
                    self.world.released.add(dependent)
                    self.alters[dependent] = (before, after)
                return
            if any(self._keeps(each) != "aside" for each in self._made_of(needed)):
                self.world.as_text.add(dependent)
            else:
                self.aside.add(needed)
            if dependent not in self.world.moved:
                self.world.moved.add(dependent)
                self.world.released.add(dependent)
                self.alters[dependent] = (before, after)
                yield dependent

    def _is_followed(self, needed: Identity) -> bool:
        """Whether a type of its name comes, be it of another kind."""
        return any(each in self.creates for each in namesakes(needed))

    def _made_of(self, *several: Identity) -> Iterable[Identity]:
        """Types, and those below them that are made again as well."""
        return rebuild.beneath(several, self.drops, self.creates, self.world)

    def _keeps(self, dropped: Identity) -> str:
        return kind_of(self.drops[dropped]).keeps

    def _refill(self) -> None:
        """What lives on a thing that is made again went with it, and is made again as well."""
        for place in self.drops.keys() & self.creates.keys():
            for content in self.world.contents.get(place, ()):
                self.alters.pop(content, None)
                # One of its name may live elsewhere now: it goes by itself before that comes.
                if content not in self.creates or home(self.creates[content]) == place:
                    self.drops.pop(content, None)
                    self.creates.pop(content, None)
            for content in self.world.contents_after.get(place, ()):
                each = self.world.new.by_identity[content]
                self.alters.pop(content, None)
                self.creates.pop(content, None)
                if not isinstance(each, Column):
                    # One of its name may have lived elsewhere, and has to go by itself.
                    if content in self.drops and home(self.drops[content]) == place:
                        del self.drops[content]
                    if (
                        not isinstance(each, Table)
                        and kind_of(each).inline(each)
                        and isinstance(self.creates[place], Table | Domain)
                    ):
                        self.inline[place].append(each)
                    else:
                        self.creates[content] = each

    def _disturbed(self) -> Iterable[Identity]:
        for old, new in self.alters.values():
            yield from kind_of(new).disturbs(old, new, self.world)

    def _must_go(self, dependent: Identity, needed: Identity) -> bool:
        each = self.world.old.get(dependent)
        if each is None or home(each) in self.drops or self._goes_with_its_owner(each):
            return False
        if self._lets_go(dependent, needed):
            return False
        if kind_of(each).in_the_way(each, needed, self.world):
            return True
        # Data is never dropped to make way: such a plan fails, and is not offered.
        return self._goes(needed) and not kind_of(each).late

    def _goes(self, identity: Identity) -> bool:
        """Whether it is dropped, by itself or with its table."""
        each = self.world.old.get(identity)
        return identity in self.drops or (each is not None and home(each) in self.drops)

    def _lets_go(self, dependent: Identity, needed: Identity) -> bool:
        """Whether its own change frees the dependent, so that this only has to come first."""
        kept = self.world.new.dependencies
        return dependent in self.alters and not any(
            (dependent, each) in kept for each in namesakes(needed)
        )

    def _make_again(self, old: Identity) -> None:
        new = self.renamed.pop(old, old)
        self.alters.pop(new, None)
        self.drops[old] = self.world.old.by_identity[old]
        after = self.world.new.get(new)
        if after is not None:
            self.creates[new] = after

    def detached(self) -> Iterable[Identity]:
        """What lets go of others before it changes."""
        for identity, (old, new) in self.alters.items():
            if old.identity == identity and kind_of(new).detach(old, new, self.world):
                yield identity

    def ties(self) -> Iterable[Identity]:
        """What has to be tied to its owner, or untied."""
        for new in self.world.new.objects:
            if kind_of(new).tie(self.before_tie(new), new):
                yield new.identity

    def before_tie(self, new: SchemaObject) -> SchemaObject | None:
        """What there is of `new` before it is tied: what is created brings its parents along."""
        before = self.world.old.get(new.identity)
        if new.identity in self.creates and isinstance(new, Table) and self.joins_later(new):
            return partitions.alone(new)
        if before is None or new.identity in self.creates:
            return None
        if new.identity in self.world.parted:
            return kind_of(new).untied(before, new, self.world)
        return before

    def joins_later(self, new: Table) -> bool:
        """Whether an index of the parent has the key of a new partition as its part.

        The server takes it when the partition joins, not when it is made as one.
        """
        if not new.bound:
            return False
        parent = self.world.new.get(new.parents[0])
        ordered = [each.name for each in new.columns]
        if isinstance(parent, Table) and ordered != [each.name for each in parent.columns]:
            return True
        if any(each in self.world.parts for each in self.world.contents_after[new.identity]):
            return True
        if not any(
            isinstance(each, PrimaryKey | Unique) for each in self.inline.get(new.identity, ())
        ):
            return False
        parts = {copy.of for copy in self.world.new.copies if home(copy.object) == new.identity}
        indexes = (
            each
            for each in self.world.contents_after.get(new.parents[0], ())
            if each.kind == "index"
        )
        return any(each not in parts for each in indexes)


def _is_taken_for(each: SchemaObject, part: SchemaObject) -> bool:
    if isinstance(each, Index) and isinstance(part, Index):
        like = kind_of(each).like
        return like is not None and bool(like(each) == like(part))
    keys = (PrimaryKey, Unique)
    return isinstance(each, keys) and isinstance(part, keys) and each.columns == part.columns


def _names(schema: Schema) -> frozenset[Hashable]:
    copies = (copy.object for copy in schema.copies)
    everything = (*schema.by_identity.values(), *copies)
    return frozenset(name for each in everything for name in kind_of(each).names(each))


def _alike(objects: dict[Identity, SchemaObject]) -> dict[Hashable, list[SchemaObject]]:
    found: dict[Hashable, list[SchemaObject]] = defaultdict(list)
    for each in objects.values():
        like = kind_of(each).like
        if like is not None:
            found[like(each)].append(each)
    return found
