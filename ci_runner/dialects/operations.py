"""What a statement says that it does, read from its text: the static side of lint.

Names are unquoted and folded as the engine folds them. `Target.schema` is "" where the text gives
none. One statement may hold many operations (ALTER TABLE with several actions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ci_runner.schema.model import Identity


@dataclass(frozen=True, slots=True)
class Target:
    """A possibly unqualified name."""

    schema: str
    name: str

    def identity(self, kind: str, default_schema: str) -> Identity:
        return Identity(kind, self.schema or default_schema, self.name)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class CreateTable:
    """`partition_of` is the partitioned table that it becomes a part of."""

    table: Target
    temporary: bool = False
    if_not_exists: bool = False
    partition_of: Target | None = None


@dataclass(frozen=True, slots=True)
class DropTable:
    table: Target
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class DropSchema:
    name: str
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class DropColumn:
    table: Target
    column: str
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameTable:
    table: Target
    to: str


@dataclass(frozen=True, slots=True)
class RenameColumn:
    table: Target
    column: str
    to: str


@dataclass(frozen=True, slots=True)
class AddColumn:
    """`default` is the expression's text; `default_calls` the functions called in it, lower case,
    and `own_calls` those of them that are written with a schema, which is not the system's.

    `serial` also for identity columns; `generated` for stored and virtual expressions alike.
    """

    table: Target
    column: str
    type: str
    not_null: bool = False
    default: str | None = None
    default_calls: tuple[str, ...] = ()
    serial: bool = False
    generated: Literal["", "stored", "virtual"] = ""
    primary_key: bool = False
    unique: bool = False
    own_calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlterColumnType:
    """`computed` is whether USING says more than the column, or a cast of it."""

    table: Target
    column: str
    type: str
    computed: bool = False


@dataclass(frozen=True, slots=True)
class SetNotNull:
    table: Target
    column: str


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """`columns` as far as the text names them; `references` only for foreign keys.

    `inline` is whether it stands behind the definition of its column; `never_null` are columns
    that a check proves to be NOT NULL.
    """

    table: Target
    kind: Literal["primary key", "unique", "check", "foreign key", "exclude"]
    name: str = ""
    columns: tuple[str, ...] = ()
    not_valid: bool = False
    using_index: bool = False
    references: Target | None = None
    inline: bool = False
    never_null: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidateConstraint:
    table: Target
    name: str


@dataclass(frozen=True, slots=True)
class DropConstraint:
    table: Target
    name: str
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class AlterTable:
    """Any other action of ALTER TABLE: `action` in the manual's words, such as DROP NOT NULL.

    `name` is the column, trigger or index that it is about, `value` what it gets.
    """

    table: Target
    action: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class AttachPartition:
    table: Target
    partition: Target


@dataclass(frozen=True, slots=True)
class DetachPartition:
    table: Target
    partition: Target
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """`only` for CREATE INDEX ... ON ONLY parent. `columns` are plain columns only.

    `whole` is said where its keys are whole columns and nothing else, of every row.
    """

    table: Target
    name: str
    concurrently: bool = False
    unique: bool = False
    if_not_exists: bool = False
    only: bool = False
    columns: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class DropIndex:
    """`table` where the text names it: on engines where each table has names of its own."""

    index: Target
    concurrently: bool = False
    table: Target | None = None


@dataclass(frozen=True, slots=True)
class Reindex:
    """`kind` is what is named: index, table, schema, database or system."""

    kind: str
    name: Target
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class Refresh:
    """REFRESH MATERIALIZED VIEW."""

    table: Target
    concurrently: bool = False
    with_data: bool = True


@dataclass(frozen=True, slots=True)
class Vacuum:
    """VACUUM; `table` is None for the whole database."""

    table: Target | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """CLUSTER; `table` is None for the whole database."""

    table: Target | None = None


@dataclass(frozen=True, slots=True)
class LockTable:
    """LOCK TABLE, or SELECT ... FOR UPDATE and the like of all rows: `mode` as it is written."""

    table: Target
    mode: str


@dataclass(frozen=True, slots=True)
class CreateView:
    view: Target
    replace: bool = False


@dataclass(frozen=True, slots=True)
class CreateObject:
    """CREATE of any other kind: `kind` in the manual's words, `table` for what stands on one."""

    kind: str
    name: Target
    replace: bool = False
    table: Target | None = None


@dataclass(frozen=True, slots=True)
class AlterObject:
    """ALTER of anything but a table: `action` in the manual's words, such as ADD VALUE."""

    kind: str
    name: Target
    action: str
    value: str = ""
    not_valid: bool = False


@dataclass(frozen=True, slots=True)
class RenameObject:
    """`table` for what stands on one, `was` for a part of `name`: a value, an attribute."""

    kind: str
    name: Target
    to: str
    table: Target | None = None
    was: str = ""


@dataclass(frozen=True, slots=True)
class DropObject:
    """DROP of anything but tables, schemas and indexes; `table` for what stands on one."""

    kind: str
    name: Target
    cascade: bool = False
    table: Target | None = None


@dataclass(frozen=True, slots=True)
class Alone:
    """Any other statement that must run outside a transaction: CREATE DATABASE, ALTER SYSTEM."""

    what: str


@dataclass(frozen=True, slots=True)
class Setting:
    """SET of a parameter, PRAGMA: `value` is "" for DEFAULT; `local` until the transaction ends."""

    name: str
    value: str
    local: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """One name twice where names must differ: `where` in words, such as `the index`."""

    name: str
    where: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """BEGIN, COMMIT, ROLLBACK written in the file."""

    verb: Literal["begin", "commit", "rollback"]


@dataclass(frozen=True, slots=True)
class SearchPath:
    """Where names without a schema are looked for from now on."""

    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY.

    `everywhere` is whether nothing chooses among the rows: no WHERE, or one that is always true.
    `columns` are those that are written, empty where the text names none; `fills` those of them
    that an UPDATE writes in every row where they are NULL.
    """

    verb: str
    table: Target | None = None
    everywhere: bool = False
    cascade: bool = False
    columns: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """Read and understood, but of no kind that a rule asks for. `what` is the node's name."""

    what: str


@dataclass(frozen=True, slots=True)
class Unparsed:
    """The static parser can't read it; the server may."""

    reason: str


Operation = (
    CreateTable
    | DropTable
    | DropSchema
    | DropColumn
    | RenameTable
    | RenameColumn
    | AddColumn
    | AlterColumnType
    | SetNotNull
    | AddConstraint
    | ValidateConstraint
    | DropConstraint
    | AlterTable
    | AttachPartition
    | DetachPartition
    | CreateIndex
    | DropIndex
    | Reindex
    | Refresh
    | Vacuum
    | Cluster
    | LockTable
    | CreateView
    | CreateObject
    | AlterObject
    | RenameObject
    | DropObject
    | Alone
    | Setting
    | Repeated
    | Transaction
    | SearchPath
    | Data
    | Other
    | Unparsed
)
