"""Turn the difference of two schemas into statements, ordered by what the server says needs what.

Every change becomes a node: the drop, creation or alteration of one object. Edges come from the
dependency catalogue of both sides. What stands in the way of a change (a view on a column that
changes its type, a foreign key on a key that is replaced) is dropped first and made again after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import columns
from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.kinds import KINDS, enum, sequence, table
from ci_runner.schema.changes import Alter, Change, Create, Drop
from ci_runner.schema.diff import diff
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import (
    Check,
    Column,
    Constraint,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Namespace,
    PrimaryKey,
    Schema,
    SchemaObject,
    Sequence,
    Table,
    Unique,
    View,
)

Verb = Literal["drop", "create", "alter", "own"]
Node = tuple[Verb, Identity]
_BY_TYPE = {kind.type: kind for kind in KINDS}

# What PostgreSQL neither adapts nor drops by itself when a column changes its type.
_BLOCKS_TYPE_CHANGE = View

# Among statements that no dependency orders: removal of what is light, then all that adds, and
# what destroys data last, so that a plan that fails has destroyed nothing.
_RANK: Mapping[Verb, int] = {"drop": 0, "create": 1, "alter": 1, "own": 2}
_LATE = (Column, Table, Sequence, Enum, Namespace)
_KIND_RANK = {
    each: position
    for position, each in enumerate(
        (
            Namespace,
            Enum,
            Sequence,
            Table,
            Column,
            PrimaryKey,
            Unique,
            Check,
            Index,
            ForeignKey,
            View,
        )
    )
}


def plan(old: Schema, new: Schema) -> tuple[PlannedStatement, ...]:
    """Statements that turn `old` into `new`; empty when nothing that is managed differs."""
    work = _Work(World(old, new))
    work.take(diff(old, new))
    work.add_blocked()
    try:
        order = ordered(work.nodes(), work.edges())
    except CycleError:
        work.free_foreign_keys()
        order = ordered(work.nodes(), work.edges())
    statements = tuple(each for node in order for each in work.statements(node))
    return _values_first(statements, new)


@dataclass
class _Work:
    """The plan while it is made."""

    world: World
    drops: dict[Identity, SchemaObject] = field(default_factory=dict)
    creates: dict[Identity, SchemaObject] = field(default_factory=dict)
    alters: dict[Identity, tuple[SchemaObject, SchemaObject]] = field(default_factory=dict)
    inline: dict[Identity, list[Constraint]] = field(default_factory=lambda: defaultdict(list))

    def take(self, changes: Iterable[Change]) -> None:
        for change in changes:
            match change:
                case Create(new):
                    self._create(new)
                case Drop(old):
                    if not self._goes_with_its_column(old):
                        self.drops[old.identity] = old
                case Alter(old, new):
                    self._alter(old, new)
                case _:
                    raise AssertionError(f"a diff has no {change!r}")

    def _create(self, new: SchemaObject) -> None:
        home = self._created_table(new)
        if home is not None and isinstance(new, PrimaryKey | Unique | Check):
            self.inline[home].append(new)
        else:
            self.creates[new.identity] = new

    def _created_table(self, each: SchemaObject) -> Identity | None:
        if not isinstance(each, PrimaryKey | Unique | Check | ForeignKey | Index):
            return None
        identity = Identity("table", each.schema, each.table)
        return identity if self.world.old.get(identity) is None else None

    def _goes_with_its_column(self, old: SchemaObject) -> bool:
        """Whether an owned sequence is dropped by the server, together with its owner."""
        return (
            isinstance(old, Sequence)
            and old.owned_by is not None
            and self.world.new.get(old.owned_by) is None
        )

    def _alter(self, old: SchemaObject, new: SchemaObject) -> None:
        statements = self._altered(old, new)
        if statements is None:
            self.drops[old.identity] = old
            self.creates[new.identity] = new
        elif statements:
            self.alters[new.identity] = (old, new)

    def _altered(self, old: SchemaObject, new: SchemaObject) -> tuple[PlannedStatement, ...] | None:
        if isinstance(old, Column) and isinstance(new, Column):
            return columns.alter(old, new, self.world)
        return _BY_TYPE[type(new)].alter(old, new, self.world)

    def add_blocked(self) -> None:
        """Drop and make again whatever blocks a drop or a change of type, and what needs that."""
        dependents: dict[Identity, set[Identity]] = defaultdict(set)
        for dependent, needed in self.world.old.dependencies:
            dependents[needed].add(dependent)
        pending = [*self.drops, *self._retyped()]
        while pending:
            for dependent in sorted(dependents[pending.pop()]):
                if dependent in self.drops or not self._blocks(dependent):
                    continue
                before = self.world.old.by_identity[dependent]
                after = self.world.new.get(dependent)
                self.alters.pop(dependent, None)
                self.drops[dependent] = before
                if after is not None:
                    self.creates[dependent] = after
                pending.append(dependent)

    def _blocks(self, dependent: Identity) -> bool:
        each = self.world.old.get(dependent)
        return isinstance(each, _BLOCKS_TYPE_CHANGE | ForeignKey)

    def _retyped(self) -> Iterator[Identity]:
        for old, new in self.alters.values():
            if isinstance(old, Column) and isinstance(new, Column):
                if columns.retypes(old, new) or columns.must_be_made_again(old, new):
                    yield old.identity
            elif isinstance(old, Enum) and isinstance(new, Enum) and not enum.only_adds(old, new):
                yield from (column.identity for column in enum.columns_of(old, self.world))

    def free_foreign_keys(self) -> None:
        """Two dropped tables that reference each other: their foreign keys go first."""
        for key in self.world.old.of_type(ForeignKey):
            if Identity("table", key.schema, key.table) in self.drops:
                self.drops[key.identity] = key

    def nodes(self) -> tuple[Node, ...]:
        found: list[Node] = [("drop", each) for each in self.drops]
        found += [("create", each) for each in self.creates]
        found += [("alter", each) for each in self.alters]
        found += [
            ("own", each.identity)
            for each in self.world.new.of_type(Sequence)
            if sequence.own(self._sequence_before(each), each)
        ]
        return tuple(sorted(found, key=self._rank))

    def _sequence_before(self, new: Sequence) -> Sequence | None:
        before = self.world.old.get(new.identity)
        return before if isinstance(before, Sequence) else None

    def _rank(self, node: Node) -> tuple[int, int, Identity]:
        verb, identity = node
        side = self.world.old if verb == "drop" else self.world.new
        kind = _KIND_RANK.get(type(side.by_identity[identity]), 0)
        if verb == "drop":
            late = isinstance(side.by_identity[identity], _LATE)
            return (3 if late else 0, -kind, identity)
        return (_RANK[verb], kind, identity)

    def edges(self) -> Iterator[tuple[Node, Node]]:
        """(later, earlier)."""
        for dependent, needed in _closed(self.world.new):
            for maker in self._makers(needed):
                yield from ((later, maker) for later in self._makers(dependent))
        for dependent, needed in _closed(self.world.old):
            gone = self._gone(needed)
            for first in self._leavers(dependent):
                if gone is not None:
                    yield gone, first
                if self._changes_type(needed) and first[0] == "drop":
                    yield ("alter", needed), first
        for identity in self.drops.keys() & self.creates.keys():
            yield ("create", identity), ("drop", identity)
        for new in self.world.new.of_type(Sequence):
            if new.owned_by is not None:
                owner = self._home(new.owned_by)
                for verb in ("create", "alter"):
                    yield ("own", new.identity), (verb, owner)
                yield ("own", new.identity), ("create", new.identity)
            old = self.world.old.get(new.identity)
            if isinstance(old, Sequence) and old.owned_by and old.owned_by != new.owned_by:
                yield ("drop", self._home_before(old.owned_by)), ("own", new.identity)

    def _changes_type(self, identity: Identity) -> bool:
        old, _ = self.alters.get(identity, (None, None))
        return isinstance(old, Column | Enum)

    def _home(self, identity: Identity) -> Identity:
        """The node that makes a thing: its table, where the table is new and brings it along."""
        if identity in self.creates or identity in self.alters:
            return identity
        home = Identity("table", identity.schema, identity.parent)
        return home if identity.parent and home in self.creates else identity

    def _home_before(self, identity: Identity) -> Identity:
        """The node that removes a thing: its table, where the table goes and takes it along."""
        if identity in self.drops:
            return identity
        each = self.world.old.get(identity)
        place = identity.parent or (each.table if isinstance(each, Index) else "")
        home = Identity("table", identity.schema, place)
        return home if place and home in self.drops else identity

    def _makers(self, identity: Identity) -> list[Node]:
        home = self._home(identity)
        found: list[Node] = []
        if home in self.creates:
            found.append(("create", home))
        if home in self.alters:
            found.append(("alter", home))
        return found

    def _gone(self, identity: Identity) -> Node | None:
        home = self._home_before(identity)
        return ("drop", home) if home in self.drops else None

    def _leavers(self, identity: Identity) -> list[Node]:
        """What must have happened before the thing that `identity` needed can go."""
        gone = self._gone(identity)
        if gone is not None:
            return [gone]
        return [("alter", identity)] if identity in self.alters else []

    def statements(self, node: Node) -> tuple[PlannedStatement, ...]:
        match node:
            case ("alter", identity):
                return self._altered(*self.alters[identity]) or ()
            case ("drop", identity):
                return self._dropped(self.drops[identity])
            case ("create", identity):
                return self._created(self.creates[identity])
            case (_, identity):
                new = self.world.new.by_identity[identity]
                if not isinstance(new, Sequence):
                    raise TypeError(f"{identity} is no sequence")
                return sequence.own(self._sequence_before(new), new)

    def _dropped(self, each: SchemaObject) -> tuple[PlannedStatement, ...]:
        if isinstance(each, Column):
            return columns.drop(each)
        return _BY_TYPE[type(each)].drop(each)

    def _created(self, each: SchemaObject) -> tuple[PlannedStatement, ...]:
        """Nothing on a table that is new itself can block or fail: its hazards are left out."""
        if isinstance(each, Column):
            return columns.add(each)
        if isinstance(each, Table):
            return table.create_with(each, self.inline[each.identity])
        made = _BY_TYPE[type(each)].create(each)
        if self._created_table(each) is None:
            return made
        return tuple(replace(statement, hazards=()) for statement in made)


def _closed(schema: Schema) -> Iterator[tuple[Identity, Identity]]:
    """The catalogue's dependencies, and that whatever lives in a table or schema needs it."""
    yield from schema.dependencies
    for identity in schema.by_identity:
        if identity.parent:
            yield identity, Identity("table", identity.schema, identity.parent)
        elif identity.schema:
            yield identity, Identity("schema", "", identity.schema)


def _values_first(
    statements: tuple[PlannedStatement, ...], new: Schema
) -> tuple[PlannedStatement, ...]:
    """Mark ADD VALUE as not transactional when a later statement uses the value.

    PostgreSQL refuses a new enum value in the transaction that added it: 55P04.
    """
    enums = {each.identity for each in new.of_type(Enum)}
    marked = []
    for position, each in enumerate(statements):
        if each.object in enums and " ADD VALUE " in each.sql:
            value = each.sql.split(" ADD VALUE ", 1)[1].split(" AFTER ")[0].split(" BEFORE ")[0]
            rest = statements[position + 1 :]
            used = any(value in other.sql and " ADD VALUE " not in other.sql for other in rest)
            marked.append(replace(each, transactional=not used))
        else:
            marked.append(each)
    return tuple(marked)
