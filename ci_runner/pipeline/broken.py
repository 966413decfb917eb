"""What is wrong with a change itself, as findings."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.errors import SchemaCiError
from ci_runner.lint.notices import CHECKSUM, UNREADABLE
from ci_runner.lint.rule import Finding, Severity
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory


def refused(error: SchemaCiError, severity: Severity) -> Finding:
    """SQL that does not run, or a file or folder that can't be read, as a finding."""
    path, _, line = error.where.splitlines()[0].rpartition(":") if error.where else ("", "", "")
    number = int(line) if line.isdigit() else 0
    return Finding(
        "syntax-error" if number else UNREADABLE.id,
        severity,
        error.what,
        path if number else error.where,
        number,
        number,
        evidence=error.said,
        instead=error.next_step,
    )


def misfits(head: Directory, severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    """Where the checksum file and the directory do not fit each other."""
    severity = severities.get(CHECKSUM.id, CHECKSUM.severity)
    if (head.checksum is None and head.format != "atlas") or severity is Severity.OFF:
        return ()
    return tuple(
        Finding(
            CHECKSUM.id,
            severity,
            problem.message,
            f"{head.path}/{checksum.NAME}",
            problem.line,
            problem.line,
            instead="run `schema-ci hash` once the files are as they should be",
        )
        for problem in checksum.verify(head)
    )
