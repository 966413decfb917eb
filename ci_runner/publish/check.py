"""The check beside the commit: in progress from the start of a run, written once per result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from ci_runner.context import Build, Sha
from ci_runner.forges.base import Annotation, Awaiting, Check, Conclusion, ExistingCheck, Forge
from ci_runner.log import visible
from ci_runner.publish.outcome import Published, Skipped
from ci_runner.publish.result import result_digest
from ci_runner.publish.size import Render, fullest
from ci_runner.report.model import Report, ReportedFinding
from ci_runner.report.verdict import changed, verdict

# Twenty requests with a second between two of them: GitHub asks for that pause between writes.
MOST_ANNOTATIONS = 1000
_SUMMARY_BYTES = 65_000
_MESSAGE_CHARACTERS = 15_000  # at most 60,000 bytes of UTF-8
_TITLE = 255
_CONCLUSIONS: dict[str, Conclusion] = {
    "pass": "success",
    "warn": "neutral",
    "wait": "action_required",
    "fail": "failure",
}
_WORST_FIRST = {"error": 0, "warning": 1, "note": 2}


def check_name(name: str) -> str:
    """`schema-ci / NAME`, at most as long as GitHub takes; "" is all projects."""
    return f"schema-ci / {name or 'all'}"[:_TITLE]


def result_check(report: Report, name: str, render: Render, build: Build, head: Sha) -> Check:
    """What the check is to say of `head`."""
    result = verdict(report)
    annotations, more = _annotations(report)
    remark = f"\n\n> {more} more findings are not shown beside their lines.\n" if more else ""
    room = _SUMMARY_BYTES - len(remark)
    conclusion = _CONCLUSIONS[result.outcome]
    if conclusion == "success" and not changed(report):
        conclusion = "neutral"
    return Check(
        name=name,
        sha=head,
        conclusion=conclusion,
        title=result.sentence[:_TITLE],
        summary=fullest(render, characters=room, max_bytes=room) + remark,
        details_url=build.run_url,
        annotations=annotations,
        result=result_digest(report),
    )


def write_check(forge: Forge, check: Check, existing: ExistingCheck | None) -> Published | Skipped:
    """Write it, unless `existing` is the same result already."""
    digest = _digest(check)
    if existing is not None and existing.conclusion and existing.digest == digest:
        annotated, url = existing.annotated, existing.url
        return Skipped("check", "unchanged", annotated=annotated, url=url)
    url = forge.write_check(check, existing, digest)
    shown = isinstance(forge, Awaiting) and forge.shows_annotations()
    return Published("check", url, annotated=shown)


def supersede(forge: Forge, begun: ExistingCheck, build: Build, old: Sha, new: Sha) -> None:
    """End the check of a commit that ours has followed: it must not stay in progress."""
    check = Check(
        name=begun.name,
        sha=old,
        conclusion="cancelled",
        title=f"superseded by {new[:7]}, which holds the missing migration",
        summary=f"The result is on {new}.",
        details_url=build.run_url,
    )
    forge.write_check(check, begun, "")


def _annotations(report: Report) -> tuple[tuple[Annotation, ...], int]:
    """Findings on files that this change holds, the worst first, and how many were left out."""
    found = [
        each
        for project in report.projects
        for each in project.findings
        if each.path in {file.path for file in project.files if file.status != "removed"}
    ]
    found.sort(key=lambda each: _WORST_FIRST[each.severity])
    shown = tuple(map(_annotation, found[:MOST_ANNOTATIONS]))
    return shown, len(found) - len(shown)


def _annotation(finding: ReportedFinding) -> Annotation:
    return Annotation(
        path=finding.path,
        line=max(1, finding.line),
        end_line=max(1, finding.line, finding.end_line),
        level="failure"
        if finding.severity == "error"
        else "warning"
        if finding.severity == "warning"
        else "notice",
        title=visible(finding.rule)[:_TITLE],
        message=visible(finding.message)[:_MESSAGE_CHARACTERS],
    )


def _digest(check: Check) -> str:
    """Of the result: its words and the address of the run may differ from run to run."""
    result = asdict(replace(check, details_url="", title="", summary=""))
    return hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()[:16]
