"""A finding's replacement as the block that a forge turns into a button."""

from __future__ import annotations

from ci_runner.log import visible
from ci_runner.report.escape import fence
from ci_runner.report.model import ReportedFinding


def github(finding: ReportedFinding) -> str:
    """For a review comment on the lines `line` to `end_line`; "" where nothing can be offered."""
    return _block(finding, "suggestion")


def gitlab(finding: ReportedFinding) -> str:
    """For a discussion on the line `line`; "" where nothing can be offered."""
    return _block(finding, f"suggestion:-0+{finding.end_line - finding.line}")


def _block(finding: ReportedFinding, language: str) -> str:
    """What a button writes must be what the reader saw: no character that does not show."""
    lines = finding.suggestion.replace("\r\n", "\n")
    if not lines or visible(lines) != lines or lines != lines.strip("\n"):
        return ""
    return fence(lines, language)
