"""`schema-ci publish`: hand a report to the forge that its pull request lives on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, config_option

if TYPE_CHECKING:
    from ci_runner.cli.terminal import Terminal
    from ci_runner.config.model import Config
    from ci_runner.context import Build
    from ci_runner.errors import ExitCode
    from ci_runner.forges.base import Forge
    from ci_runner.forges.opening import Unavailable
    from ci_runner.git import Git
    from ci_runner.publish.outcome import Outcome
    from ci_runner.report.model import Report


@click.command()
@click.option("--from", "folder", required=True, metavar="DIR", help="Where report.json lies.")
@config_option
@common
def publish(common: Common, folder: str, config: str) -> int:
    """Publish a report that an earlier job wrote."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import UsageError
    from ci_runner.providers import detect
    from ci_runner.report.json import load
    from ci_runner.report.redact import redacted

    place = Path(folder) / "report.json"
    if not place.is_file():
        raise UsageError("there is no report", where=str(place), next_step="run `schema-ci run`")
    report = load(place.read_bytes())
    workspace = open_workspace(common, config=config)
    build = detect(os.environ)
    if build.pull_request is None:
        raise UsageError(
            "this build belongs to no pull request: there is nothing to publish to",
            next_step="run it in the CI of a pull request",
        )
    if build.pull_request.head_sha != report.build.head_sha:
        raise UsageError(
            "the report is of another commit",
            where=f"{report.build.head_sha[:12] or '(none)'}, the pull request's head is"
            f" {build.pull_request.head_sha[:12]}",
            next_step="publish the report of this run",
        )
    report = redacted(report, common.out.redactor.redact)
    return publish_report(
        report, build, workspace.config, common.out, show=lambda _: None, git=workspace.git
    )


def publish_report(
    report: Report,
    build: Build,
    config: Config,
    out: Terminal,
    *,
    show: Callable[[Report], None],
    git: Git | None = None,
) -> ExitCode:
    """Commit, comment and check, as configured; says what was done and what was not, and why.

    `show` gets the report as it is true after the commit, before anybody is told. Returns what the
    process should say of it. Raises ForgeError when commit or check failed: a gate must never hang.
    """
    from dataclasses import replace
    from datetime import UTC, datetime

    from ci_runner.errors import ConfigError
    from ci_runner.forges.opening import Unavailable
    from ci_runner.pipeline.run import exit_code
    from ci_runner.publish.approval import needed
    from ci_runner.publish.commit import without_generated
    from ci_runner.publish.publish import PublishSettings, announce, approved, commit
    from ci_runner.report.markdown import render

    try:
        forge = _forge(build, config, out)
    except ConfigError:
        show(without_generated(report) if config.commit == "push" else report)
        raise
    if isinstance(forge, Unavailable):
        if config.commit == "push":
            report = without_generated(report)
        if build.pull_request is not None:
            asked = needed(report, config.policy.approval, build.pull_request.head_sha)
            report = replace(report, approval=asked)
        show(report)
        say = out.log.info if build.provider == "local" else out.log.warn
        say(f"nothing published: {forge.reason}")
        return exit_code(report)
    settings = PublishSettings(
        directories=tuple(project.directory for project in config.projects),
        inputs=config.inputs,
        commit=config.commit == "push",
        comment=config.comment == "update",
        check=config.check,
        max_auto_commits=config.max_auto_commits,
        skip_ci=config.skip_ci,
    )
    committed = commit(report, forge, build, settings, git.push_files if git else None)
    committed = approved(committed, forge, build, config.policy.approval)
    show(committed.report)
    told = announce(committed, forge, build, settings, render, datetime.now(UTC))
    return _say((committed.outcome, *told), exit_code(committed.report), out)


def _forge(build: Build, config: Config, out: Terminal) -> Forge | Unavailable:
    """The forge that the build's pull request lives on, or why there is none."""
    from ci_runner.forges.opening import Unavailable, open_forge

    if build.repository is None or build.pull_request is None:
        return Unavailable("this build belongs to no pull request")
    return open_forge(
        build.repository,
        os.environ,
        max_wait=float(config.api_max_wait),
        secret=out.redactor.register,
    )


def _say(outcomes: tuple[Outcome, ...], code: ExitCode, out: Terminal) -> ExitCode:
    """Tell each outcome. A run that was overtaken has nothing to say of the newer head: 0."""
    from ci_runner.errors import ExitCode, ForgeError
    from ci_runner.publish.outcome import Failed, Published, Skipped

    fatal: list[str] = []
    for outcome in outcomes:
        match outcome:
            case Published(what, url):
                out.log.info(f"published {what}: {url}")
            case Skipped(what, reason):
                out.log.info(f"skipped {what}: {reason}")
            case Failed(what, error, is_fatal):
                out.log.warn(f"could not publish {what}: {error}")
                fatal += [what] if is_fatal else []
    if fatal:
        raise ForgeError(
            f"the {' and the '.join(fatal)} could not be published",
            next_step="the warning above says why",
        )
    if any(isinstance(each, Skipped) and each.stale for each in outcomes):
        out.log.info("a newer head is under review: this run decides nothing")
        return ExitCode.OK
    return code
