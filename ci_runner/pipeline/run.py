"""`schema-ci run`: the ten steps of a review, over every project, into one report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ci_runner.config.model import Project
from ci_runner.context import Build, Sha
from ci_runner.devdb.server import Server
from ci_runner.errors import DatabaseError, ExitCode, SchemaCiError, SqlError
from ci_runner.frozen import frozen
from ci_runner.lint.notices import OLDER_DEV_SERVER, UNREADABLE
from ci_runner.lint.rule import Finding, Severity
from ci_runner.lint.unread import unread
from ci_runner.log import Log
from ci_runner.pipeline import assemble
from ci_runner.pipeline.broken import refused
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.files import write_migrations, write_whole
from ci_runner.pipeline.options import terms
from ci_runner.pipeline.policy import in_force, policy_findings, say_mended
from ci_runner.pipeline.production import production
from ci_runner.pipeline.pushed import branch_of, for_branch
from ci_runner.pipeline.renewed import renewed
from ci_runner.pipeline.reported import as_reported
from ci_runner.pipeline.review import Reviewed, review
from ci_runner.pipeline.servers import servers
from ci_runner.pipeline.workspace import Workspace
from ci_runner.publish.size import fullest
from ci_runner.report.bounded import bounded
from ci_runner.report.formats import FORMATS
from ci_runner.report.json import dump
from ci_runner.report.markdown import render
from ci_runner.report.model import Report, ReportedProject
from ci_runner.report.redact import redacted
from ci_runner.report.shortened import shortened
from ci_runner.report.verdict import verdict
from ci_runner.secrets import Redactor

# What code scanning, test reports and GitLab's merge request widget read, with its format.
_FOR_FORGES = {
    "report.sarif": "sarif",
    "report.junit.xml": "junit",
    "report.codequality.json": "codequality",
}

# GitHub takes a step summary of 1 MiB, GitLab a note of a million characters.
_PAGE_BYTES = 999_000


@frozen
class Result:
    """The report, and what kept a project from being reviewed at all: it decides the exit code."""

    report: Report
    trouble: SchemaCiError | None = None


def run(
    workspace: Workspace,
    build: Build,
    chosen: tuple[Project, ...],
    log: Log,
    redactor: Redactor,
) -> Result:
    """Review the `chosen` projects and write what is missing, if configuration lets us.

    A dev database that can't be had does not end the run: the report says so, and whoever waits
    for a check gets one.
    """
    config = workspace.config
    head = workspace.reviewed_sha(build)
    obstacle = workspace.not_as_pushed(build) if config.commits.pushes else ""
    wrote, offers = config.commits.writes and not obstacle, config.commits.offers
    makes = wrote or bool(offers)
    obstacles = [obstacle] if obstacle else []
    reported: list[ReportedProject] = []
    trouble: SchemaCiError | None = None
    with servers(workspace, log) as server, branch_of(workspace, build, writes=makes) as branch:
        for project in chosen:
            try:
                reviewed = _review(workspace, project, server, log, redactor, head, writes=makes)
                if branch and (reviewed.files or reviewed.superseded):
                    there = _review(branch, project, server, log, redactor, head, writes=True)
                    reviewed, why = for_branch(reviewed, there)
                    obstacles += [why] if why else []
                elif wrote:
                    _write(workspace, reviewed, log)
                reported.append(assemble.project(reviewed, wrote=wrote, offered=offers))
            except SqlError as unreadable:
                reported.append(_unread(project, unreadable, unreadable.where))
            except DatabaseError as missing:
                if trouble:
                    log.warn(str(trouble))
                trouble = missing
                reported.append(_unread(project, missing, ""))
    if reported:
        about = tuple(as_reported(each) for each in policy_findings(workspace))
        reported[0] = replace(reported[0], findings=(*about, *reported[0].findings))
    notices = tuple(f"Nothing is committed to the branch: {each}." for each in obstacles)
    report = assemble.report(
        build,
        head,
        (workspace.base_ref, workspace.base or ""),
        tuple(reported),
        config.fail_on,
        notices,
    )
    return Result(shortened(redacted(bounded(report), redactor.redact)), trouble)


def _review(
    workspace: Workspace,
    project: Project,
    server: Callable[[Project], Server],
    log: Log,
    redactor: Redactor,
    head: Sha,
    *,
    writes: bool,
) -> Reviewed:
    """The review; where we may write, our own earlier migration is replaced when it must be.

    What is generated has the time of `head` in its name.
    """
    change = workspace.change(project)
    new, every = len(change.files.added), len(change.head.files)
    log.info(f"{project.name}: {new} new of {every} migration files in {project.directory}")

    def reviewed(change: Change) -> Reviewed:
        return examine(server(project), workspace, change, log)

    if not writes:
        return without_secrets(reviewed(change), redactor)
    tip, when = workspace.upstream(project, change.head.format), workspace.time_of(head)
    change = replace(change, marks=True, upstream=tip, when=when)
    return without_secrets(renewed(reviewed, change), redactor)


def _write(workspace: Workspace, reviewed: Reviewed, log: Log) -> None:
    gone = [each.path for each in reviewed.superseded if each.path not in reviewed.files]
    write_migrations(workspace.root, reviewed.change.head.path, reviewed.files, gone)
    for path in gone:
        log.info(f"{reviewed.change.name}: removed {path}")
    for path in reviewed.files:
        log.info(f"{reviewed.change.name}: wrote {path}")


def examine(server: Server, workspace: Workspace, change: Change, log: Log) -> Reviewed:
    """Review one project under the policy in force."""
    chosen = in_force(workspace)
    reviewed = review(
        server,
        workspace.root,
        change,
        chosen,
        progress=log.step,
        terms=terms(workspace.config),
        production=production(workspace, chosen.assumed).of(server.dialect.name),
        cache=workspace.cache,
        say=log.info,
    )
    log.clear()
    say_mended(reviewed, chosen, log)
    for line in unread(reviewed.steps):
        log.detail(line)
    for each in reviewed.idle:
        log.warn(f"{each} matches nothing")
    older = shortfalls(server, chosen.severities, workspace.config.path)
    return replace(reviewed, findings=(*reviewed.findings, *older))


def shortfalls(
    server: Server, severities: Mapping[str, Severity], path: str
) -> tuple[Finding, ...]:
    """A finding where the dev server is older than the target, whose like it is to be."""
    severity = severities.get(OLDER_DEV_SERVER.id, OLDER_DEV_SERVER.severity)
    if not server.shortfall or severity is Severity.OFF:
        return ()
    notice = OLDER_DEV_SERVER
    return (Finding(notice.id, severity, server.shortfall, path, 0, 0, instead=notice.instead),)


def unreviewed(reviewed: Reviewed) -> SqlError:
    """Why a comparison could not be made, for commands that can't go on without it."""
    stopped = [each for each in reviewed.findings if each.rule in {"syntax-error", UNREADABLE.id}]
    where = [f"{each.path}:{each.line}" if each.line else each.path for each in stopped]
    said = [line for each in stopped for line in (each.message, each.evidence) if line]
    said = [line for line in said if line != reviewed.problem]
    return SqlError(reviewed.problem, where="\n".join(where), said="\n".join(said))


