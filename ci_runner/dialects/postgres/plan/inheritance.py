"""What a change of a table does to its children: partitions and tables that inherit from it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ci_runner.schema.model import (
    Check,
    Column,
    ColumnStorage,
    Copy,
    Identity,
    Index,
    IndexSettings,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
    Unique,
)

_STRING = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r'"((?:[^"]|"")+)"|(\w+)')
# What ALTER TABLE without ONLY changes in children too, where these could have their own.
_SHARED = ("default", "not_null", "mode", "statistics")


def must_be_made_again(old: Table, new: Table) -> bool:
    """A partition key cannot change, nor can a table become partitioned, foreign or ordinary.

    The key's columns can't change their types either: ATPrepAlterColumnType in tablecmds.c.
    """
    if (old.partition_key, old.server) != (new.partition_key, new.server):
        return True
    return any(
        (was := old.column(name)) and (now := new.column(name)) and retypes(was, now)
        for name in names_in_key(old.partition_key)
    )


def names_in_key(key: str) -> list[str]:
    """Every name in a partition key, those of functions and types among them."""
    words = _WORD.findall(_STRING.sub("", key))
    return [quoted.replace('""', '"') or plain for quoted, plain in words]


def ancestors(each: SchemaObject | None, schema: Schema) -> Iterator[Identity]:
    """The parents of a table, and theirs."""
    if isinstance(each, Table):
        for parent in each.parents:
            yield parent
            yield from ancestors(schema.get(parent), schema)


def attribute(column: Column, name: str) -> object:
    """An attribute of the column or of its storage."""
    return getattr(column if hasattr(column, name) else column.storage, name)


def retypes(old: Column, new: Column) -> bool:
    return (old.type, old.collation) != (new.type, new.collation)


def loses_expression(old: Column | None, new: Column | None) -> bool:
    """Whether a generated column becomes an ordinary one, which keeps its values."""
    return (
        old is not None and new is not None and old.generated is not None and new.generated is None
    )


def is_made_again(old: Column | None, new: Column | None) -> bool:
    """Generated columns cannot take another expression before PostgreSQL 17, nor become one."""
    return (
        old is not None
        and new is not None
        and new.generated is not None
        and (
            (old.generated, old.generated_kind) != (new.generated, new.generated_kind)
            or retypes(old, new)
        )
    )


def _is_computed_otherwise(old: Column | None, new: Column | None) -> bool:
    return is_made_again(old, new) or loses_expression(old, new)


def _computed(pair: Iterable[Column | None]) -> list[tuple[str | None, str]]:
    return [(each.generated, each.generated_kind) if each else (None, "") for each in pair]


@dataclass(frozen=True)
class Lineage:
    """The children of both sides: those that stay with their parents, and those that part."""

    old: Schema
    new: Schema

    @cached_property
    def _stays(self) -> Mapping[Identity, tuple[Table, Table]]:
        """Tables of both sides that are not made again."""
        before = {each.identity: each for each in self.old.of_type(Table)}
        pairs = (
            (before[new.identity], new) for new in self.new.of_type(Table) if new.identity in before
        )
        return {new.identity: (old, new) for old, new in pairs if not must_be_made_again(old, new)}

    def kept(self, old: Table, new: Table) -> tuple[Identity, ...]:
        """The parents that the table does not leave. INHERIT adds a parent behind the others."""
        if old.bound != new.bound or self._is_computed_apart(old, new):
            return ()
        kept = tuple(each for each in old.parents if each in new.parents and each in self._stays)
        return kept if new.parents[: len(kept)] == kept else ()

    def _is_computed_apart(self, old: Table, new: Table) -> bool:
        """Whether the table must be out of its parents for how an inherited column is computed.

        The server makes such a column again, and frees it, together with the parent's only. Before
        version 18 it frees none that is two levels above another: ATPrepDropExpression in
        tablecmds.c.
        """
        for each in (one for one in old.columns if one.inherited):
            mine = each, new.column(each.name)
            above = [
                self._pair(Identity("column", at.schema, each.name, at.name)) for at in old.parents
            ]
            changes = any(_is_computed_otherwise(*pair) for pair in (mine, *above))
            is_apart = any(_computed(pair) != _computed(mine) for pair in above)
            if changes and (
                is_apart or (old.identity in self._parents and loses_expression(*mine))
            ):
                return True
        return False

    @cached_property
    def _parents(self) -> frozenset[Identity]:
        return frozenset(parent for each in self.old.of_type(Table) for parent in each.parents)

    @cached_property
    def heirs(self) -> Mapping[Identity, tuple[Identity, ...]]:
        """The children that stay, by parent."""
        found: dict[Identity, list[Identity]] = defaultdict(list)
        for identity, (old, new) in self._stays.items():
            for parent in self.kept(old, new):
                found[parent].append(identity)
        return {parent: tuple(sorted(several)) for parent, several in found.items()}

    @cached_property
    def parted(self) -> frozenset[Identity]:
        """Tables that leave a parent or their type, if only for a while."""
        return frozenset(
            identity
            for identity, (old, new) in self._stays.items()
            if (kept := self.kept(old, new)) != old.parents
            or kept != new.parents
            or not self.keeps_type(old, new)
        )

    def keeps_type(self, old: Table, new: Table) -> bool:
        """Columns of a typed table cannot change while it is typed."""
        return old.of_type == new.of_type and (not old.of_type or _shape(old) == _shape(new))

    def descendants(self, column: Identity) -> Iterator[Identity]:
        """The same column of all heirs."""
        table = Identity("table", column.schema, column.parent)
        for heir in self.heirs.get(table, ()):
            own = Identity("column", heir.schema, column.name, heir.name)
            yield own
            yield from self.descendants(own)

    def apart(self, column: Identity) -> frozenset[str]:
        """What some heir has otherwise, before or after: it asks for ALTER TABLE ONLY."""
        if Identity("table", column.schema, column.parent) not in self.heirs:
            return frozenset()
        mine = self._pair(column)
        theirs = [self._pair(each) for each in self.descendants(column)]
        return frozenset(
            name for name in _SHARED if any(_differ(mine, each, name) for each in theirs)
        )

    def outlives(self, column: Identity) -> bool:
        """Whether an heir keeps a column that its parent drops."""
        return any(each in self.new.by_identity for each in self.descendants(column))

    def is_computed_anew(self, column: Identity) -> bool:
        """Whether a column is dropped and made again, because its values are computed."""
        return is_made_again(*self._pair(column))

    def _pair(self, column: Identity) -> tuple[Column | None, Column | None]:
        old, new = self.old.get(column), self.new.get(column)
        return (
            old if isinstance(old, Column) else None,
            new if isinstance(new, Column) else None,
        )

    def carried(self) -> Schema:
        """The old schema once the changes of all parents have reached their heirs."""
        tables = {each.identity: each for each in self.old.of_type(Table)}
        heirs = {heir for several in self.heirs.values() for heir in several}
        for parent in sorted(self.heirs.keys() - heirs):
            self._carry(parent, tables)
        objects = tuple(tables.get(each.identity, each) for each in self.old.objects)
        return replace(self.old, objects=objects) if self.heirs else self.old

    def _carry(self, parent: Identity, tables: dict[Identity, Table]) -> None:
        old, new = self._stays[parent]
        for heir in self.heirs.get(parent, ()):
            columns = {each.name: each for each in tables[heir].columns}
            for name in dict.fromkeys(each.name for each in (*old.columns, *new.columns)):
                before, after = old.column(name), new.column(name)
                if before == after:
                    continue
                reached = self._reached(heir, columns.get(name), before, after)
                if reached is None:
                    columns.pop(name, None)
                else:
                    columns[name] = reached
            tables[heir] = replace(tables[heir], columns=tuple(columns.values()))
            self._carry(heir, tables)

    def _reached(
        self, heir: Identity, mine: Column | None, before: Column | None, after: Column | None
    ) -> Column | None:
        """The heir's column once the parent's was added, dropped or altered."""
        if after is None:
            if mine is None or before is None or not self.outlives(before.identity):
                return mine if mine is not None and mine.local else None
            return replace(mine, inherited=False, local=True)
        if mine is None:
            storage = ColumnStorage(mode=after.storage.mode, statistics=after.storage.statistics)
            bare = replace(after, identity_kind="", identity_options="", comment=None)
            mine = replace(bare, schema=heir.schema, table=heir.name, storage=storage)
            return replace(mine, inherited=True, local=False)
        if before is None:
            return replace(mine, inherited=True)
        apart = self.apart(after.identity)
        partitioned = bool(
            self._stays[Identity("table", after.schema, after.table)][1].partition_key
        )
        reached = mine
        if retypes(before, after):
            reached = replace(reached, type=after.type, collation=after.collation)
        if before.generated != after.generated:
            reached = replace(
                reached, generated=after.generated, generated_kind=after.generated_kind
            )
        if before.not_null != after.not_null and (partitioned or "not_null" not in apart):
            reached = replace(reached, not_null=after.not_null)
        if before.default != after.default and "default" not in apart:
            reached = replace(reached, default=after.default)
        for name in ("mode", "statistics"):
            changed = attribute(before, name) != attribute(after, name)
            if changed and name not in apart:
                storage = replace(reached.storage, **{name: attribute(after, name)})  # type: ignore[arg-type]  # the same field of the same class
                reached = replace(reached, storage=storage)
        return reached

    def loose(
        self, like: Callable[[SchemaObject], Hashable], *, online: bool = False
    ) -> tuple[tuple[Copy, ...], tuple[Copy, ...]]:
        """The copies of both sides that are objects of their own while the plan is made.

        Those of tables that part outlive their parent's; those with a name or settings of their own
        are made before it; and those that are named or set otherwise than before, but are `like`
        them, are altered in place. `online`, what is built beside its forerunner has no name yet.
        """
        places = {_place(each): each for each in self.old.copies}
        mine = {each.object.identity: each for each in self.old.copies if self._is_left(each)}
        theirs = {each.object.identity: each for each in self.new.copies if self._is_left(each)}
        whole = {
            **self.new.by_identity,
            **{each.object.identity: each.object for each in self.new.copies},
        }
        for copy in self.new.copies:
            name = copy.object.identity
            if name in theirs:
                continue
            was = places.get(_place(copy))
            alike = was is not None and like(was.object) == like(copy.object)
            if was is not None and alike and was.object != copy.object:
                mine[was.object.identity], theirs[name] = was, copy
            elif alike or (online and self._is_taken(name)) or not self._frees_name(copy):
                continue
            elif not copy.usual or is_set(copy, whole.get(copy.of)):
                theirs[name] = copy
        return tuple(mine.values()), tuple(theirs.values())

    @cached_property
    def _copied(self) -> Mapping[Identity, Copy]:
        return {each.object.identity: each for each in self.old.copies}

    def _is_taken(self, name: Identity) -> bool:
        return name in self._copied or name in self.old.by_identity

    def _frees_name(self, copy: Copy) -> bool:
        """Whether what has the name of a part, if anything, goes before that comes."""
        was = self._copied.get(copy.object.identity)
        if was is None:
            return self.old.get(copy.object.identity) != copy.object
        return was.of == copy.of

    def _is_left(self, copy: Copy) -> bool:
        table = Identity("table", copy.object.identity.schema, _table_of(copy.object))
        if table not in self.parted:
            return False
        old, new = self._stays[table]
        parent = Identity("table", copy.of.schema, copy.of.parent)
        return not copy.of.parent or parent not in self.kept(old, new)


def loosened(schema: Schema, loose: tuple[Copy, ...]) -> Schema:
    """`schema` with some copies as objects."""
    if not loose:
        return schema
    names = {each.object.identity for each in loose}
    return Schema.of(
        schema.dialect,
        (*schema.objects, *(each.object for each in loose)),
        schema.dependencies,
        schema.unmanaged,
        (each for each in schema.copies if each.object.identity not in names),
    )


def _place(copy: Copy) -> tuple[Identity, str, str]:
    return (copy.of, copy.object.identity.schema, _table_of(copy.object))


def is_set(copy: Copy, whole: SchemaObject | None) -> bool:
    """Whether a part of `whole` has a comment or settings that the server does not give it."""
    each = copy.object
    if isinstance(each, Index) and each.comment is not None:
        return True
    if not isinstance(each, Index | PrimaryKey | Unique):
        return False
    given = whole.settings if isinstance(whole, Index | PrimaryKey | Unique) else IndexSettings()
    return each.settings != IndexSettings(given.parameters, given.tablespace)


def _table_of(each: SchemaObject) -> str:
    found: str = getattr(each, "table", "")
    return found


def _shape(table: Table) -> list[tuple[str, str, str | None]]:
    return [(each.name, each.type, each.collation) for each in table.columns]


def _differ(
    mine: tuple[Column | None, Column | None],
    theirs: tuple[Column | None, Column | None],
    name: str,
) -> bool:
    return any(
        left is not None and right is not None and attribute(left, name) != attribute(right, name)
        for left, right in zip(mine, theirs, strict=True)
    )


def taken_over(old: Schema, new: Schema) -> Mapping[Identity, tuple[SchemaObject, ...]]:
    """What becomes a copy as it is, by its origin: the server finds it when that is made."""
    before = {each.identity: each for each in old.objects} if new.copies else {}
    of = {each.object.identity: each.of for each in new.copies}
    found: dict[Identity, list[SchemaObject]] = defaultdict(list)
    for copy in new.copies:
        if before.get(copy.object.identity) == copy.object:
            found[origin(of, copy.of)].append(copy.object)
    return {parent: tuple(several) for parent, several in found.items()}


def kept_checks(old: Schema, new: Schema) -> tuple[SchemaObject, ...]:
    """Checks of children that only become their own as well, which no statement has to say."""
    return tuple(
        copy.object
        for copy in old.copies
        if isinstance(copy.object, Check)
        and new.get(copy.object.identity) == copy.object
        and copy.of in new.by_identity
    )


def origin(of: Mapping[Identity, Identity], each: Identity) -> Identity:
    """What stands at the head of a line of copies."""
    while each in of:
        each = of[each]
    return each


def without(schema: Schema, gone: Iterable[SchemaObject]) -> Schema:
    names = {each.identity for each in gone}
    if not names:
        return schema
    return replace(
        schema, objects=tuple(each for each in schema.objects if each.identity not in names)
    )
