"""A database schema as frozen values, as a server's catalogue reports it.

Expressions and definitions are the server's own canonical text, never the author's.
Names are unquoted. `schema` is "" on engines that have none (SQLite).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

from ci_runner.frozen import frozen

# In which sessions a trigger or rule fires: PostgreSQL's session_replication_role.
Firing = Literal["origin", "disabled", "replica", "always"]


class Identity(NamedTuple):
    """The name of one object, unique within a schema value.

    `parent` is the table for what has no life outside it: columns, constraints, triggers. A tuple,
    because a large schema hashes and compares hundreds of thousands of them.
    """

    kind: str
    schema: str
    name: str
    parent: str = ""

    @property
    def qualified(self) -> str:
        return ".".join(part for part in (self.schema, self.parent, self.name) if part)

    def __str__(self) -> str:
        return f"{self.kind} {self.qualified}"


class SchemaObject(Protocol):
    """One object of a schema: a frozen dataclass of this module or of one beside it. See `home`.

    With `table` it lives on that relation, whose kind `table_kind` says where it is not always a
    table, with `on` on the object of that identity.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def identity(self) -> Identity: ...


@frozen
class Namespace:
    """A schema in the sense of CREATE SCHEMA."""

    name: str
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("schema", "", self.name)


@frozen
class Sequence:
    """A free-standing or owned sequence; those of identity columns belong to their column."""

    schema: str
    name: str
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    owned_by: Identity | None = None
    unlogged: bool = False
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("sequence", self.schema, self.name)


