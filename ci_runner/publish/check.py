"""The check beside the commit: written once per result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from ci_runner.context import Build, Sha
from ci_runner.forges.base import Annotation, Check, Conclusion, Forge
from ci_runner.publish.outcome import Published, Skipped
from ci_runner.publish.size import Render, fullest
from ci_runner.report.model import Report
from ci_runner.report.verdict import verdict

_SUMMARY_BYTES = 65_000
_MESSAGE_CHARACTERS = 15_000  # at most 60,000 bytes of UTF-8
_TITLE = 255
_CONCLUSIONS: dict[str, Conclusion] = {
    "pass": "success",
    "warn": "neutral",
    "wait": "action_required",
    "fail": "failure",
}


def write_check(
    forge: Forge, report: Report, project: str, render: Render, build: Build, head: Sha
) -> Published | Skipped:
    """`schema-ci / <project>` on `head`, unless the same result is there already."""
    result = verdict(report)
    check = Check(
        name=f"schema-ci / {project or 'all'}"[:_TITLE],
        sha=head,
        conclusion=_CONCLUSIONS[result.outcome],
        title=result.sentence[:_TITLE],
        summary=fullest(render, characters=_SUMMARY_BYTES, max_bytes=_SUMMARY_BYTES),
        details_url=build.run_url,
        annotations=_annotations(report),
    )
    digest = _digest(check)
    existing = forge.find_check(head, check.name)
    if existing is not None and existing.digest == digest:
        return Skipped("check", "unchanged")
    return Published("check", forge.write_check(check, existing, digest))


def _annotations(report: Report) -> tuple[Annotation, ...]:
    """Findings on files that this change holds."""
    return tuple(
        Annotation(
            path=finding.path,
            line=max(1, finding.line),
            end_line=max(1, finding.line, finding.end_line),
            level="failure"
            if finding.severity == "error"
            else "warning"
            if finding.severity == "warning"
            else "notice",
            title=finding.rule[:_TITLE],
            message=finding.message[:_MESSAGE_CHARACTERS],
        )
        for project in report.projects
        for finding in project.findings
        if finding.path in {file.path for file in project.files if file.status != "removed"}
    )


def _digest(check: Check) -> str:
    """Of the result only: the run's URL differs in each run."""
    result = {key: value for key, value in asdict(check).items() if key != "details_url"}
    return hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()[:16]
