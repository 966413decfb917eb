"""What names a plan: who approves it, or compares it later, means this one and no other."""

from __future__ import annotations

import hashlib
import json

from ci_runner.report.model import Report, ReportedFile, ReportedProject

# 160 bits: nobody finds two plans of one hash, and GitHub's labels take it.
_LENGTH = 40


def plan_hash(report: Report) -> str:
    """40 hex digits of SHA-256 over all that would be merged, and the base that it is merged into.

    The whole of each file counts, not just its destructive statements: what comes before one
    decides what it destroys. Names and versions do not, so that a file may move behind others; nor
    does whether a file was committed since. Of a report that is not to be trusted the head counts.
    """
    plan = {
        "standing": report.standing,
        "projects": [_plan(project) for project in report.projects],
    }
    text = json.dumps(plan, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _plan(project: ReportedProject) -> dict[str, object]:
    files = [_file(file) for file in project.files if file.status != "replaced"]
    written = any(file.status in {"generated", "missing"} for file in project.files)
    statements = [] if written else [each.sql for each in project.plan]
    return {
        "name": project.name,
        "dialect": project.dialect,
        "directory": project.directory,
        "files": files,
        "plan": statements,
    }


def _file(file: ReportedFile) -> tuple[str, str]:
    status = "new" if file.status in {"generated", "missing"} else file.status
    return status, file.sha256
