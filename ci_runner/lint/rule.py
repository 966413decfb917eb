"""What a rule is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ci_runner.dialects.operations import Target
from ci_runner.migrations.directory import DirectoryChange
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity, Schema


class Severity(StrEnum):
    """`off` only in configuration."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"

    @property
    def rank(self) -> int:
        """Higher is worse."""
        return ("off", "note", "warning", "error").index(self.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a reviewer should know. Lines count from 1; 0 means the file as a whole.

    `evidence` is what was seen on the dev database, "" where the text alone was judged.
    `instead` is what to do, in words or SQL.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    end_line: int
    evidence: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule yields; the checker adds id, severity and advice.

    `step` is None for hits on a file as a whole, which then name `path`.
    """

    message: str
    step: Step | None = None
    path: str = ""
    evidence: str = ""
    instead: str = ""


@dataclass(frozen=True)
class Review:
    """All that rules look at: the new files' steps in order and the schema they start from.

    `base` is the schema that running clients know: before the first new file.
    """

    dialect: str
    default_schema: str
    base: Schema
    steps: tuple[Step, ...]
    change: DirectoryChange = DirectoryChange()

    def existed(self, table: Target) -> bool:
        """Whether running clients know `table`: it was there before the first new file.

        With no base schema at all (files linted alone) every table that the files themselves did
        not create counts as existing.
        """
        if self.base.objects:
            return self.identity(table) in self.base.by_identity
        return self.identity(table) not in self.created

    def identity(self, table: Target, kind: str = "table") -> Identity:
        return table.identity(kind, self.default_schema)

    @property
    def created(self) -> frozenset[Identity]:
        """Tables that the new files say they create."""
        from ci_runner.dialects.operations import CreateTable

        return frozenset(
            self.identity(operation.table)
            for step in self.steps
            for operation in step.operations
            if isinstance(operation, CreateTable)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, one file in `lint/rules/`, with examples in `lint/examples/<id>/`.

    `id` is the field's id of the check; `aliases` are other tools' names for it. `why` says what
    goes wrong in production, `instead` what to do.
    """

    id: str
    title: str
    severity: Severity
    dialects: tuple[str, ...]
    why: str
    instead: str
    check: Callable[[Review], Iterator[Hit]]
    aliases: tuple[str, ...] = ()
