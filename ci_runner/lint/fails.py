"""Which rule says best why the dev database refused a statement."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.made import made
from ci_runner.dialects.mysql.plan.types import bare
from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterTable,
    CreateIndex,
    Repeated,
)
from ci_runner.lint.alone import alone, concurrently
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Drop
from ci_runner.schema.model import Column, ForeignKey, Identity, Table

# errcodes-appendix.html
_IN_TRANSACTION = "25001"
_UNSAFE_ENUM = "55P04"
_NOT_SUPPORTED = "0A000"
_NO_UNIQUE_KEY = "42830"
_MISMATCH = "42804"
_NO_TABLE = "42P01"
_TWICE = frozenset({"42701", "42601", "1060", "1061", "1110"})
# mysqld_error: MariaDB says of every foreign key that it is ill-formed, MySQL what it lacks:
# the table, an index, a column, a unique key; then types that differ, and a table of a database
# that is not there.
_MYSQL_FOREIGN_KEY = frozenset({"1005", "1215", "1822", "1824", "3734", "6125", "3780", "1142"})
_MYSQL_TYPES = "3780"
_MYSQL_LONG = frozenset({"1059"})
_SQLITE_ADDS = (
    "Cannot add a NOT NULL column",
    "Cannot add a UNIQUE column",
    "Cannot add a PRIMARY KEY column",
    "Cannot add a column with non-constant default",
    "cannot add a STORED column",
)


def explained(step: Step) -> str:  # noqa: PLR0911 - one return per rule
    """The id of the rule that tells of this very failure; "" where `syntax-error` has to."""
    if step.failure is None:
        return ""
    code, done = step.failure.code, step.operations
    foreign_key = any(isinstance(each, AddConstraint) and each.references for each in done)
    if code == _IN_TRANSACTION and any(map(concurrently, done)):
        return "concurrently-in-transaction"
    if code == _IN_TRANSACTION and any(map(alone, done)):
        return "non-transactional-stmt"
    if code == _UNSAFE_ENUM:
        return "enum-add-value"
    if code == _NOT_SUPPORTED:
        return _unsupported(step)
    if code in _TWICE and any(isinstance(each, Repeated) for each in done):
        return "duplicate-column"
    if foreign_key and code in {_NO_UNIQUE_KEY, _MISMATCH}:
        return "fk-parent" if code == _NO_UNIQUE_KEY else "fk-type-mismatch"
    if foreign_key and code == _NO_TABLE and _orphan(step):
        return "fk-parent"
    if code in _MYSQL_FOREIGN_KEY and foreign_key:
        return "fk-type-mismatch" if code == _MYSQL_TYPES or _differs(step) else "fk-parent"
    if code in _MYSQL_LONG:
        return "identifier-length"
    added = any(isinstance(each, AddColumn) for each in done)
    if added and step.failure.message.startswith(_SQLITE_ADDS):
        return "sqlite-add-not-null"
    return ""


def _orphan(step: Step) -> bool:
    """Whether the table that PostgreSQL misses is one that a foreign key refers to."""
    said = step.failure.message if step.failure else ""
    return any(
        isinstance(each, AddConstraint)
        and each.references is not None
        and each.references != each.table
        and f'relation "{each.references}" ' in said
        for each in step.operations
    )


def _differs(step: Step) -> bool:
    """Whether a foreign key of MySQL goes to columns that are there, of another type."""
    return any(bare(one.type) != bare(other.type) for one, other in _referring(step))


def _referring(step: Step) -> Iterator[tuple[Column, Column]]:
    """The columns of the statement's foreign keys, each with the one that it refers to."""
    told = [each.new for each in made(step.statement.text) if not isinstance(each, Drop)]
    own = [each for table in told if isinstance(table, Table) for each in table.columns]
    known = {**step.before.by_identity, **{each.identity: each for each in (*told, *own)}}
    for key in told:
        if isinstance(key, ForeignKey):
            for mine, theirs in zip(key.columns, key.referenced_columns, strict=False):
                left = known.get(Identity("column", "", mine, key.table))
                right = known.get(Identity("column", "", theirs, key.references.name))
                if isinstance(left, Column) and isinstance(right, Column):
                    yield left, right


def _unsupported(step: Step) -> str:
    message = step.failure.message if step.failure else ""
    for each in step.operations:
        match each:
            case CreateIndex(concurrently=True) if "partitioned" in message:
                return "cic-partitioned"
            case AlterColumnType() | AlterTable(action="SET EXPRESSION") if "used by" in message:
                return "type-change-view"
            case _:
                pass
    return ""
