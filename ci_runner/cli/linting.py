"""What `lint` and `dry-run` look at: files by name, or what is new since a commit."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.cli.terminal import Terminal
from ci_runner.cli.workspace import open_workspace
from ci_runner.config.model import Project
from ci_runner.devdb.provision import provision
from ci_runner.devdb.replay import rehearse, replay
from ci_runner.errors import UsageError
from ci_runner.lint.check import check
from ci_runner.lint.rule import Finding, Review
from ci_runner.pipeline import assemble
from ci_runner.pipeline.review import Change, Reviewed
from ci_runner.pipeline.run import examine
from ci_runner.pipeline.sources import scripts
from ci_runner.pipeline.workspace import Workspace
from ci_runner.report.model import ReportedStep


def lint_files(
    out: Terminal, files: tuple[str, ...], setup: str | None, flags: Mapping[str, object]
) -> tuple[Finding, ...]:
    """Files alone, on a database that `setup` has prepared; no repository is needed."""
    dialect = str(flags.get("dialect") or "postgres")
    with (
        provision(str(flags.get("dev.url") or ""), dialect, say=out.detail) as server,
        server.database() as connection,
    ):
        if setup:
            replay(connection, scripts(server.dialect, setup))
        base = server.dialect.inspect(connection)
        new = tuple(each for name in files for each in scripts(server.dialect, name))
        history = rehearse(connection, server.dialect, new, progress=out.detail)
    return check(
        Review(server.dialect.name, server.dialect.default_schema, base, history.steps), {}
    )


def lint_changes(
    out: Terminal, config: str, base: str, latest: int | None, flags: Mapping[str, object]
) -> tuple[Finding, ...]:
    """New files of every configured project."""
    return tuple(
        finding
        for reviewed in _reviewed(out, config, base, latest, flags)
        for finding in reviewed.findings
    )


def rehearsed(
    out: Terminal, config: str, base: str, latest: int | None, flags: Mapping[str, object]
) -> tuple[ReportedStep, ...]:
    """What each new statement did."""
    return tuple(
        step
        for reviewed in _reviewed(out, config, base, latest, flags)
        for step in assemble.project(reviewed, wrote=False).steps
    )


def _reviewed(
    out: Terminal, config: str, base: str, latest: int | None, flags: Mapping[str, object]
) -> list[Reviewed]:
    if not base and latest is None:
        raise UsageError(
            "which files are new?", next_step="give --base REF, --latest N, or files by name"
        )
    workspace = open_workspace(out, config=config, base=base, flags=flags)
    return [
        examine(
            workspace,
            _change(workspace, project, latest),
            project.dialect,
            say=out.detail,
            detail=out.detail,
        )
        for project in workspace.config.projects
    ]


def _change(workspace: Workspace, project: Project, latest: int | None) -> Change:
    """The change without its desired schema: nothing is planned here."""
    change = workspace.change(project) if latest is None else workspace.latest(project, latest)
    return Change(change.name, change.base, change.head, (), change.when)
