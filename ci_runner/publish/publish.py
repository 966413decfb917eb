"""Publish a report: commit, comment and check, each whatever became of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ci_runner.context import Build, PullRequest, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Forge
from ci_runner.publish.check import write_check
from ci_runner.publish.comment import upsert_comment
from ci_runner.publish.commit import commit_generated
from ci_runner.publish.outcome import Failed, Outcome, Published, Skipped, What
from ci_runner.publish.size import Render
from ci_runner.report.model import Report


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """`project` "" is all. `directories` come from the configuration, never from a report."""

    directories: tuple[str, ...]
    project: str = ""
    commit: bool = False
    comment: bool = True
    comment_required: bool = False
    max_auto_commits: int = 3


def publish(
    report: Report,
    forge: Forge,
    build: Build,
    settings: PublishSettings,
    render: Render,
    now: datetime,
) -> tuple[Outcome, ...]:
    """What became of commit, comment and check. Forge trouble is an outcome, never raised."""
    if (pull := build.pull_request) is None:
        return tuple(Skipped(what, "no pull request") for what in ("commit", "comment", "check"))
    head = pull.head_sha
    outcomes: list[Outcome] = []
    if settings.commit:
        committed = _commit(report, forge, build, pull, settings)
        if isinstance(committed, str):
            head = committed
            outcomes.append(Published("commit", f"{_web(build)}/commit/{committed}"))
        else:
            outcomes.append(committed)
    else:
        outcomes.append(Skipped("commit", "committing is off"))

    def comment() -> Outcome:
        identity = f"schema-ci|{settings.project}|report"
        return upsert_comment(forge, pull.number, identity, render, build, head, now)

    def check() -> Outcome:
        return write_check(forge, report, settings.project, render, build, head)

    if settings.comment:
        fatal = settings.comment_required
        outcomes.append(_unless_stale("comment", forge, pull, head, comment, fatal=fatal))
    else:
        outcomes.append(Skipped("comment", "commenting is off"))
    outcomes.append(_unless_stale("check", forge, pull, head, check, fatal=True))
    return tuple(outcomes)


def _commit(
    report: Report, forge: Forge, build: Build, pull: PullRequest, settings: PublishSettings
) -> Sha | Skipped | Failed:
    try:
        state = forge.pull_request(pull.number)
        if state.head_sha != pull.head_sha:
            return _stale("commit", state.head_sha)
        return commit_generated(
            forge, report, state, build, settings.directories, settings.max_auto_commits
        )
    except ForgeError as error:
        return Failed("commit", error, fatal=True)


def _unless_stale(
    what: What,
    forge: Forge,
    pull: PullRequest,
    head: Sha,
    write: Callable[[], Outcome],
    *,
    fatal: bool,
) -> Outcome:
    try:
        found = forge.pull_request(pull.number).head_sha
        return _stale(what, found) if found != head else write()
    except ForgeError as error:
        return Failed(what, error, fatal=fatal)


def _stale(what: What, found: Sha) -> Skipped:
    return Skipped(what, f"stale: the pull request's head is {found[:7]} now", stale=True)


def _web(build: Build) -> str:
    return build.repository.web_url if build.repository is not None else ""
