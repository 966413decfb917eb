"""The report on a terminal: the verdict first, then each project as a DBA would read it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from ci_runner.log import disarmed
from ci_runner.report.approval import approval_lines
from ci_runner.report.findings import indented, paint, render_text
from ci_runner.report.model import Report, ReportedProject, ReportedStep
from ci_runner.report.verdict import count, verdict

_COLORS = {"pass": "32", "warn": "33", "wait": "33", "fail": "31"}
_STATES = {
    "in-sync": "the migrations reach the desired schema",
    "generated": "a missing migration was written and proven",
    "differs": "a migration is missing",
    "no-schema": "no desired schema is configured: nothing to compare with",
    "unknown": "the schema was not compared",
}


def render(report: Report, color: bool) -> str:  # noqa: FBT001  # as NO_COLOR: on or off
    """The whole report as text, safe to print in any CI's log.

    Of the planned migration the plan is shown; its proof only where a statement failed.
    """
    result = verdict(report)
    word = paint(result.outcome, _COLORS[result.outcome], color=color)
    lines = [f"{word}: {result.sentence}"]
    if report.reported_by:
        lines.append(f"untrusted: a job of {indented(report.reported_by)} wrote this report")
    lines += [f"missing: {indented(gap)}" for gap in report.gaps]
    lines += [f"note: {indented(notice)}" for notice in report.notices]
    lines += [f"approval: {indented(line)}" for line in approval_lines(report.approval)]
    for project in report.projects:
        lines += ["", *_project(project, report.committed, color=color)]
    return disarmed("\n".join(line.rstrip() for line in lines) + "\n")


def _project(project: ReportedProject, committed: str, *, color: bool) -> Iterator[str]:
    name = paint(indented(project.name), "1", color=color)
    yield f"{name} ({indented(project.server or project.dialect)}): {_state(project)}"
    if project.problem:
        yield from _error("the schema was not compared", "", project.problem, color=color)
    if project.replayed_files:
        yield (
            f"  replayed {count(project.replayed_files, 'merged file')}"
            f" in {project.replay_milliseconds:.0f} ms"
        )
    for file in project.files:
        yield f"  {file.status} {indented(file.path)}"
    planned = {file.path for file in project.files if file.status in {"generated", "missing"}}
    for step in project.steps:
        if step.path not in planned or step.outcome != "ok":
            yield _step(step, color=color)
    for step in project.steps:
        if step.outcome == "failed":
            place = f"{step.path}:{step.line}"
            said = f"{project.dialect}: {step.error}{_in_the_way(step)}"
            yield from _error("the migration does not apply", place, said, color=color)
    if project.findings:
        yield from render_text(project.findings, color).splitlines()
    if project.plan:
        yield f"  plan, {count(len(project.plan), 'statement')}:"
        for statement in project.plan:
            mark = paint(" -- destructive", "31", color=color) if statement.destructive else ""
            yield f"    {indented(statement.sql).replace(chr(10), chr(10) + '  ')};{mark}"
            yield from (f"      -- {indented(hazard)}" for hazard in statement.hazards)
    if project.unmanaged:
        yield f"  not compared: {', '.join(indented(each) for each in project.unmanaged)}"
    yield from _next_step(project, committed)


def _state(project: ReportedProject) -> str:
    if project.is_taken_back:
        return "what we had generated is taken back: it is not needed any more"
    unseen = project.unseen if project.state == "in-sync" else 0
    besides = f", as far as it is compared: {count(unseen, 'object')} not" if unseen else ""
    return _STATES[project.state] + besides


def _step(step: ReportedStep, *, color: bool) -> str:
    words = [f"  {indented(step.path)}:{step.line}"]
    if step.outcome == "not run":
        words.append("not run")
    else:
        words.append(paint(step.outcome, "32" if step.outcome == "ok" else "31", color=color))
        words.append(f"{step.milliseconds:.1f} ms")
    if step.rows is not None:
        words.append(count(step.rows, "row"))
    if step.statements > 1:
        words.append(count(step.statements, "statement"))
    words += [f"rewrote {indented(each)}" for each in step.rewritten]
    words += [f"locked {indented(each)}" for each in step.blocking]
    return "  ".join(words)


def _in_the_way(step: ReportedStep) -> str:
    rows = count(step.rows_in_the_way, "row")
    return f" ({rows} in the way on the dev database)" if step.rows_in_the_way else ""


def _error(what: str, where: str, said: str, *, color: bool) -> Iterator[str]:
    yield f"{paint('error', '31', color=color)}: {what}"
    if where:
        yield f"  {indented(where)}"
    yield f"  {indented(said)}"


def _next_step(project: ReportedProject, committed: str) -> Iterator[str]:
    if project.state == "differs":
        name = shlex.quote(indented(project.name))
        yield f"next: run `schema-ci diff --project {name}` to write the missing migration"
        if project.offered == "artifact":
            names = ", ".join(indented(file.path) for file in project.generated)
            yield f"or copy it from `missing` in the folder of the report: {names}"
    elif project.state == "generated":
        names = ", ".join(indented(file.path) for file in project.generated)
        if committed:
            yield f"committed as {committed[:7]}: {names}"
        else:
            yield f"next: review and commit {names}"
