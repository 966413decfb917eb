"""A finding as it is reported: with as much of its statement as may be shown."""

from __future__ import annotations

from ci_runner.lint.rule import Finding, Severity
from ci_runner.report.elide import without_data
from ci_runner.report.model import ReportedFinding, SeverityName

_LONG_LINE = 200
_SEVERITIES: dict[Severity, SeverityName] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def as_reported(each: Finding) -> ReportedFinding:
    """The finding with as much of its statement as may be shown."""
    lines = each.statement.split("\n")
    behind = len(lines[-1]) + (each.column if len(lines) == 1 else 1)
    return ReportedFinding(
        each.rule,
        _SEVERITIES[each.severity],
        each.message,
        each.path,
        each.line,
        each.end_line,
        each.evidence,
        each.instead,
        each.column,
        behind if each.column else 0,
        without_data(each.statement).partition("\n")[0].rstrip()[:_LONG_LINE],
        each.replacement,
        each.suggestion,
        each.fingerprint,
    )
