"""What a run comes to, in whatever words it is told.

The run that commits a migration tells of it as generated, the next one finds it in the branch. Both
have the same result on the same commit, and what was told once is not told again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from ci_runner.report.destruction import destructive
from ci_runner.report.model import Report, ReportedProject
from ci_runner.report.plan_hash import plan_hash
from ci_runner.report.verdict import verdict

# docs.github.com, "Triggering a workflow from a workflow": what GITHUB_TOKEN pushes starts none.
SILENT = (
    "The migration was committed with the job's own GITHUB_TOKEN, for which GitHub starts no"
    " workflow: this check is on the new commit, checks of other workflows are not. Give schema-ci"
    " the token of a GitHub App or a person, start them by workflow_dispatch, or push once more."
)


def result_digest(report: Report) -> str:
    """16 hex digits over all that a reader decides by, but not who put which file there."""
    said = {
        "version": report.tool_version,
        "outcome": verdict(report).outcome,
        "plan": plan_hash(report),
        "notices": [notice for notice in report.notices if notice != SILENT],
        "gaps": report.gaps,
        "reported_by": report.reported_by,
        "approval": [report.approval.plan, report.approval.given, report.approval.problem],
        "projects": [_project(project) for project in report.projects],
    }
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _project(project: ReportedProject) -> dict[str, object]:
    """Without durations, which no two runs share."""
    return {
        "server": project.server,
        "problem": project.problem,
        "findings": [asdict(finding) for finding in project.findings],
        "losses": [each.sql for each in destructive(project)],
        "effects": [
            (step.path, step.line, step.outcome, step.rewritten, step.locks, step.error)
            for step in project.steps
        ],
        "unseen": [project.unmanaged, project.left_out],
    }
