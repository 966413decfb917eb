"""Findings as workflow commands of GitHub, which shows them beside the lines of the change.

docs.github.com/actions/reference/workflow-commands; values are escaped as actions/toolkit does it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.log import visible
from ci_runner.report.model import ReportedFinding

_SHOWN = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_annotations(findings: Sequence[ReportedFinding]) -> str:
    """One command on a line for each finding, the worst first: GitHub shows ten of a kind."""
    ordered = sorted(findings, key=lambda each: list(_COMMANDS).index(each.severity))
    return "".join(f"{_command(each)}\n" for each in ordered)


def render_few(findings: Sequence[ReportedFinding], elsewhere: str) -> str:
    """As many as GitHub shows of one step, ten of a kind, and how many more are `elsewhere`."""
    kept: list[ReportedFinding] = []
    for severity in _COMMANDS:
        # The last line is a notice too.
        most = _SHOWN - 1 if severity == "note" else _SHOWN
        kept += [each for each in findings if each.severity == severity][:most]
    text = render_annotations(kept)
    if more := len(findings) - len(kept):
        text += f"::notice title=schema-ci::{more} more in {_escaped(elsewhere)}\n"
    return text


def _command(finding: ReportedFinding) -> str:
    properties = {"file": finding.path, "title": finding.rule}
    if finding.line > 0:
        properties["line"] = str(finding.line)
        properties["endLine"] = str(max(finding.end_line, finding.line))
    # GitHub refuses columns where an annotation spans lines.
    if finding.column and finding.end_line == finding.line:
        properties["col"] = str(finding.column)
        properties["endColumn"] = str(finding.end_column)
    said = [finding.message]
    if finding.evidence:
        said.append(f"seen: {finding.evidence}")
    if finding.instead:
        said.append(f"instead: {finding.instead}")
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {named}::{_escaped(chr(10).join(said))}"


def _escaped(text: str) -> str:
    """The runner also obeys `##[name]`, wherever it stands in a line."""
    inert = visible(text).replace("##[", "#\u200b#[")
    return inert.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