@frozen
class Enum:
    schema: str
    name: str
    values: tuple[str, ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("enum", self.schema, self.name)


@frozen
class ColumnStorage:
    """How values are kept and counted, where it is not as the type has it.

    `foreign_options` are (name, value) for a foreign data wrapper, `options` for the planner.
    """

    mode: str = ""
    compression: str = ""
    statistics: int | None = None
    options: tuple[str, ...] = ()
    foreign_options: tuple[tuple[str, str], ...] = ()


@frozen
class Column:
    """`type` is as the server formats it, length and precision included.

    `generated` is the expression of a generated column, `identity_options` the text behind
    GENERATED ... AS IDENTITY where it differs from the defaults. `inherited` is what a parent table
    has too, `local` as well what it keeps without that parent; `attributes` are the engine's words.
    """

    schema: str
    table: str
    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    generated: str | None = None
    generated_kind: Literal["", "stored", "virtual"] = ""
    identity_kind: Literal["", "always", "by default"] = ""
    identity_options: str = ""
    collation: str | None = None
    comment: str | None = None
    storage: ColumnStorage = ColumnStorage()
    inherited: bool = False
    local: bool = True
    attributes: tuple[str, ...] = ()

    @property
    def identity(self) -> Identity:
        return Identity("column", self.schema, self.name, self.table)


@frozen
class Table:
    """`options` are engine words that belong to the table itself, such as UNLOGGED or STRICT.

    `partition_key` is `RANGE (a)` of a partitioned table; `parents` are those it inherits from, in
    order; `bound` a partition's FOR VALUES, `bound_check` the check that says the same; `of_type` a
    typed table's type, `server` a foreign one's; `tablespace` and `access_method` "" where usual.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    options: tuple[str, ...] = ()
    comment: str | None = None
    partition_key: str = ""
    parents: tuple[Identity, ...] = ()
    bound: str = ""
    of_type: str = ""
    server: str = ""
    foreign_options: tuple[tuple[str, str], ...] = ()
    tablespace: str = ""
    access_method: str = ""
    bound_check: str = field(default="", compare=False)

    @property
    def identity(self) -> Identity:
        return Identity("table", self.schema, self.name)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@frozen
class IndexSettings:
    """What can be set on an index after it was made; `statistics` are (position, target).

    `replica_identity` and `clustered` are what the table takes it for. `comment` is that of the
    index behind a constraint: an Index has its own.
    """

    parameters: tuple[str, ...] = ()
    tablespace: str = ""
    statistics: tuple[tuple[int, int], ...] = ()
    replica_identity: bool = False
    clustered: bool = False
    comment: str | None = None


@frozen
class PrimaryKey:
    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    definition: str
    comment: str | None = None
    settings: IndexSettings = IndexSettings()

    @property
    def identity(self) -> Identity:
        return Identity("primary key", self.schema, self.name, self.table)


@frozen
class Unique:
    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    definition: str
    comment: str | None = None
    settings: IndexSettings = IndexSettings()

    @property
    def identity(self) -> Identity:
        return Identity("unique", self.schema, self.name, self.table)


@frozen
class Check:
    schema: str
    table: str
    name: str
    definition: str
    valid: bool = True
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("check", self.schema, self.name, self.table)


@frozen
class ForeignKey:
    """`references` is the identity of the referenced table."""

    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    references: Identity
    referenced_columns: tuple[str, ...]
    definition: str
    valid: bool = True
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("foreign key", self.schema, self.name, self.table)


@frozen
class Index:
    """An index that is not the body of a constraint. `keys` are column names or expressions.

    `valid` is false after a build that failed half way (PostgreSQL's CONCURRENTLY). `of_table` is
    true where its name is only unique among those of its table.
    """

    schema: str
    table: str
    name: str
    unique: bool
    method: str
    keys: tuple[str, ...]
    include: tuple[str, ...]
    predicate: str | None
    definition: str
    valid: bool = True
    comment: str | None = None
    table_kind: str = "table"
    settings: IndexSettings = IndexSettings()
    of_table: bool = False

    @property
    def identity(self) -> Identity:
        return Identity("index", self.schema, self.name, self.table if self.of_table else "")


@frozen
class View:
    """`columns` are the names it shows in order, `column_types` theirs; `options` `name=value`.

    `source` is the author's text where the engine keeps it: it makes the view again and is not
    compared. `column_comments` are (column, comment), `column_defaults` what an INSERT writes that
    leaves the column out.
    """

    schema: str
    name: str
    columns: tuple[str, ...]
    definition: str
    options: tuple[str, ...] = ()
    column_types: tuple[str, ...] = ()
    comment: str | None = None
    source: str = field(default="", compare=False)
    column_comments: tuple[tuple[str, str], ...] = ()
    column_defaults: tuple[tuple[str, str], ...] = ()

    @property
    def identity(self) -> Identity:
        return Identity("view", self.schema, self.name)


@frozen
class Trigger:
    """`source` as for a View. `enabled` says in which sessions it fires, as PostgreSQL has it."""

    schema: str
    table: str
    name: str
    definition: str
    comment: str | None = None
    source: str = field(default="", compare=False)
    table_kind: str = "table"
    enabled: Firing = "origin"

    @property
    def identity(self) -> Identity:
        return Identity("trigger", self.schema, self.name, self.table)


Constraint = PrimaryKey | Unique | Check | ForeignKey
T = TypeVar("T", bound=SchemaObject)


def home(each: SchemaObject) -> Identity | None:
    """The object that `each` lives on and goes with; None for what stands by itself."""
    on: Identity | None = getattr(each, "on", None)
    table: str | None = getattr(each, "table", None)
    if table is not None:
        return Identity(getattr(each, "table_kind", "table"), each.identity.schema, table)
    return on


@frozen
class Copy:
    """What the server keeps on a child table because a parent has it: `of` is the parent's own.

    `usual` is false where the server would give it another name by itself.
    """

    object: SchemaObject
    of: Identity
    usual: bool = True


@dataclass(frozen=True)
class Schema:
    """All objects of one database.

    `objects` is sorted by identity, without columns: those live in their Table. `dependencies` are
    (dependent, what it needs) and may name columns. `unmanaged` are objects that exist and are not
    compared. `copies` come and go with what they are copies of.
    """

    dialect: str
    objects: tuple[SchemaObject, ...] = ()
    dependencies: AbstractSet[tuple[Identity, Identity]] = frozenset()
    unmanaged: tuple[Identity, ...] = ()
    copies: tuple[Copy, ...] = ()

    @staticmethod
    def of(
        dialect: str,
        objects: Iterable[SchemaObject],
        dependencies: Iterable[tuple[Identity, Identity]] = (),
        unmanaged: Iterable[Identity] = (),
        copies: Iterable[Copy] = (),
    ) -> Schema:
        """Sort and freeze, so that two readings of one database are equal values."""
        return Schema(
            dialect,
            tuple(sorted(objects, key=lambda each: each.identity)),
            frozenset(dependencies),
            tuple(sorted(set(unmanaged))),
            tuple(sorted(copies, key=lambda each: each.object.identity)),
        )

    @cached_property
    def by_identity(self) -> Mapping[Identity, SchemaObject]:
        """Every object by identity, columns included."""
        found: list[SchemaObject] = []
        for each in self.objects:
            found += (each, *each.columns) if isinstance(each, Table) else (each,)
        return {each.identity: each for each in found}

    def get(self, identity: Identity) -> SchemaObject | None:
        return self.by_identity.get(identity)

    def of_type(self, kind: type[T]) -> Iterator[T]:
        return (each for each in self.objects if isinstance(each, kind))

    def table(self, schema: str, name: str) -> Table | None:
        found = self.by_identity.get(Identity("table", schema, name))
        return found if isinstance(found, Table) else None