def without_secrets(reviewed: Reviewed, redactor: Redactor) -> Reviewed:
    """The same, unless a generated file holds a secret of this run: then it is not offered.

    Such a file can't be shown as it is, and must not be committed as anything else.
    """
    for path, content in reviewed.files.items():
        text = content.decode()
        if redactor.redact(text) != text:
            problem = (
                f"the planned migration {path} is not offered: it holds text that equals a secret"
                " of this run's environment"
            )
            return replace(reviewed, plan=None, files={}, superseded=(), problem=problem)
    return reviewed


def _unread(project: Project, error: SchemaCiError, where: str) -> ReportedProject:
    finding = refused(
        SqlError(error.what, where=where, said=error.said, next_step=error.next_step),
        Severity.ERROR,
    )
    return ReportedProject(
        name=project.name,
        dialect=project.dialect,
        server="",
        directory=project.directory,
        format="",
        state="unknown",
        problem=error.what,
        findings=(as_reported(finding),) if isinstance(error, SqlError) else (),
    )


def write_report(report: Report, folder: Path) -> None:
    """report.json for us, report.md for people, the findings for forges; each whole or not at all.

    report.md is the fullest that a forge shows: a step summary of GitHub, or a note of GitLab.
    The folder keeps itself out of the repository.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_whole(ignore, b"*\n")
    write_whole(folder / "report.json", dump(report))
    text = fullest(
        lambda level: render(report, level), characters=_PAGE_BYTES, max_bytes=_PAGE_BYTES
    )
    write_whole(folder / "report.md", text.encode())
    findings = tuple(each for project in report.projects for each in project.findings)
    for name, format_ in _FOR_FORGES.items():
        text = FORMATS[format_](findings, report.fail_on)
        write_whole(folder / name, text.encode("utf-8", "backslashreplace"))


def write_offered(report: Report, folder: Path) -> None:
    """The files of `commit = "artifact"` below `missing` of the report's own folder.

    Those of an earlier run go. For a report of our own making: its paths are where it writes.
    """
    place = folder / "missing"
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    for project in report.projects:
        for file in project.generated if project.offered == "artifact" else ():
            target = place / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, file.content.encode())


def exit_code(report: Report) -> ExitCode:
    """Findings outweigh drift, which outweighs a missing approval: that comes last for people."""
    outcome = verdict(report).outcome
    if outcome == "wait":
        return ExitCode.UNAPPROVED
    if outcome != "fail":
        return ExitCode.OK
    without_drift = tuple(
        replace(project, state="in-sync") if project.state == "differs" else project
        for project in report.projects
    )
    drifted_only = verdict(replace(report, projects=without_drift)).outcome != "fail"
    return ExitCode.DRIFT if drifted_only else ExitCode.FINDINGS
