"""What each file in `kinds/` provides: how one kind of object is read, compared and written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, TypeVar

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.plan.inheritance import Lineage, must_be_made_again
from ci_runner.dialects.postgres.plan.types import UserTypes
from ci_runner.dialects.postgres.quote import literal, qualified
from ci_runner.frozen import frozen
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import ForeignKey, Identity, Schema, SchemaObject, Sequence, Table, home

T = TypeVar("T", bound=SchemaObject)
Statements = tuple[PlannedStatement, ...]

# (catalogue, oid, attribute number or 0): how pg_depend names an object.
Address = tuple[str, int, int]
# In place of an attribute number: the name of a base type alone, without what it is made of.
SHELL = -1

# System schemas; the parameter-free condition that every catalogue query here needs.
USER_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

# What a column can be made of, by the kind of its identity: a relation has a type of its own.
TYPE_KINDS = frozenset(
    {
        "enum",
        "domain",
        "composite type",
        "range type",
        "base type",
        "table",
        "view",
        "materialized view",
    }
)


def namesakes(needed: Identity) -> tuple[Identity, ...]:
    """What takes its place for whoever needs it: a type by that name, of any kind."""
    kinds = TYPE_KINDS if needed.kind in TYPE_KINDS else (needed.kind,)
    return tuple(needed._replace(kind=kind) for kind in kinds)


def described(oid: str, catalogue: str, part: str = "0") -> str:
    """SQL: the comment on an object, or on a part of it.

    obj_description is an SQL function that is called row by row; this is part of the query's plan.
    """
    return (
        "(SELECT e.description FROM pg_catalog.pg_description e"
        f" WHERE e.objoid = {oid} AND e.classoid = 'pg_catalog.{catalogue}'::regclass"
        f" AND e.objsubid = {part})"
    )


def names_of(numbers: str, relation: str) -> str:
    """SQL: text[] of the names that the columns of `relation` have, by their `numbers` in order.

    Expressions, whose number is 0, have none. Each is looked up by itself: a join would read every
    column of the relation. A list is unfolded where it has several: most have one.
    """

    def name(number: str) -> str:
        return (
            "(SELECT a.attname::text FROM pg_catalog.pg_attribute a"
            f" WHERE a.attrelid = {relation} AND a.attnum = {number})"
        )

    return (
        f"CASE WHEN cardinality({numbers}) = 1 AND ({numbers})[1] <> 0"
        f" THEN ARRAY[{name(f'({numbers})[1]')}]"
        f" ELSE ARRAY(SELECT {name('u.num')}"
        f" FROM unnest({numbers}) WITH ORDINALITY u(num, place) WHERE u.num <> 0"
        " ORDER BY u.place) END"
    )


def not_extension_member(catalogue: str, oid: str) -> str:
    """SQL condition: the object was not made by CREATE EXTENSION."""
    return (
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e"
        f" WHERE e.classid = 'pg_catalog.{catalogue}'::regclass AND e.objid = {oid}"
        " AND e.deptype = 'e')"
    )


def any_of(catalogue: str, where: str = "x.oid >= 16384") -> str:
    """SQL condition: `catalogue` has a row that may be of users' making, alias `x`."""
    return f"EXISTS (SELECT FROM pg_catalog.{catalogue} x WHERE {where})"


# Whether there is any such relation. Whoever knows that there is none need not look at each.
MEMBER_RELATIONS = any_of(
    "pg_depend",
    "x.refclassid = 'pg_catalog.pg_extension'::regclass AND x.deptype = 'e'"
    " AND x.classid = 'pg_catalog.pg_class'::regclass",
)
NO_MEMBER = not_extension_member("pg_class", "c.oid")

# Tables of every sort: ordinary, partitioned and foreign ones, partitions and children among them;
# needs c and n in scope.
MANAGED_TABLE = f"c.relkind IN ('r', 'p', 'f') AND {USER_SCHEMA} AND {NO_MEMBER}"
MANAGED_VIEW = f"c.relkind = 'v' AND {USER_SCHEMA} AND {NO_MEMBER}"

MATERIALIZED_VIEW = f"c.relkind = 'm' AND {USER_SCHEMA} AND {NO_MEMBER}"


