"""Safe forms of statements: SQL that leads to the same schema and lets readers and writers go on.

Only candidates: whoever offers one has seen it reach the same schema on a dev database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ci_runner.dialects.operations import (
    AddConstraint,
    AttachPartition,
    CreateIndex,
    DetachPartition,
    DropIndex,
    SetNotNull,
)
from ci_runner.dialects.postgres.parse.words import LONGEST_NAME, cut_names
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.frozen import frozen
from ci_runner.lint.apart import apart
from ci_runner.lint.mysql_forms import least, modified, named_algorithm
from ci_runner.lint.stages import filled_later, planned
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Alter, Create
from ci_runner.schema.model import Check, Enum, ForeignKey, PrimaryKey, Table, Unique

_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_TABLE = rf"(?P<table>{_NAME}(?:\s*\.\s*{_NAME})?)"
_ALTER = rf"\AALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?{_TABLE}\s+"
_INDEX = re.compile(
    r"\A((?:CREATE(?:\s+UNIQUE)?|DROP)\s+INDEX)\b(?!\s+CONCURRENTLY\b)", re.IGNORECASE
)
_ALTER_TABLE = re.compile(_ALTER, re.IGNORECASE)
_KEY = re.compile(
    _ALTER + rf"ADD\s+(?:CONSTRAINT\s+{_NAME}\s+)?"
    r"(?P<what>UNIQUE|PRIMARY\s+KEY)\s*(?P<columns>\([^()]*\))\Z",
    re.IGNORECASE,
)
_IF_NOT_EXISTS = re.compile(r"\s+IF\s+NOT\s+EXISTS\s+", re.IGNORECASE)
_REINDEX = re.compile(
    r"\A(REINDEX(?:\s*\([^()]*\))?\s+(?:INDEX|TABLE|SCHEMA|DATABASE))\b(?!\s+CONCURRENTLY\b)",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"\A(REFRESH\s+MATERIALIZED\s+VIEW)\b(?!\s+CONCURRENTLY\b)", re.IGNORECASE)
_PARTITION_OF = re.compile(
    rf"\ACREATE\s+TABLE\s+(?P<new>{_NAME}(?:\s*\.\s*{_NAME})?)\s+PARTITION\s+OF\s+{_TABLE}\s+"
    r"(?P<bound>DEFAULT|FOR\s+VALUES\s+(?:IN\s*\([^()]*\)"
    r"|FROM\s*\([^()]*\)\s*TO\s*\([^()]*\)|WITH\s*\([^()]*\)))\Z",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    _ALTER + r"ADD\s+(?=UNIQUE\b|PRIMARY\s+KEY\b|CHECK\b|FOREIGN\s+KEY\b)", re.IGNORECASE
)
_LONGEST = 63

Suggestion = Callable[[Step], tuple[str, ...]]


@frozen
class SafeForm:
    """Statements for the place of one; `apart` where they must not share a transaction.

    `ahead` are settings before them, for as long as the transaction or the session lasts.
    """

    statements: tuple[str, ...]
    apart: bool
    ahead: tuple[str, ...] = ()


def safe_form(rule: str, step: Step) -> SafeForm | None:
    """What to write in the place of a statement that breaks `rule`; None where that is not known.

    Most are known for statements that do one thing.
    """
    suggestion = SUGGESTIONS.get(rule)
    if suggestion is None or step.statement.sensitive or not step.executed:
        return None
    if (step.failure is not None) != (rule in _FAILING):
        return None
    if rule in _AHEAD:
        settings = suggestion(step)
        return SafeForm((step.statement.text,), apart=False, ahead=settings) if settings else None
    alone = len(step.operations) == 1 or rule in _OF_SEVERAL
    statements = suggestion(step) if alone else ()
    if not statements and rule in _PLANNED and all(isinstance(o, _SAID) for o in step.operations):
        statements = planned(step)
    return SafeForm(statements, rule not in _TOGETHER) if statements else None


def _unchanged(step: Step) -> tuple[str, ...]:
    """What is wrong is the transaction around it alone."""
    return (step.statement.text,)


def _waits_no_longer(step: Step) -> tuple[str, ...]:
    """A limit ends with the transaction on PostgreSQL; without one the next file would have it."""
    if step.after.dialect == "mysql":
        return ("SET SESSION lock_wait_timeout = 2",)
    return ("SET LOCAL lock_timeout = '2s'",) if step.transactional else ()


def _placed(step: Step) -> tuple[str, ...]:
    """A new value stands behind the last one, which is where it goes without a word."""
    types = [
        change.old
        for change in step.observed.changes
        if isinstance(change, Alter) and isinstance(change.old, Enum)
    ]
    if len(types) != 1 or not types[0].values:
        return ()
    return (f"{step.statement.text} AFTER {literal(types[0].values[-1])}",)


def _cut(step: Step) -> tuple[str, ...]:
    """The names that the server makes of them."""
    text = step.statement.text
    for name in cut_names(text):
        kept = name.encode()[:LONGEST_NAME].decode("utf-8", errors="ignore")
        text = text.replace(name, kept)
    return (text,) if text != step.statement.text else ()


def _named(step: Step) -> tuple[str, ...]:
    """With the name that the server was seen to give."""
    name = _created(step, Check, ForeignKey, PrimaryKey, Unique)
    text, count = _UNNAMED.subn(rf"\g<0>CONSTRAINT {name} ", step.statement.text, count=1)
    return (text,) if name and count else ()


def _built(step: Step) -> tuple[str, ...]:
    """What the server refuses of a partitioned table is left to the planner."""
    (operation,) = step.operations
    partitioned = any(
        table.partition_key
        for table in step.before.of_type(Table)
        if isinstance(operation, CreateIndex) and table.name == operation.table.name
    )
    return () if partitioned else _concurrently(step)


def _concurrently(step: Step) -> tuple[str, ...]:
    text, count = _INDEX.subn(r"\1 CONCURRENTLY", step.statement.text, count=1)
    return (text,) if count else ()


def _reindexed(step: Step) -> tuple[str, ...]:
    text, count = _REINDEX.subn(r"\1 CONCURRENTLY", step.statement.text, count=1)
    return (text,) if count else ()


def _refreshed(step: Step) -> tuple[str, ...]:
    text, count = _REFRESH.subn(r"\1 CONCURRENTLY", step.statement.text, count=1)
    return (text,) if count else ()


def _dropped_first(step: Step) -> tuple[str, ...]:
    """What a failed run left behind is removed. An index that is there and whole is kept."""
    (operation,) = step.operations
    if not isinstance(operation, CreateIndex) or not step.observed.changes:
        return ()
    index = ".".join(quote(each) for each in (operation.table.schema, operation.name) if each)
    create = _IF_NOT_EXISTS.sub(" ", step.statement.text, count=1)
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index}", create


def _column_first(step: Step) -> tuple[str, ...]:
    found = [
        change.new.identity.name
        for change in step.observed.changes
        if isinstance(change, Create)
        and isinstance(change.new, Check | ForeignKey | Unique | PrimaryKey)
    ]
    return apart(step.statement.text, found[0]) if len(found) == 1 else ()


def _attached_later(step: Step) -> tuple[str, ...]:
    """A partition of a table is no child of it yet: only ATTACH locks the parent, and shortly."""
    found = _PARTITION_OF.match(step.statement.text)
    if found is None:
        return ()
    like = "INCLUDING ALL EXCLUDING INDEXES EXCLUDING COMMENTS EXCLUDING STATISTICS"
    return (
        f"CREATE TABLE {found['new']} (LIKE {found['table']} {like})",
        f"ALTER TABLE {found['table']} ATTACH PARTITION {found['new']} {found['bound']}",
    )


def _bound_proven_first(step: Step) -> tuple[str, ...]:
    """PostgreSQL looks at no row of a partition whose valid check implies the bound."""
    (operation,) = step.operations
    if not isinstance(operation, AttachPartition):
        return ()
    bounds = [
        each.bound_check
        for each in step.after.of_type(Table)
        if each.name == operation.partition.name and each.bound
    ]
    if len(bounds) != 1 or not bounds[0]:
        return ()
    partition = operation.partition
    alter = ".".join(quote(each) for each in (partition.schema, partition.name) if each)
    name = quote(f"{partition.name}_bound"[:_LONGEST])
    return (
        f"ALTER TABLE {alter} ADD CONSTRAINT {name} CHECK ({bounds[0]}) NOT VALID",
        f"ALTER TABLE {alter} VALIDATE CONSTRAINT {name}",
        step.statement.text,
        f"ALTER TABLE {alter} DROP CONSTRAINT {name}",
    )


def _validated_later(step: Step) -> tuple[str, ...]:
    text = step.statement.text
    table = _ALTER_TABLE.match(text)
    name = _created(step, Check, ForeignKey)
    if table is None or not name:
        return ()
    return f"{text} NOT VALID", f"ALTER TABLE {table['table']} VALIDATE CONSTRAINT {name}"


def _from_index(step: Step) -> tuple[str, ...]:
    key = _KEY.match(step.statement.text)
    name = _created(step, Unique, PrimaryKey)
    if key is None or not name:
        return ()
    table, what = key["table"], " ".join(key["what"].upper().split())
    return (
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} {key['columns']}",
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {what} USING INDEX {name}",
    )


def _proven_first(step: Step) -> tuple[str, ...]:
    """PostgreSQL 12+ looks at no row where a valid check says that none is NULL."""
    table = _ALTER_TABLE.match(step.statement.text)
    operation = step.operations[0]
    if table is None or not isinstance(operation, SetNotNull):
        return ()
    name = quote(f"{operation.table.name}_{operation.column}_is_set"[:_LONGEST])
    alter = f"ALTER TABLE {table['table']}"
    return (
        f"{alter} ADD CONSTRAINT {name} CHECK ({quote(operation.column)} IS NOT NULL) NOT VALID",
        f"{alter} VALIDATE CONSTRAINT {name}",
        step.statement.text,
        f"{alter} DROP CONSTRAINT {name}",
    )


def _created(step: Step, *kinds: type[Check | ForeignKey | Unique | PrimaryKey]) -> str:
    """The name of the one constraint that was seen to appear, quoted; "" if it is not one."""
    found = [
        change.new.identity.name
        for change in step.observed.changes
        if isinstance(change, Create) and isinstance(change.new, kinds)
    ]
    return quote(found[0]) if len(found) == 1 else ""


# These may share a transaction with what is around them.
_TOGETHER = frozenset(
    {
        "create-partition-of",
        "enum-order",
        "explicit-copy-lock",
        "identifier-length",
        "mysql-change-column",
        "refresh-matview",
        "require-algorithm-lock",
        "unnamed-constraint",
    }
)
# What the planner may say for a statement of several things, or of a partitioned table, which
# SQL alone tells: how old rows get a new type, it does not know.
_PLANNED = frozenset(
    {
        "add-check-validates",
        "add-fk-validates",
        "add-pk-index",
        "add-unique-index",
        "attach-partition",
        "create-index-blocking",
        "detach-partition",
        "drop-index-blocking",
        "set-not-null-scan",
    }
)
_SAID = (AddConstraint, AttachPartition, CreateIndex, DetachPartition, DropIndex, SetNotNull)
# They set something and leave the statement as it is.
_AHEAD = frozenset({"lock-timeout-missing"})
# The statement fails as the file is, and says the right thing.
_FAILING = frozenset({"concurrently-in-transaction"})
# What they write is no matter of the one thing that the statement does.
_OF_SEVERAL = frozenset(
    {
        "add-column-inline-check",
        "add-column-inline-fk",
        "add-column-unique",
        "explicit-copy-lock",
        "identifier-length",
        "mysql-change-column",
        "require-algorithm-lock",
    }
)
SUGGESTIONS: Mapping[str, Suggestion] = {
    "add-check-validates": _validated_later,
    "add-column-inline-check": _column_first,
    "add-column-inline-fk": _column_first,
    "add-column-unique": _column_first,
    "add-fk-validates": _validated_later,
    "add-pk-index": _from_index,
    "add-unique-index": _from_index,
    "attach-partition": _bound_proven_first,
    "cic-if-not-exists-invalid": _dropped_first,
    "concurrently-in-transaction": _unchanged,
    "create-index-blocking": _built,
    "create-partition-of": _attached_later,
    "detach-partition": planned,
    "drop-index-blocking": _concurrently,
    "enum-order": _placed,
    "explicit-copy-lock": least,
    "identifier-length": _cut,
    "lock-timeout-missing": _waits_no_longer,
    "mysql-change-column": modified,
    "refresh-matview": _refreshed,
    "reindex-blocking": _reindexed,
    "require-algorithm-lock": named_algorithm,
    "set-not-null-scan": _proven_first,
    "unnamed-constraint": _named,
    "validate-same-tx": _unchanged,
    "volatile-default": filled_later,
}
