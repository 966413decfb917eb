"""Hand a report to the forge that its pull request lives on."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from ci_runner.cli.terminal import Terminal
from ci_runner.config.model import Config
from ci_runner.context import Build
from ci_runner.errors import ForgeError
from ci_runner.publish.outcome import Failed, Published, Skipped
from ci_runner.publish.publish import PublishSettings, publish
from ci_runner.report.markdown import render
from ci_runner.report.model import Report

_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")


def publish_report(report: Report, build: Build, config: Config, out: Terminal) -> None:
    """Comment, check and commit, as configured; says what was done and what was not, and why.

    Raises ForgeError only when the check could not be written: a gate must never hang.
    """
    repository = build.repository
    if repository is None or build.pull_request is None:
        out.say("nothing published: this build belongs to no pull request")
        return
    if repository.forge != "github":
        out.say(f"nothing published: {repository.forge} is not supported yet")
        return
    token = next((os.environ[name] for name in _TOKENS if os.environ.get(name)), "")
    if not token:
        out.say("nothing published: GITHUB_TOKEN is not set")
        return
    out.redactor.register(token)
    from ci_runner.forges.github import github

    settings = PublishSettings(
        directories=tuple(project.directory for project in config.projects),
        commit=config.commit == "push",
        comment=config.comment == "update",
        max_auto_commits=config.max_auto_commits,
    )
    outcomes = publish(
        report,
        github(repository, token),
        build,
        settings,
        lambda level: render(report, level),
        datetime.now(UTC),
    )
    fatal = ""
    for outcome in outcomes:
        match outcome:
            case Published(what, url):
                out.say(f"published {what}: {url}")
            case Skipped(what, reason):
                out.say(f"skipped {what}: {reason}")
            case Failed(what, error, is_fatal):
                out.say(f"could not publish {what}: {error}")
                fatal = fatal or (str(error) if is_fatal else "")
    if fatal:
        raise ForgeError("the check could not be written", said=fatal)