@frozen
class Found:
    """An object read from the catalogue, with every address that pg_depend may use for it.

    `parts` are the addresses of what lives inside it; `storage` is the file node of relations;
    `copy_of` is what a parent table has, where this is the server's copy of it, and `usual` says
    whether that has the name that the server gives; `needs` is what it needs and pg_depend does not
    tell.
    """

    object: SchemaObject
    addresses: tuple[Address, ...]
    parts: tuple[tuple[Identity, Address], ...] = ()
    storage: str = ""
    copy_of: Identity | None = None
    needs: tuple[Identity, ...] = ()
    usual: bool = True


make_found = quickly(Found)


@dataclass(frozen=True)
class World:
    """Both schemas, for changes that must know what else uses an object.

    Three sets grow while the work is found. `released` lets go of something that is made again;
    `moved` are columns that go over to the type of the same name, made anew; those in `as_text`
    hold text in between, because their old type cannot stay until they have gone.
    """

    old: Schema
    new: Schema
    released: set[Identity] = field(default_factory=set)
    moved: set[Identity] = field(default_factory=set)
    as_text: set[Identity] = field(default_factory=set)
    taken: Mapping[Identity, tuple[SchemaObject, ...]] = field(default_factory=dict)
    """What becomes a copy of a new object of a parent table, by that object."""
    parts: Mapping[Identity, Identity] = field(default_factory=dict)
    """Copies made by themselves, for their names' sake, by what will have them as parts."""

    @cached_property
    def mirrored(self) -> World:
        """The same on the way back, as far as the columns are concerned that change their type."""
        return World(self.new, self.old, as_text=self.as_text)

    @cached_property
    def carried(self) -> Schema:
        """The old schema once what is done to parent tables has reached their children."""
        return self.lineage.carried()

    @cached_property
    def dependents(self) -> Mapping[Identity, tuple[Identity, ...]]:
        """Who needed an object in the old schema, sorted."""
        found: dict[Identity, list[Identity]] = defaultdict(list)
        for dependent, needed in self.old.dependencies:
            found[needed].append(dependent)
        return {needed: tuple(sorted(several)) for needed, several in found.items()}

    @cached_property
    def needs(self) -> Mapping[Identity, tuple[Identity, ...]]:
        """What an object of the old schema needed, sorted."""
        found: dict[Identity, list[Identity]] = defaultdict(list)
        for dependent, needed in self.old.dependencies:
            found[dependent].append(needed)
        return {dependent: tuple(sorted(several)) for dependent, several in found.items()}

    @cached_property
    def contents(self) -> Mapping[Identity, tuple[Identity, ...]]:
        """What lived on each object of the old schema: columns, constraints, indexes of a table."""
        return _contents(self.old)

    @cached_property
    def contents_after(self) -> Mapping[Identity, tuple[Identity, ...]]:
        """The same of the new schema."""
        return _contents(self.new)

    @cached_property
    def lineage(self) -> Lineage:
        """Which tables are whose children."""
        return Lineage(self.old, self.new)

    @cached_property
    def parted(self) -> frozenset[Identity]:
        """What lets go of its parent or owner in `detach`, and is tied again in `tie`."""
        return self.lineage.parted | {
            each.identity
            for each in self.old.of_type(Sequence)
            if each.owned_by is not None and self._is_made_again(each.owned_by)
        }

    def _is_made_again(self, column: Identity) -> bool:
        table = Identity("table", column.schema, column.parent)
        old, new = self.old.get(table), self.new.get(table)
        return isinstance(old, Table) and isinstance(new, Table) and must_be_made_again(old, new)

    @cached_property
    def own_functions(self) -> Mapping[Identity, Identity]:
        """Of the functions that base types of the new schema are made of, the type."""
        return {
            needed: each
            for each, needed in self.new.dependencies
            if each.kind == "base type" and needed.kind == "function"
        }

    @cached_property
    def types(self) -> tuple[UserTypes, UserTypes]:
        """What is known of the types that users made, before and after."""
        return UserTypes.of(self.old), UserTypes.of(self.new)


def _contents(schema: Schema) -> Mapping[Identity, tuple[Identity, ...]]:
    found: dict[Identity, list[Identity]] = defaultdict(list)
    for identity, each in schema.by_identity.items():
        place = home(each)
        if place is not None:
            found[place].append(identity)
    return {place: tuple(sorted(several)) for place, several in found.items()}


def closed(schema: Schema) -> Iterator[tuple[Identity, Identity]]:
    """The catalogue's dependencies, and that whatever lives in a table or schema needs it."""
    yield from schema.dependencies
    for identity, each in schema.by_identity.items():
        place = home(each)
        if place is not None:
            yield identity, place
        elif identity.schema:
            yield identity, Identity("schema", "", identity.schema)
        if isinstance(each, ForeignKey):
            yield identity, each.references


