"""Offer the safe form of a statement once it was seen to reach the same schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ci_runner.devdb.reach import Base
from ci_runner.devdb.replay import rehearse, script
from ci_runner.devdb.server import Server
from ci_runner.frozen import frozen
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Severity
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import History, Step
from ci_runner.pipeline.safe_files import Replacement, Rewritten, drafts
from ci_runner.schema.diff import diff

# As many files are tried one by one where all together do not get there.
_FEW = 8
_MANY = 50  # statements
_LONG = 5.0  # seconds
# What a linter says of the steps of the files in their place.
Judge = Callable[[tuple[Step, ...]], Sequence[Finding]]


def suggested(
    server: Server,
    base: Base,
    files: Sequence[MigrationFile],
    format_name: str,
    history: History,
    findings: Sequence[Finding],
    judge: Judge,
    policy: Policy,
) -> tuple[tuple[Finding, ...], tuple[Rewritten, ...]]:
    """The findings with their replacements, and the files that hold them.

    `base` opens a database that the new `files` run on and `history` is what they did. What does
    not run, reaches another schema or is not judged better is not offered, nor is what answers a
    finding that does not count.
    """
    counting = policy.judge(findings).findings
    if _takes_long(history):
        counting = tuple(each for each in counting if each.severity is not Severity.NOTE)
    written = tuple(drafts(server, files, format_name, history, counting))
    tried = _Trial(server, base, files, format_name, history, findings, judge)
    if written and tried.holds(written):
        offered = written
    else:
        several = written if 1 < len(written) <= _FEW else ()
        offered = tuple(each for each in several if tried.holds((each,)))
    texts = {
        (each.file.path, *place): text
        for each in offered
        for place, text in each.replacements.items()
    }
    none = Replacement("", "")
    placed = ((each, texts.get((each.path, each.line, each.column), none)) for each in findings)
    return tuple(
        replace(each, replacement=found.sql, suggestion=found.lines)
        if each.rule in found.rules
        else each
        for each, found in placed
    ), offered


def _takes_long(history: History) -> bool:
    """Whether to run it again for the sake of notes alone would keep people waiting."""
    seconds = sum(step.seconds for step in history.steps)
    return len(history.steps) > _MANY or seconds > _LONG


@frozen
class _Trial:
    """Runs the change with some of its files in their safe form."""

    server: Server
    base: Base
    files: Sequence[MigrationFile]
    format_name: str
    history: History
    findings: Sequence[Finding]
    judge: Judge

    def holds(self, written: Sequence[Rewritten]) -> bool:
        """Whether all runs, the schema is the same and the findings weigh less.

        Of a change that failed nobody has seen the schema: its safe form says the same statement.
        """
        safe = {each.file.path: each.file for each in written}
        dialect = self.server.dialect
        new = [script(safe.get(each.path, each), self.format_name, dialect) for each in self.files]
        with self.base() as connection:
            tried = rehearse(connection, dialect, new)
        return (
            tried.failed is None
            and (self.history.failed or not diff(self.history.schema, tried.schema))
            and self._weight(self.judge(tried.steps)) < self._weight(self.findings)
        )

    def _weight(self, findings: Sequence[Finding]) -> tuple[int, int, int]:
        """Errors, warnings, notes: no number of notes outweighs what a reviewer has to act on."""
        paths = {each.path for each in self.files}
        found = Counter(each.severity for each in findings if each.path in paths)
        return found[Severity.ERROR], found[Severity.WARNING], found[Severity.NOTE]
