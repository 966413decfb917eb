"""Findings as GitLab's Code Quality report: docs.gitlab.com/ci/testing/code_quality."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from ci_runner.log import visible
from ci_runner.report.model import ReportedFinding

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render_codequality(findings: Sequence[ReportedFinding]) -> str:
    """A list of issues, each with a fingerprint of its own: GitLab drops one that it saw before."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in findings:
        name = finding.fingerprint or f"{finding.rule}\0{finding.path}\0{finding.message}"
        seen[name] += 1
        unique = hashlib.sha256(f"{name}\0{seen[name]}".encode("utf-8", "surrogatepass"))
        issues.append(
            {
                "description": visible(finding.message),
                "check_name": visible(finding.rule),
                "fingerprint": unique.hexdigest(),
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": visible(finding.path),
                    "lines": {
                        "begin": max(finding.line, 1),
                        "end": max(finding.end_line, finding.line, 1),
                    },
                },
            }
        )
    return json.dumps(issues, indent=2) + "\n"
