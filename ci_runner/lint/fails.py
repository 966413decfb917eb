"""Which rule says best why the dev database refused a statement."""

from __future__ import annotations

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

# errcodes-appendix.html
_IN_TRANSACTION = "25001"
_UNSAFE_ENUM = "55P04"
_NOT_SUPPORTED = "0A000"
_NO_UNIQUE_KEY = "42830"
_MISMATCH = "42804"
_TWICE = frozenset({"42701", "42601"})
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
    added = any(isinstance(each, AddColumn) for each in done)
    if added and step.failure.message.startswith(_SQLITE_ADDS):
        return "sqlite-add-not-null"
    return ""


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
