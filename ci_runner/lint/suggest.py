"""Safe forms of statements: SQL that leads to the same schema and lets readers and writers go on.

Only candidates: whoever offers one has seen it reach the same schema on a dev database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ci_runner.dialects.operations import SetNotNull
from ci_runner.dialects.postgres.quote import quote
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Create
from ci_runner.schema.model import Check, ForeignKey, PrimaryKey, Unique

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
_LONGEST = 63

Suggestion = Callable[[Step], tuple[str, ...]]


def safe_form(rule: str, step: Step) -> tuple[str, ...]:
    """Statements for the place of one that breaks `rule`; none where no safe form is known.

    They must not share a transaction. Only for statements that do one thing.
    """
    suggestion = _SUGGESTIONS.get(rule)
    if (
        suggestion is None
        or step.statement.sensitive
        or len(step.operations) != 1
        or step.failure
        or not step.executed
    ):
        return ()
    return suggestion(step)


def _concurrently(step: Step) -> tuple[str, ...]:
    text, count = _INDEX.subn(r"\1 CONCURRENTLY", step.statement.text, count=1)
    return (text,) if count else ()


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


_SUGGESTIONS: Mapping[str, Suggestion] = {
    "create-index-blocking": _concurrently,
    "drop-index-blocking": _concurrently,
    "add-fk-validates": _validated_later,
    "add-check-validates": _validated_later,
    "add-unique-index": _from_index,
    "add-pk-index": _from_index,
    "set-not-null-scan": _proven_first,
}
