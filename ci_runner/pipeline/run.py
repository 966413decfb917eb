"""`schema-ci run`: the ten steps of a review, over every project, into one report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ci_runner.context import Build
from ci_runner.devdb.provision import provision
from ci_runner.errors import ExitCode, SqlError
from ci_runner.lint.rule import Severity
from ci_runner.pipeline import assemble
from ci_runner.pipeline.review import Change, Reviewed, refused, review
from ci_runner.pipeline.workspace import Workspace, projects, write_files, write_whole
from ci_runner.report.json import dump
from ci_runner.report.markdown import render
from ci_runner.report.model import Report, ReportedProject

Say = Callable[[str], None]


def run(
    workspace: Workspace, build: Build, names: tuple[str, ...], *, say: Say, detail: Say
) -> Report:
    """Review every project and write what is missing, if configuration lets us."""
    config = workspace.config
    wrote = config.commit in {"write", "push"}
    reported: list[ReportedProject] = []
    for project in projects(config, names):
        try:
            change = workspace.change(project)
        except SqlError as unreadable:
            reported.append(
                _unreadable(project.name, project.dialect, project.directory, unreadable)
            )
            continue
        say(f"{project.name}: {len(change.files.added)} new of {len(change.head.files)} files")
        reviewed = examine(workspace, change, project.dialect, say=say, detail=detail)
        if wrote and reviewed.files:
            write_files(workspace.git.root, change.head, reviewed.files)
        reported.append(assemble.project(reviewed, wrote=wrote))
    return assemble.report(build, workspace.head, workspace.base, tuple(reported), config.fail_on)


def examine(
    workspace: Workspace, change: Change, dialect: str, *, say: Say, detail: Say
) -> Reviewed:
    """One project on a dev server of its own."""
    config = workspace.config
    severities = {rule: Severity(severity) for rule, severity in config.rules.items()}
    with provision(config.dev_url, dialect, superuser=config.dev_superuser, say=say) as server:
        return review(server, workspace.git.root, change, severities, progress=detail)


def _unreadable(name: str, dialect: str, directory: str, error: SqlError) -> ReportedProject:
    return ReportedProject(
        name=name,
        dialect=dialect,
        server="",
        directory=directory,
        format="",
        state="unknown",
        problem=error.what,
        findings=(assemble.finding(refused(error, Severity.ERROR)),),
    )


def write_report(report: Report, folder: Path) -> None:
    """report.json for machines, report.md for people; each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "report.json", dump(report))
    write_whole(folder / "report.md", render(report).encode())


def exit_code(report: Report) -> ExitCode:
    """Findings outweigh drift: they are what a person must read first."""
    rank = {"never": 9, "error": 3, "warning": 2, "note": 1}
    findings = [finding for project in report.projects for finding in project.findings]
    if any(rank[finding.severity] >= rank[report.fail_on] for finding in findings):
        return ExitCode.FINDINGS
    if any(project.state == "unknown" for project in report.projects):
        return ExitCode.FINDINGS
    if any(project.state == "differs" for project in report.projects):
        return ExitCode.DRIFT
    return ExitCode.OK
