"""What `schema-ci lint` prints: findings for people, or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from ci_runner.log import neutral
from ci_runner.report.model import ReportedFinding

COLORS = {"error": "31", "warning": "33", "note": "36"}


def render_text(findings: Sequence[ReportedFinding], color: bool) -> str:  # noqa: FBT001  # as NO_COLOR: on or off
    """`file:line: severity: rule: message`, evidence and advice below; "" without findings."""
    lines: list[str] = []
    for finding in findings:
        place = f"{finding.path}:{finding.line}" if finding.line > 0 else finding.path
        severity = paint(finding.severity, COLORS[finding.severity], color=color)
        message = indented(finding.message)
        lines.append(f"{indented(place)}: {severity}: {indented(finding.rule)}: {message}")
        if finding.evidence:
            lines.append(f"  seen: {indented(finding.evidence)}")
        if finding.instead:
            lines.append(f"  instead: {indented(finding.instead)}")
    return "".join(f"{line}\n" for line in lines)


def render_json(findings: Sequence[ReportedFinding]) -> str:
    """A list of objects with rule, severity, message, path, line, end_line, evidence, instead."""
    return json.dumps([asdict(finding) for finding in findings], indent=2) + "\n"


def paint(text: str, code: str, *, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text


def indented(text: str) -> str:
    """`text` without anything a terminal or CI obeys; lines after the first stand two blanks in."""
    return neutral(text).replace("\n", "\n  ")
