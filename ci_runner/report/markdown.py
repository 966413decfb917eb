"""The comment on a pull request: is this change safe, in ten seconds.

The same report always gives the same text: no time, no date, no run but an untrusted one.
Everything that comes from the repository or a database goes through `escape` or is a number.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from ci_runner.report.approval import approval_blocks
from ci_runner.report.destruction import Destruction, destructive
from ci_runner.report.elide import error_without_data, without_data
from ci_runner.report.escape import code, fence, guard, prose, site
from ci_runner.report.finding_tables import failing_rules, finding_blocks, finding_table
from ci_runner.report.model import (
    Report,
    ReportedBuild,
    ReportedFinding,
    ReportedProject,
    ReportedStatement,
)
from ci_runner.report.offer import offer
from ci_runner.report.places import SHORT_NAME, Links, links_of, table, where
from ci_runner.report.verdict import Verdict, count, stopped, verdict

LEVELS = 4
_WORDS = {
    "pass": "✅ Passed",
    "warn": "⚠️ Passed with warnings",
    "wait": "⏸️ Waiting",
    "fail": "❌ Failed",
}
_STATES = {
    "in-sync": "✅ in sync",
    "generated": "🆕 migration generated",
    "differs": "❌ migration missing",
    "no-schema": "⚪ no desired schema",
    "unknown": "❌ not compared",
}
_LEFT_OUT = {
    1: "SQL of statements that lose no data",
    2: "findings in full, what the statements did, and SQL of statements that lose no data",
    3: "everything but this line",
}
_SHORT_PLAN = 10
_SHORT_SQL = 70
_FEW = 3
_SOME = 12


def render(report: Report, level: int = 0) -> str:
    """The comment's body, without the publisher's marker line.

    `level` 0 is everything; 1 leaves out SQL that loses no data; 2 keeps counts, failing rules and
    destructive statements; 3 is the status line. Each says what is missing and where it is.
    """
    if not 0 <= level < LEVELS:
        raise ValueError(f"level {level} is not in 0..{LEVELS - 1}")
    return guard("\n\n".join(_blocks(report, level)) + "\n")


def render_findings(findings: Sequence[ReportedFinding]) -> str:
    """Findings alone, as `schema-ci lint` has them: a table, the worst first."""
    if not findings:
        return "No findings.\n"
    return guard(finding_table(findings) + "\n")


def _blocks(report: Report, level: int) -> Iterator[str]:
    result = verdict(report)
    yield _status(report, result)
    if level:
        yield (
            f"> ✂️ Left out to fit: {_LEFT_OUT[level]}. The whole report is in the job's log and in "
            "its <code>report&#46;md</code>."
        )
    yield from approval_blocks(report.approval)
    if level == 3:
        return
    yield from _provenance(report)
    if report.projects:
        yield _overview(report.projects)
    yield from (f"> {prose(notice)}" for notice in report.notices)
    for project in report.projects:
        blocks = tuple(_project(project, links_of(report, project), level))
        if blocks and len(report.projects) > 1:
            yield f"#### Project {code(project.name)}"
        yield from blocks
    yield from _next_steps(report)


def _provenance(report: Report) -> Iterator[str]:
    """What a reader must know before the rest: whose word this is, and what it leaves out."""
    if report.reported_by:
        address = report.build.run_url
        job = f"[a job]({address})" if site(address) else "a job"
        yield (
            f"> ⚠️ **Reported by an untrusted job**: {job} of {code(report.reported_by)}, which "
            "whoever opened this pull request could change. It can hide what it found: read the "
            "SQL yourself before you go by a pass."
        )
    if report.gaps:
        lines = [f"- {prose(gap)}" for gap in report.gaps[:_SOME]]
        rest = len(report.gaps) - _SOME
        lines += [f"- and {rest} more"] if rest > 0 else []
        yield "**❌ The report is not whole**\n\n" + "\n".join(lines)


def _status(report: Report, result: Verdict) -> str:
    build = report.build
    parts = []
    if build.head_sha:
        parts.append(f"commit {_commit(build)}")
    parts.append(count(len(report.projects), "project"))
    files = [file for project in report.projects for file in project.files]
    if files:
        parts.append(count(len(files), "changed migration file"))
    parts.append(f"schema-ci {code(report.tool_version[:40])}")
    return f"### {_WORDS[result.outcome]}: {result.sentence}\n\n<sub>{' · '.join(parts)}</sub>"


def _commit(build: ReportedBuild) -> str:
    return code(build.head_sha[:7])


def _overview(projects: tuple[ReportedProject, ...]) -> str:
    rows = []
    for project in projects:
        severities = Counter(finding.severity for finding in project.findings)
        losses = len(destructive(project))
        rows.append(
            (
                code(project.name),
                code(project.server or project.dialect),
                _files(project),
                str(_statements(project)),
                f"🔥 **{losses}**" if losses else "0",
                f"{severities['error']} / {severities['warning']}",
                _state(project),
            )
        )
    return table(
        ("Project", "Database", "Files", "Statements", "Destructive", "Errors / warnings", "State"),
        rows,
    )


def _state(project: ReportedProject) -> str:
    """In sync is only said of what was looked at."""
    if project.is_taken_back:
        return "↩️ migration taken back"
    unseen = project.unseen if project.state == "in-sync" else 0
    return _STATES[project.state] + (f", {count(unseen, 'object')} not compared" if unseen else "")


def _statements(project: ReportedProject) -> int:
    """Rehearsed ones, and planned ones that no rehearsed file holds."""
    rehearsed = {step.sql for step in project.steps}
    run = sum(step.statements for step in project.steps)
    return run + sum(each.sql not in rehearsed for each in project.plan)


def _files(project: ReportedProject) -> str:
    counts = Counter(file.status for file in project.files)
    return ", ".join(f"{number} {status}" for status, number in counts.items()) or "0"


def _project(project: ReportedProject, links: Links, level: int) -> Iterator[str]:
    if project.problem:
        yield f"**❌ The schema was not compared**, because:\n\n{fence(project.problem)}"
    yield from _failures(project, links)
    losses = destructive(project)
    if losses:
        yield f"**🔥 {count(len(losses), 'destructive statement')}: data is lost**"
        yield from (_destruction(loss, links) for loss in losses)
    if level >= 2:
        yield from failing_rules(project.findings)
        return
    yield from finding_blocks(project.findings, links)
    yield from _effects(project, links, level)
    yield from _plan(project, links, level)
    if project.unmanaged:
        names = ", ".join(code(each) for each in project.unmanaged[:_SOME])
        rest = len(project.unmanaged) - _SOME
        more = f" and {rest} more, all named in <code>report&#46;json</code>" if rest > 0 else ""
        yield f"**Not compared**, because this version does not know them: {names}{more}"


def _failures(project: ReportedProject, links: Links) -> Iterator[str]:
    behind = 0
    for step in stopped(project):
        if step.outcome == "not run":
            behind += step.statements
            continue
        yield (
            f"**❌ The migration does not apply**: {where(step.path, step.line, links)}\n\n"
            f"{fence(without_data(step.sql), 'sql')}\n\n"
            f"{fence(error_without_data(step.error, step.sql))}"
        )
        for each in step.obstacles:
            if each.rows:
                yield (
                    f"{count(each.rows, 'row')} in the way on the dev database:\n\n"
                    f"{fence(without_data(each.query), 'sql')}"
                )
    if behind:
        yield f"{count(behind, 'statement')} behind the failure: not run, and so not reviewed."


def _destruction(loss: Destruction, links: Links) -> str:
    sql = fence(without_data(loss.sql), "sql")
    return f"{where(loss.path, loss.line, links)}\n\n{sql}" if loss.path else sql


def _effects(project: ReportedProject, links: Links, level: int) -> Iterator[str]:
    """Only statements that rewrote something or made others wait: the rest has nothing to say."""
    rows = []
    for step in project.steps:
        if not (step.rewritten or step.blocking):
            continue
        place = where(step.path, step.line, links, longest=SHORT_NAME)
        rewrote = ", ".join(code(each) for each in step.rewritten) or "no"
        locks = ", ".join(code(each) for each in step.blocking) or "no"
        shown = (code(_shortened(without_data(step.sql))),) if level == 0 else ()
        rows.append((place, *shown, rewrote, locks))
    if rows:
        statement = ("Statement",) if level == 0 else ()
        yield "**What the new statements did on the dev database**\n\n" + table(
            ("Where", *statement, "Rewrote", "Locked"), rows
        )


def _shortened(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= _SHORT_SQL else f"{line[:_SHORT_SQL]}…"


def _plan(project: ReportedProject, links: Links, level: int) -> Iterator[str]:
    if project.is_taken_back:
        names = ", ".join(code(path) for path in project.superseded)
        yield f"**Taken back**, since the desired schema is reached without it: {names}"
    if not project.plan:
        return
    written = [file.path for file in project.files if file.status == "generated"]
    if project.state == "generated":
        names = ", ".join(where(path, 0, links) for path in written)
        done = f", committed as {code(links.committed[:7])}" if links.committed else ""
        title = f"**Generated migration**, proven to reach the desired schema{done}"
        intro = title + (f": {names}" if names else "")
    else:
        intro = "**Missing migration**: the desired schema needs it, the directory has none"
    yield "\n".join([intro, "", *_hazards(project)]).rstrip()
    if level:
        return
    blocks = [
        (path, "\n".join(f"{without_data(each.sql).rstrip()};" for each in statements))
        for path, statements in _by_file(project)
    ]
    lines = sum(sql.count("\n") + 1 for _, sql in blocks)
    opened = " open" if lines < _SHORT_PLAN else ""
    summary = count(len(project.plan), "statement")
    if len(blocks) > 1:
        summary += f" in {count(len(blocks), 'file')}, which run one after another"
    body = "\n\n".join(
        (f"{code(path)}\n\n" if len(blocks) > 1 else "") + fence(sql, "sql") for path, sql in blocks
    )
    yield f"<details{opened}><summary>{summary}</summary>\n\n{body}\n\n</details>"
    yield from offer(project)


def _by_file(project: ReportedProject) -> Iterator[tuple[str, tuple[ReportedStatement, ...]]]:
    """The plan as its files hold it; all at once where not every statement was seen to run."""
    files = [
        each
        for each in project.files
        if each.status in {"generated", "missing"} and each.statements
    ]
    if sum(each.statements for each in files) != len(project.plan):
        yield "", project.plan
        return
    rest = iter(project.plan)
    for each in files:
        yield each.path, tuple(islice(rest, each.statements))


def _hazards(project: ReportedProject) -> Iterator[str]:
    """Each hazard of the plan once, with the objects that it is about."""
    found: dict[str, list[str]] = {}
    for statement in project.plan:
        for hazard in statement.hazards:
            found.setdefault(hazard, []).append(statement.object)
    for hazard, objects in found.items():
        named = ", ".join(code(each) for each in objects[:_FEW])
        more = f" and {len(objects) - _FEW} more" if len(objects) > _FEW else ""
        yield f"- ⚠️ {named}{more}: {prose(hazard)}"


def _next_steps(report: Report) -> Iterator[str]:
    commands = []
    base = f" --base {shlex.quote(report.build.base)}" if report.build.base else ""
    for project in report.projects:
        name = shlex.quote(project.name)
        option = "" if len(report.projects) == 1 else f" --project {name}"
        review = f"schema-ci run{option}{base} --no-publish"
        if project.state == "differs":
            commands.append(f"schema-ci diff{option}  # write the missing migration")
        if project.state == "unknown" or stopped(project):
            commands.append(f"{review}  # the same review, on your machine")
        elif any(finding.severity != "note" for finding in project.findings):
            commands.append(f"{review}  # after the fix, before the push")
    if commands:
        yield "**Next**\n\n" + fence("\n".join(commands), "sh")
