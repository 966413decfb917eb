"""`schema-ci publish`: hand a report to the forge that its pull request lives on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, config_option, dry_run_option

if TYPE_CHECKING:
    from ci_runner.cli.publication import Publication
    from ci_runner.cli.terminal import Terminal
    from ci_runner.config.model import Config
    from ci_runner.context import Build
    from ci_runner.errors import ConfigError, ExitCode
    from ci_runner.forges.opening import Unavailable
    from ci_runner.git import Git
    from ci_runner.publish.outcome import Outcome
    from ci_runner.publish.talk import Talk
    from ci_runner.report.model import Report


@click.command()
@click.option(
    "--from",
    "source",
    required=True,
    metavar="DIR",
    help="Where report.json lies, or several: folder or .zip.",
)
@click.option(
    "--pull-request",
    "number",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Where the event does not tell it.",
)
@dry_run_option
@config_option
@common
def publish(
    common: Common, /, source: str, number: int | None, config: str, *, dry_run: bool
) -> int:
    """Publish a report that an earlier job wrote, which is believed no more than it must be."""
    from ci_runner.cli.located import Overtaken
    from ci_runner.cli.publication import opened
    from ci_runner.cli.received import receive
    from ci_runner.errors import ExitCode

    received = receive(common, source, config, number or 0)
    if isinstance(received, Overtaken):
        common.out.log.info(f"nothing published: {received.reason}")
        return ExitCode.OK
    build, config_, git = received.build, received.workspace.config, received.workspace.git
    return publish_report(
        received.report,
        build,
        config_,
        common.out,
        opened(build, config_, common.out, git, dry_run=dry_run),
        show=lambda _: None,
        git=git,
    )


def publish_report(
    report: Report,
    build: Build,
    config: Config,
    out: Terminal,
    through: Publication,
    *,
    show: Callable[[Report], None],
    git: Git | None = None,
) -> ExitCode:
    """Commit, comment and check, as configured; says what was done and what was not, and why.

    `show` gets the report as it is true after the commit, before anybody is told. Returns what the
    process should say of it. Raises ForgeError when commit or check failed: a gate must never hang.
    """
    from ci_runner.cli.job import mask_secrets
    from ci_runner.cli.queued import tell_of_commit
    from ci_runner.pipeline.run import exit_code
    from ci_runner.publish.talk import Talk

    mask_secrets(out)
    if head := build.lone_commit:
        report = _uncommitted(report, config)
        show(report)
        told = tell_of_commit(report, build, head, config, out, through)
        return _say(told, exit_code(report), out)
    if isinstance(through.talk, Talk):
        return _published(report, build, config, out, through, through.talk, show=show, git=git)
    return _unpublished(report, build, config, out, through, through.talk, show=show)


def _published(
    report: Report,
    build: Build,
    config: Config,
    out: Terminal,
    through: Publication,
    talk: Talk,
    *,
    show: Callable[[Report], None],
    git: Git | None,
) -> ExitCode:
    from datetime import UTC, datetime
    from functools import partial

    from ci_runner.cli.job import commit_outputs, leave_result
    from ci_runner.pipeline.run import exit_code
    from ci_runner.publish.publish import announce, approved, commit

    settings = through.settings
    push = partial(git.push_files, author=config.commits.author) if git else None
    committed = approved(commit(report, talk, settings, push), talk, config.policy.approval)
    show(committed.report)
    now = datetime.now(UTC)
    told = announce(committed, talk, settings, through.draw, now, through.awaited)
    outcomes = (committed.outcome, *told)
    more = commit_outputs(committed, talk.viewer)
    path = through.report_path
    leave_result(committed.report, build, out, told=outcomes, report_path=path, more=more)
    return _say(outcomes, exit_code(committed.report), out)


def _unpublished(
    report: Report,
    build: Build,
    config: Config,
    out: Terminal,
    through: Publication,
    why: Unavailable | ConfigError,
    *,
    show: Callable[[Report], None],
) -> ExitCode:
    """Show what nobody is told, and why not. Raises the ConfigError that keeps us from it."""
    from dataclasses import replace

    from ci_runner.cli.job import leave_result
    from ci_runner.errors import ConfigError
    from ci_runner.pipeline.run import exit_code
    from ci_runner.publish.approval import needed, unasked

    report = _uncommitted(report, config)
    reason = why.what if isinstance(why, ConfigError) else why.reason
    if build.pull_request is not None:
        asked = needed(report, config.policy.approval, build.pull_request.head_sha)
        report = replace(report, approval=unasked(asked, reason))
    show(report)
    if isinstance(why, ConfigError):
        raise why
    say = out.log.info if build.provider == "local" else out.log.warn
    say(f"nothing published: {reason}")
    leave_result(report, build, out, report_path=through.report_path)
    return exit_code(report)


def _uncommitted(report: Report, config: Config) -> Report:
    """As it is true where a commit was asked for, and there is nobody to make it."""
    from ci_runner.publish.commit import without_generated

    return without_generated(report) if config.commits.pushes else report


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
