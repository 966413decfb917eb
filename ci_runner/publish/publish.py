"""Publish a report: first the commit, then what is true after it as comment, check and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from ci_runner.config.approval import ApprovalPolicy
from ci_runner.config.comments import Comments
from ci_runner.config.commits import Commits
from ci_runner.context import Build, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Refused
from ci_runner.frozen import frozen
from ci_runner.publish.approval import needed, sought
from ci_runner.publish.awaited import AwaitedCheck
from ci_runner.publish.check import check_name, result_check, supersede, write_check
from ci_runner.publish.comment import About, Mode, fitting, keep_up, message, tell
from ci_runner.publish.commit import (
    CommitRules,
    Made,
    Push,
    commit_generated,
    generated_changes,
    without_generated,
)
from ci_runner.publish.inline import write_inline
from ci_runner.publish.labels import keep_labels
from ci_runner.publish.marker import same_login
from ci_runner.publish.outcome import Failed, Outcome, Published, Skipped, What
from ci_runner.publish.result import SILENT, result_digest
from ci_runner.publish.talk import Talk
from ci_runner.report.model import Report
from ci_runner.report.verdict import changed, verdict

Draw = Callable[[Report, int], str]
_MODES: dict[str, Mode] = {
    "update": "update",
    "new": "new",
    "hide-and-new": "hide-and-new",
    "delete-and-new": "delete-and-new",
}


@frozen
class PublishSettings:
    """`project` "" is all. `directories` come from the configuration, never from a report.

    `inputs` are all files and folders that a report depends on, the directories among them.
    """

    directories: tuple[str, ...]
    inputs: tuple[str, ...]
    project: str = ""
    commits: Commits = Commits()
    comments: Comments = Comments()
    check: bool = True

    @property
    def check_name(self) -> str:
        return check_name(self.comments.id or self.project)

    @property
    def identity(self) -> str:
        """What our comments are found by: `tool|project|kind`, and the name that the user gave."""
        own = f"|{self.comments.id}" if self.comments.id else ""
        return f"schema-ci|{self.project}|report{own}"


@frozen
class Committed:
    """The report as it is true once the commit was tried, and the head that it now speaks of.

    `proven` when the commit was read back from the forge and holds our files and nothing else.
    """

    report: Report
    head: Sha
    outcome: Outcome
    proven: bool = False


def commit(
    report: Report, talk: Talk, settings: PublishSettings, push: Push | None = None
) -> Committed:
    """Commit what was generated, where that is asked for and safe.

    What did not get to the branch is reported as missing again: a reader of the report must find
    on the branch what it speaks of. Forge trouble is an outcome, never raised.
    """
    head = talk.event.head_sha
    if not settings.commits.pushes:
        return Committed(report, head, Skipped("commit", "committing is off"))
    if talk.build.restraint is not None:
        made: Made | Skipped | Failed = Skipped("commit", talk.build.restraint.reason)
    else:
        made = _commit(report, talk, settings, push)
    if isinstance(made, Skipped | Failed):
        return Committed(without_generated(report), head, made)
    done = Published("commit", _commit_url(talk.build, made.sha))
    silent = same_login(talk.viewer, "github-actions")
    notices = (*report.notices, SILENT) if silent else report.notices
    report = replace(report, committed=made.sha, notices=notices)
    return Committed(report, made.sha, done, proven=made.proven)


def approved(committed: Committed, talk: Talk, policy: ApprovalPolicy) -> Committed:
    """With what the report needs an approval for, and who gave it: a review, of the new head.

    What a report says of that itself is not believed.
    """
    asked = needed(committed.report, policy, committed.head)
    asked = sought(asked, talk.forge, talk.number, policy)
    return replace(committed, report=replace(committed.report, approval=asked))


def announce(
    committed: Committed,
    talk: Talk,
    settings: PublishSettings,
    draw: Draw,
    now: datetime,
    awaited: AwaitedCheck | None = None,
) -> tuple[Outcome, ...]:
    """What became of comment, check and the rest, each whatever became of the others.

    `draw` gives the comment's text at a level of detail. Forge trouble is an outcome, never raised.
    """
    steps = _steps(committed, talk, settings, draw, now, awaited)
    # The forge may need a moment to show the commit that we have just made.
    heads = {committed.head, talk.event.head_sha}
    return tuple(
        _unless_stale(what, talk, heads, write, fatal=fatal) for what, write, fatal in steps
    )


def _steps(
    committed: Committed,
    talk: Talk,
    settings: PublishSettings,
    draw: Draw,
    now: datetime,
    awaited: AwaitedCheck | None,
) -> Iterator[tuple[What, Callable[[], Outcome], bool]]:
    """Each thing to publish: how, and whether the run fails where it can't be."""
    report, head, comments = committed.report, committed.head, settings.comments

    def render(level: int) -> str:
        return draw(report, level)

    def comment() -> Outcome:
        result = result_digest(report)
        texts = fitting(talk.forge, render, comments.split)
        about = About(settings.identity, head, result, with_commit=bool(report.committed))
        new = message(talk.build, about, texts, now)
        if _worth_telling(report, comments.on):
            return tell(talk, new, _MODES[comments.mode])
        return keep_up(talk, new, delete=comments.delete_when_empty)

    def check() -> Outcome:
        return _check(committed, talk, settings, render, awaited)

    restraint = talk.build.restraint
    if restraint is not None:
        yield "comment", lambda: Skipped("comment", restraint.reason), False
    elif comments.mode == "off" or comments.on == "never":
        yield "comment", lambda: Skipped("comment", "commenting is off"), False
    else:
        yield "comment", comment, comments.required
    if comments.inline and restraint is None:
        yield "inline", lambda: write_inline(talk, report, settings.identity, head), False
    if comments.labels and restraint is None:
        yield "labels", lambda: keep_labels(talk, report), False
    if settings.check:
        yield "check", check, True
    else:
        yield "check", lambda: Skipped("check", "checks are off"), True


