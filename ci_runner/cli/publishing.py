"""`schema-ci publish`: hand a report to the forge that its pull request lives on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, config_option

if TYPE_CHECKING:
    from ci_runner.cli.terminal import Terminal
    from ci_runner.config.model import Config
    from ci_runner.context import Build
    from ci_runner.publish.outcome import Outcome
    from ci_runner.report.model import Report

_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")


@click.command()
@click.option("--from", "folder", required=True, metavar="DIR", help="Where report.json lies.")
@config_option
@common
def publish(common: Common, folder: str, config: str) -> int:
    """Publish a report that an earlier job wrote."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import UsageError
    from ci_runner.pipeline.run import exit_code
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
    publish_report(report, build, workspace.config, common.out)
    return exit_code(report)


def publish_report(report: Report, build: Build, config: Config, out: Terminal) -> None:
    """Comment, check and commit, as configured; says what was done and what was not, and why.

    Raises ForgeError only when the check could not be written: a gate must never hang.
    """
    from ci_runner.errors import ForgeError
    from ci_runner.publish.outcome import Failed, Published, Skipped

    log = out.log
    repository = build.repository
    if repository is None or build.pull_request is None:
        log.info("nothing published: this build belongs to no pull request")
        return
    if repository.forge != "github":
        log.warn(f"nothing published: {repository.forge} is not supported yet")
        return
    token = next((os.environ[name] for name in _TOKENS if os.environ.get(name)), "")
    if not token:
        log.warn("nothing published: GITHUB_TOKEN is not set")
        return
    out.redactor.register(token)
    fatal = ""
    for outcome in _outcomes(report, build, config, token):
        match outcome:
            case Published(what, url):
                log.info(f"published {what}: {url}")
            case Skipped(what, reason):
                log.info(f"skipped {what}: {reason}")
            case Failed(what, error, is_fatal):
                log.warn(f"could not publish {what}: {error}")
                fatal = fatal or (what if is_fatal else "")
    if fatal:
        raise ForgeError(
            f"the {fatal} could not be published", next_step="the warning above says why"
        )


def _outcomes(report: Report, build: Build, config: Config, token: str) -> tuple[Outcome, ...]:
    from datetime import UTC, datetime

    from ci_runner.forges.github import github
    from ci_runner.publish.publish import PublishSettings
    from ci_runner.publish.publish import publish as send
    from ci_runner.report.markdown import render

    assert build.repository is not None  # noqa: S101 - the caller has looked
    settings = PublishSettings(
        directories=tuple(project.directory for project in config.projects),
        commit=config.commit == "push",
        comment=config.comment == "update",
        max_auto_commits=config.max_auto_commits,
    )
    forge = github(build.repository, token)
    return send(
        report, forge, build, settings, lambda level: render(report, level), datetime.now(UTC)
    )
