"""Findings in a comment: what must be read stands open, and what may be read is folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ci_runner.report.escape import code, prose
from ci_runner.report.model import ReportedFinding
from ci_runner.report.places import NOWHERE, SHORT_NAME, Links, table, where
from ci_runner.report.verdict import count

_SEVERITIES = {"error": "❌ error", "warning": "⚠️ warning", "note": "💬 note"}
_HEADER = ("Severity", "Rule", "Where", "What, and what to do instead")


def finding_blocks(findings: Sequence[ReportedFinding], links: Links) -> Iterator[str]:
    """A table of errors and warnings, the worst first, and one of notes below a fold."""
    notes = [each for each in findings if each.severity == "note"]
    if loud := [each for each in findings if each.severity != "note"]:
        yield f"**Findings**\n\n{finding_table(loud, links)}"
    if notes:
        summary = f"<summary>{count(len(notes), 'note')}</summary>"
        yield f"<details>{summary}\n\n{finding_table(notes, links)}\n\n</details>"


def finding_table(findings: Sequence[ReportedFinding], links: Links = NOWHERE) -> str:
    """One row for each, the worst first."""
    order = list(_SEVERITIES)
    worst_first = sorted(findings, key=lambda finding: order.index(finding.severity))
    return table(_HEADER, [_row(finding, links) for finding in worst_first])


def failing_rules(findings: Sequence[ReportedFinding]) -> Iterator[str]:
    """How often which rule found an error or a warning, where there is no room for more."""
    counts = Counter((finding.severity, finding.rule) for finding in findings)
    lines = [
        f"- {_SEVERITIES[severity]} {code(rule)}: {number}"
        for (severity, rule), number in sorted(counts.items())
        if severity != "note"
    ]
    if lines:
        yield "**Findings**\n\n" + "\n".join(lines)


def _row(finding: ReportedFinding, links: Links) -> tuple[str, ...]:
    said = [prose(finding.message)]
    if finding.evidence:
        said.append(f"Seen: {prose(finding.evidence)}")
    if finding.instead:
        said.append(f"→ {prose(finding.instead)}")
    said += [code(line) for line in finding.replacement.splitlines() if line]
    return (
        _SEVERITIES[finding.severity],
        code(finding.rule),
        where(finding.path, finding.line, links, longest=SHORT_NAME),
        "<br>".join(said),
    )
