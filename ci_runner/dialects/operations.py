"""What a statement says that it does, read from its text: the static side of lint.

Names are unquoted and folded as the engine folds them. `Target.schema` is "" where the text gives
none. One statement may hold many operations (ALTER TABLE with several actions).
"""

from __future__ import annotations

from typing import Literal

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class Target:
    """A possibly unqualified name."""

    schema: str
    name: str

    def identity(self, kind: str, default_schema: str) -> Identity:
        return Identity(kind, self.schema or default_schema, self.name)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@frozen
class CreateTable:
    """`partition_of` is the partitioned table that it becomes a part of."""

    table: Target
    temporary: bool = False
    if_not_exists: bool = False
    partition_of: Target | None = None


@frozen
class DropTable:
    table: Target
    cascade: bool = False


@frozen
class DropSchema:
    name: str
    cascade: bool = False


@frozen
class DropColumn:
    table: Target
    column: str
    cascade: bool = False


@frozen
class RenameTable:
    table: Target
    to: str


@frozen
class RenameColumn:
    table: Target
    column: str
    to: str


@frozen
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


@frozen
class AlterColumnType:
    """`computed` is whether USING says more than the column, or a cast of it."""

    table: Target
    column: str
    type: str
    computed: bool = False


@frozen
class SetNotNull:
    table: Target
    column: str


@frozen
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


@frozen
class ValidateConstraint:
    table: Target
    name: str


@frozen
class DropConstraint:
    table: Target
    name: str
    cascade: bool = False


@frozen
class AlterTable:
    """Any other action of ALTER TABLE: `action` in the manual's words, such as DROP NOT NULL.

    `name` is the column, trigger or index that it is about, `value` what it gets.
    """

    table: Target
    action: str
    name: str = ""
    value: str = ""


@frozen
class AttachPartition:
    table: Target
    partition: Target


@frozen
class DetachPartition:
    table: Target
    partition: Target
    concurrently: bool = False


@frozen
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


@frozen
class DropIndex:
    """`table` where the text names it: on engines where each table has names of its own."""

    index: Target
    concurrently: bool = False
    table: Target | None = None


@frozen
class Reindex:
    """`kind` is what is named: index, table, schema, database or system."""

    kind: str
    name: Target
    concurrently: bool = False


@frozen
class Refresh:
    """REFRESH MATERIALIZED VIEW."""

    table: Target
    concurrently: bool = False
    with_data: bool = True


@frozen
class Vacuum:
    """VACUUM; `table` is None for the whole database."""

    table: Target | None = None
    full: bool = False


@frozen
class Cluster:
    """CLUSTER; `table` is None for the whole database."""

    table: Target | None = None


@frozen
class LockTable:
    """LOCK TABLE, or SELECT ... FOR UPDATE and the like of all rows: `mode` as it is written."""

    table: Target
    mode: str


@frozen
class CreateView:
    view: Target
    replace: bool = False


@frozen
class CreateObject:
    """CREATE of any other kind: `kind` in the manual's words, `table` for what stands on one."""

    kind: str
    name: Target
    replace: bool = False
    table: Target | None = None


@frozen
class AlterObject:
    """ALTER of anything but a table: `action` in the manual's words, such as ADD VALUE."""

    kind: str
    name: Target
    action: str
    value: str = ""
    not_valid: bool = False


@frozen
class RenameObject:
    """`table` for what stands on one, `was` for a part of `name`: a value, an attribute."""

    kind: str
    name: Target
    to: str
    table: Target | None = None
    was: str = ""


@frozen
class DropObject:
    """DROP of anything but tables, schemas and indexes; `table` for what stands on one."""

    kind: str
    name: Target
    cascade: bool = False
    table: Target | None = None


@frozen
class Alone:
    """Any other statement that must run outside a transaction: CREATE DATABASE, ALTER SYSTEM."""

    what: str


@frozen
class Setting:
    """SET of a parameter, PRAGMA: `value` is "" for DEFAULT; `local` until the transaction ends."""

    name: str
    value: str
    local: bool = False


@frozen
class Repeated:
    """One name twice where names must differ: `where` in words, such as `the index`."""

    name: str
    where: str


@frozen
class Transaction:
    """BEGIN, COMMIT, ROLLBACK written in the file."""

    verb: Literal["begin", "commit", "rollback"]


@frozen
class SearchPath:
    """Where names without a schema are looked for from now on."""

    schemas: tuple[str, ...]


@frozen
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


@frozen
class Other:
    """Read and understood, but of no kind that a rule asks for. `what` is the node's name."""

    what: str


@frozen
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
