"""`schema-ci publish`: hand a report to the forge that its pull request lives on."""

from __future__ import annotations

import os
from collections.abc import Callable
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
@click.option(
    "--from", "source", required=True, metavar="DIR", help="Where report.json lies: folder or .zip."
)
@click.option(
    "--pull-request",
    "number",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Where the event does not tell it.",
)
@config_option
@common
def publish(common: Common, source: str, number: int | None, config: str) -> int:
    """Publish a report that an earlier job wrote, which is believed no more than it must be."""
    from ci_runner.cli.located import Overtaken
    from ci_runner.cli.received import receive
    from ci_runner.errors import ExitCode

    received = receive(common, source, config, number or 0)
    if isinstance(received, Overtaken):
        common.out.log.info(f"nothing published: {received.reason}")
        return ExitCode.OK
    return publish_report(
        received.report,
        received.build,
        received.workspace.config,
        common.out,
        show=lambda _: None,
        git=received.workspace.git,
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
    from datetime import UTC, datetime

    from ci_runner.errors import ConfigError
    from ci_runner.forges.opening import Unavailable
    from ci_runner.pipeline.run import exit_code
    from ci_runner.publish.commit import without_generated
    from ci_runner.publish.publish import PublishSettings, announce, commit
    from ci_runner.publish.queue import check_merge_group
    from ci_runner.report.markdown import render

    try:
        forge = _forge(build, config, out)
    except ConfigError:
        show(without_generated(report) if config.commit == "push" else report)
        raise
    if isinstance(forge, Unavailable):
        if config.commit == "push":
            report = without_generated(report)
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
    )
    if build.merge_group:
        queued = without_generated(report)
        show(queued)
        return _say(
            check_merge_group(queued, forge, build, build.merge_group.head_sha, settings, render),
            exit_code(queued),
            out,
        )
    committed = commit(report, forge, build, settings, git.push_files if git else None)
    show(committed.report)
    told = announce(committed, forge, build, settings, render, datetime.now(UTC))
    return _say((committed.outcome, *told), exit_code(committed.report), out)


def _forge(build: Build, config: Config, out: Terminal) -> Forge | Unavailable:
    """The forge that the build's pull request lives on, or why there is none."""
    from ci_runner.forges.opening import Unavailable, open_forge

    if build.repository is None or not (build.pull_request or build.merge_group):
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
