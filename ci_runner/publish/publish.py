"""Publish a report: first the commit, then what is true after it as comment and check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from ci_runner.config.approval import ApprovalPolicy
from ci_runner.context import Build, PullRequest, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Forge, Refused
from ci_runner.publish.approval import needed, sought
from ci_runner.publish.check import write_check
from ci_runner.publish.comment import upsert_comment
from ci_runner.publish.commit import CommitRules, Push, commit_generated, without_generated
from ci_runner.publish.outcome import Failed, Outcome, Published, Skipped, What
from ci_runner.report.model import Report

Draw = Callable[[Report, int], str]
# docs.github.com, "Triggering a workflow from a workflow": what GITHUB_TOKEN pushes starts none.
_SILENT = (
    "The migration was committed with the job's own GITHUB_TOKEN, for which GitHub starts no"
    " workflow: this check is on the new commit, checks of other workflows are not. Give schema-ci"
    " the token of a GitHub App or a person, start them by workflow_dispatch, or push once more."
)


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """`project` "" is all. `directories` come from the configuration, never from a report.

    `inputs` are all files and folders that a report depends on, the directories among them.
    """

    directories: tuple[str, ...]
    inputs: tuple[str, ...]
    project: str = ""
    commit: bool = False
    comment: bool = True
    comment_required: bool = False
    check: bool = True
    max_auto_commits: int = 3
    skip_ci: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """The report as it is true once the commit was tried, and the head that it now speaks of.

    `needs_retrigger` where other workflows do not see the commit that was made.
    """

    report: Report
    head: Sha
    outcome: Outcome
    needs_retrigger: bool = False


def commit(
    report: Report,
    forge: Forge,
    build: Build,
    settings: PublishSettings,
    push: Push | None = None,
) -> Committed:
    """Commit what was generated, where that is asked for and safe.

    What did not get to the branch is reported as missing again: a reader of the report must find
    on the branch what it speaks of. Forge trouble is an outcome, never raised.
    """
    pull = build.pull_request
    if pull is None:
        return Committed(report, Sha(""), Skipped("commit", "no pull request"))
    if not settings.commit:
        return Committed(report, pull.head_sha, Skipped("commit", "committing is off"))
    made = _commit(report, forge, build, pull, settings, push)
    if isinstance(made, Skipped | Failed):
        return Committed(without_generated(report), pull.head_sha, made)
    url = f"{_web(build)}/commit/{made}"
    if _starts_workflows(forge):
        return Committed(replace(report, committed=made), made, Published("commit", url))
    notices = (*report.notices, _SILENT)
    return Committed(
        replace(report, committed=made, notices=notices),
        made,
        Published("commit", url),
        needs_retrigger=True,
    )


def approved(committed: Committed, forge: Forge, build: Build, policy: ApprovalPolicy) -> Committed:
    """With what the report needs an approval for, and who gave it: a review, of the new head.

    What a report says of that itself is not believed.
    """
    report = committed.report
    asked = needed(report, policy, committed.head)
    if build.pull_request is not None:
        asked = sought(asked, forge, build.pull_request.number, policy)
    return replace(committed, report=replace(report, approval=asked))


def announce(
    committed: Committed,
    forge: Forge,
    build: Build,
    settings: PublishSettings,
    draw: Draw,
    now: datetime,
) -> tuple[Outcome, ...]:
    """What became of comment and check, each whatever became of the other.

    `draw` gives the comment's text at a level of detail. Forge trouble is an outcome, never raised.
    """
    if (pull := build.pull_request) is None:
        return tuple(Skipped(what, "no pull request") for what in ("comment", "check"))
    report, head = committed.report, committed.head

    def render(level: int) -> str:
        return draw(report, level)

    def comment() -> Outcome:
        if not settings.comment:
            return Skipped("comment", "commenting is off")
        identity = f"schema-ci|{settings.project}|report"
        return upsert_comment(forge, pull.number, identity, render, build, head, now)

    def check() -> Outcome:
        if not settings.check:
            return Skipped("check", "checks are off")
        return write_check(forge, report, settings.project, render, build, head)

    # The forge may need a moment to show the commit that we have just made.
    heads = {head, pull.head_sha}
    return (
        _unless_stale("comment", forge, pull, heads, comment, fatal=settings.comment_required),
        _unless_stale("check", forge, pull, heads, check, fatal=True),
    )


def _commit(
    report: Report,
    forge: Forge,
    build: Build,
    pull: PullRequest,
    settings: PublishSettings,
    push: Push | None,
) -> Sha | Skipped | Failed:
    try:
        state = forge.pull_request(pull.number)
        if state.head_sha != pull.head_sha:
            return _stale("commit", state.head_sha)
        return commit_generated(
            forge,
            report,
            state,
            build,
            CommitRules(
                settings.directories, settings.inputs, settings.max_auto_commits, settings.skip_ci
            ),
            push,
        )
    except ForgeError as error:
        return Failed("commit", error, fatal=True)


def _starts_workflows(forge: Forge) -> bool:
    """Whether other workflows run for what we commit: not for the token that a job is given."""
    try:
        return forge.viewer().removesuffix("[bot]") != "github-actions"
    except ForgeError:
        return False  # better one hint too many than a required check that hangs


def _unless_stale(
    what: What,
    forge: Forge,
    pull: PullRequest,
    heads: set[Sha],
    write: Callable[[], Outcome],
    *,
    fatal: bool,
) -> Outcome:
    try:
        found = forge.pull_request(pull.number).head_sha
        return write() if found in heads else _stale(what, found)
    except Refused as refused:
        # A fork's job gets a token that only reads; its own end is the check that reviewers see.
        if pull.is_fork and refused.status == HTTPStatus.FORBIDDEN:
            return Skipped(what, "the token of a fork's run may only read")
        return Failed(what, refused, fatal=fatal)
    except ForgeError as error:
        return Failed(what, error, fatal=fatal)


def _stale(what: What, found: Sha) -> Skipped:
    return Skipped(what, f"stale: the pull request's head is {found[:7]} now", stale=True)


def _web(build: Build) -> str:
    return build.repository.web_url if build.repository is not None else ""