def nothing(*_: object) -> tuple[()]:
    """The answer of a kind that has nothing to say at this point."""
    return ()


@frozen
class Kind(Generic[T]):
    """One kind of object: all that the planner must know of it.

    Only `read`, `create`, `drop` and `alter` are asked of every kind; `alter` returns None where
    PostgreSQL can only drop the object and make it again.
    """

    type: type[T]
    read: Callable[[Connection], Iterable[Found]]
    create: Callable[[T], Statements]
    drop: Callable[[T], Statements]
    alter: Callable[[T, T, World], Statements | None]

    present: str = "true"
    """SQL condition that is false where there can be none: then `read` need not be asked."""

    asks: tuple[str, ...] = ()
    """Questions that `read` or `read_on` puts in any case, of kinds of which there may be many."""

    prints: tuple[str, ...] = ()
    """The same of questions whose answers the server prints, relation after relation."""

    detach: Callable[[T, T, World], Statements] = nothing
    """The part of a change that frees others, before `alter`: a default lets go of a sequence."""

    alters: Callable[[T, World], Iterable[tuple[Identity, Identity]]] = nothing
    """(later, earlier): changes of others that its presence puts in an order."""

    keeps: Literal["", "aside", "text"] = ""
    """How columns keep their values while what they are made of is made again.

    Either the old one is set aside under another name until they have moved, or they hold text.
    """

    warns: Callable[[T, World], Iterable[str]] = nothing
    """Hazards of its creation that the rest of the schema decides."""

    late: bool = False
    """Its drop destroys data: it comes last, so that a plan that fails has destroyed nothing."""

    inline: Callable[[T], bool] = lambda _: False
    """Whether it can stand inside the CREATE TABLE of a new table."""

    names: Callable[[T], Iterable[Hashable]] = nothing
    """The names it takes, each in its name space: who wants one waits until it is free."""

    disturbs: Callable[[T, T, World], Iterable[Identity]] = nothing
    """What its `alter` changes in a way that others, who stand in the way, do not survive."""

    in_the_way: Callable[[T, Identity, World], bool] = lambda *_: False
    """Whether it must go, and come again, while the thing that it needs is disturbed."""

    releases: Callable[[T, Identity, World], bool] = lambda *_: False
    """Whether it can let go of what it needs, in `detach`, and take hold again, in `alter`.

    It is then in `world.released`: a column takes its default off while a function is made again.
    """

    like: Callable[[T], Hashable] | None = None
    """All of it but its name and comment. An equal one under another name is renamed, not made."""

    rename: Callable[[T, T], Statements] = nothing

    read_on: Callable[[Connection, Mapping[Address, Identity]], Iterable[Found | Identity]] = (
        nothing
    )
    """What lives on objects of any kind, read when all of those have names.

    An Identity names what stands on something that no kind reads.
    """

    owner: Callable[[T], Identity | None] = lambda _: None
    """Whose drop takes it along, apart from its table: the column that owns a sequence."""

    tie: Callable[[T | None, T], Statements] = nothing
    """What can only be said once its owner exists."""

    untied: Callable[[T, T, World], T | None] = lambda old, *_: old
    """What `detach` leaves of it before `tie`, where it is in `world.parted`."""


def relation(schema: str, name: str) -> Hashable:
    """The name space of tables, views, sequences, indexes and of keys, which have an index."""
    return ("relation", schema, name)


def type_name(schema: str, name: str) -> Hashable:
    """The name space of types; every table and view has one of its own name."""
    return ("type", schema, name)


def comment_on(what: str, identity: Identity, old: str | None, new: str | None) -> Statements:
    """COMMENT ON `what` when it differs; `what` is SQL such as `TABLE public.users`."""
    if old == new:
        return ()

    def sql(comment: str | None) -> str:
        return f"COMMENT ON {what} IS {'NULL' if comment is None else literal(comment)}"

    return (
        PlannedStatement(
            sql(new),
            f"{'Remove' if new is None else 'Set'} the comment on {identity}",
            identity,
            undo=sql(old),
        ),
    )


def comment_on_type(identity: Identity, old: str | None, new: str | None) -> Statements:
    """The same on a type of any kind but a domain."""
    return comment_on(f"TYPE {qualified(identity.schema, identity.name)}", identity, old, new)


def made_again(statements: Statements) -> str:
    """Creation as the undo of a drop: several statements, comments included, in one text."""
    return ";\n".join(statement.sql for statement in statements)
