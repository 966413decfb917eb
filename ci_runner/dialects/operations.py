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
    table: Target
    temporary: bool = False


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
    """`default` is the expression's text; `default_calls` the functions called in it, lower case.

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


@dataclass(frozen=True, slots=True)
class AlterColumnType:
    table: Target
    column: str
    type: str
    using: bool = False


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
class CreateIndex:
    """`only` for CREATE INDEX ... ON ONLY parent. `columns` are plain columns only."""

    table: Target
    name: str
    concurrently: bool = False
    unique: bool = False
    if_not_exists: bool = False
    only: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropIndex:
    index: Target
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class Concurrently:
    """Any other statement that must run outside a transaction: REINDEX, DETACH ... CONCURRENTLY."""

    what: str


@dataclass(frozen=True, slots=True)
class CreateView:
    view: Target
    replace: bool = False


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
    """INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY."""

    verb: str
    table: Target | None = None


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
    | CreateIndex
    | DropIndex
    | Concurrently
    | CreateView
    | Transaction
    | SearchPath
    | Data
    | Other
    | Unparsed
)