def _worth_telling(report: Report, on: str) -> bool:
    if on == "failures":
        return verdict(report).outcome in {"fail", "wait"}
    return on == "always" or changed(report)


def _check(
    committed: Committed,
    talk: Talk,
    settings: PublishSettings,
    render: Callable[[int], str],
    awaited: AwaitedCheck | None,
) -> Outcome:
    """The result on the head; where that is a commit of ours, the head before it is done too."""
    head, old, name = committed.head, talk.event.head_sha, settings.check_name
    check = result_check(committed.report, name, render, talk.build, head)
    begun = awaited.begun if awaited is not None else None
    existing = None
    if head == old:
        existing = begun or talk.forge.find_check(head, name)
    outcome = write_check(talk.forge, check, existing)
    if isinstance(outcome, Published):
        talk.wrote()
    if begun is not None and not begun.conclusion and head != old:
        supersede(talk.forge, begun, talk.build, old, head)
    if awaited is not None:
        awaited.settled = True
    return outcome


def _commit(
    report: Report, talk: Talk, settings: PublishSettings, push: Push | None
) -> Made | Skipped | Failed:
    try:
        state = talk.now().pull
        if state.head_sha != talk.event.head_sha:
            return _stale("commit", state.head_sha)
        if generated_changes(report):
            talk.wrote()
        return commit_generated(
            talk.forge,
            report,
            state,
            talk.build,
            CommitRules(settings.directories, settings.inputs, settings.commits),
            push,
        )
    except ForgeError as error:
        return Failed("commit", error, fatal=True)


def _unless_stale(
    what: What, talk: Talk, heads: set[Sha], write: Callable[[], Outcome], *, fatal: bool
) -> Outcome:
    try:
        found = talk.now().pull.head_sha
        return write() if found in heads else _stale(what, found)
    except Refused as refused:
        # A fork's job gets a token that only reads; its own end is the check that reviewers see.
        if talk.event.is_fork and refused.status == HTTPStatus.FORBIDDEN:
            return Skipped(what, "the token of a fork's run may only read")
        return Failed(what, refused, fatal=fatal)
    except ForgeError as error:
        return Failed(what, error, fatal=fatal)


def _stale(what: What, found: Sha) -> Skipped:
    return Skipped(what, f"stale: the pull request's head is {found[:7]} now", stale=True)


def _commit_url(build: Build, made: Sha) -> str:
    if build.repository is None:
        return made
    dash = "-/" if build.repository.forge == "gitlab" else ""
    return f"{build.repository.web_url}/{dash}commit/{made}"
