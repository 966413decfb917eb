"""Pass, warn or fail, and the sentence that says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from ci_runner.frozen import frozen
from ci_runner.report.destruction import destructive
from ci_runner.report.model import Report, ReportedProject, ReportedStep

Outcome = Literal["pass", "warn", "wait", "fail"]
_RANK = {"note": 1, "warning": 2, "error": 3, "never": 4}


@frozen
class Verdict:
    """`sentence` is plain text of our own words and numbers: nothing in it needs escaping."""

    outcome: Outcome
    errors: int
    warnings: int
    notes: int
    destructive: int
    sentence: str


def fails(severity: str, fail_on: str) -> bool:
    """Whether a finding of this severity fails a run."""
    return _RANK[severity] >= _RANK[fail_on]


def verdict(report: Report) -> Verdict:
    """What the whole run comes to.

    Never `pass` for what was not looked at: a statement that failed, a comparison that could not
    be made, a migration that is missing or a part of the report that is are `fail` whatever
    `fail_on` says; no project at all is `warn`, and so is the word of a job that is not to be
    trusted. Destructive statements without a finding are `warn`. What would not fail and needs an
    approval that it has not is `wait`.
    """
    found = [finding.severity for project in report.projects for finding in project.findings]
    losses = sum(len(destructive(project)) for project in report.projects)
    broken = any(
        project.state in {"unknown", "differs"} or stopped(project) for project in report.projects
    )
    outcome: Outcome = "pass"
    if broken or report.gaps or any(fails(severity, report.fail_on) for severity in found):
        outcome = "fail"
    elif report.approval.is_awaited:
        outcome = "wait"
    elif losses or report.reported_by or not report.projects or {"error", "warning"} & set(found):
        outcome = "warn"
    return Verdict(
        outcome,
        found.count("error"),
        found.count("warning"),
        found.count("note"),
        losses,
        "; ".join((*_caveats(report), *_clauses(report, losses))),
    )


def changed(report: Report) -> bool:
    """Whether there is anything to tell: a file, plan, finding, gap, or what was not compared."""
    return bool(report.gaps) or any(
        project.files
        or project.plan
        or project.findings
        or project.problem
        or project.state in {"generated", "differs", "unknown"}
        for project in report.projects
    )


def stopped(project: ReportedProject) -> tuple[ReportedStep, ...]:
    """Statements that failed, or that a failure kept from being run."""
    return tuple(step for step in project.steps if step.outcome != "ok")


def count(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _caveats(report: Report) -> Iterator[str]:
    if report.reported_by:
        yield "reported by an untrusted job"
    if report.gaps:
        yield f"the report is not whole: {count(len(report.gaps), 'gap')}"


def _clauses(report: Report, losses: int) -> Iterator[str]:
    if not report.projects:
        yield "no project was reviewed"
        return
    yield from _unfinished(report)
    states = [project.state for project in report.projects]
    if unknown := states.count("unknown"):
        yield f"{count(unknown, 'project')} could not be compared"
    found = [finding.severity for project in report.projects for finding in project.findings]
    counts = [
        count(found.count(name), name) for name in ("error", "warning", "note") if name in found
    ]
    yield ", ".join(counts) or "no findings"
    if losses:
        yield count(losses, "destructive statement")
    if report.approval.plan:
        yield "waits for an approval" if report.approval.is_awaited else "approved"
    back = sum(project.is_taken_back for project in report.projects)
    if generated := states.count("generated") - back:
        yield f"{count(generated, 'migration')} generated"
    if back:
        yield f"{count(back, 'migration')} taken back"
    if differing := states.count("differs"):
        yield f"the migration of {count(differing, 'project')} is missing"
    if set(states) == {"in-sync"}:
        unseen = sum(project.unseen for project in report.projects)
        besides = f" in what is compared; {count(unseen, 'object')} not compared" if unseen else ""
        yield f"schema and migrations agree{besides}"
    if unset := states.count("no-schema"):
        yield f"{count(unset, 'project')} without a desired schema to compare with"


def _unfinished(report: Report) -> Iterator[str]:
    """Statements that did not end well, or did not begin."""
    steps = Counter[str]()
    for project in report.projects:
        for step in project.steps:
            steps[step.outcome] += step.statements
    if failed := steps["failed"]:
        yield f"{count(failed, 'statement')} failed"
    if skipped := steps["not run"]:
        yield f"{count(skipped, 'statement')} not run"
