"""What a forge must be able to do for us. Every method may raise errors.ForgeError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from ci_runner.context import Sha
from ci_runner.errors import ForgeError
from ci_runner.frozen import frozen

# What a commit changes, by path in the repository: the new content, None for a file that goes.
Changes = Mapping[str, bytes | None]
Conclusion = Literal["success", "neutral", "failure", "cancelled", "action_required"]


@frozen
class Comment:
    """A comment on a pull request. `author` is the login as the forge spells it.

    `node` is its other name, for forges that have two; `hidden` where readers see it folded.
    `ours` is what the forge says of that, None where it leaves it to be told from the author.
    """

    id: int
    author: str
    body: str
    url: str
    created_at: datetime
    node: str = ""
    hidden: bool = False
    ours: bool | None = None


@frozen
class PullRequestState:
    """The pull request as the forge knows it now."""

    number: int
    open: bool
    merged: bool
    draft: bool
    head_sha: Sha
    head_branch: str
    head_slug: str
    base_branch: str
    base_slug: str
    default_branch: str
    base_sha: Sha = Sha("")
    labels: frozenset[str] = frozenset()


@frozen
class Conversation:
    """The pull request as it is at one moment: who we are, its state, all comments oldest first."""

    viewer: str
    pull: PullRequestState
    comments: tuple[Comment, ...]


@frozen
class LineComment:
    """To be written beside lines of the head's file; `line` and `end_line` count from 1."""

    path: str
    line: int
    end_line: int
    body: str


@frozen
class ReviewComment:
    """One that is there. `outdated` when its lines are gone; `answer_to` is another's id, or 0."""

    id: int
    author: str
    body: str
    url: str
    outdated: bool
    answer_to: int


@frozen
class Annotation:
    """`line` and `end_line` count from 1."""

    path: str
    line: int
    end_line: int
    level: Literal["failure", "warning", "notice"]
    title: str
    message: str


@frozen
class Check:
    """What reviewers see beside the commit. `name` identifies it; `summary` is Markdown.

    `result` names what the run came to, whatever the words of title and summary.
    """

    name: str
    sha: Sha
    conclusion: Conclusion
    title: str
    summary: str
    details_url: str = ""
    annotations: tuple[Annotation, ...] = ()
    result: str = ""


@frozen
class ExistingCheck:
    """A check of ours on a commit. `digest` is what we stored with it.

    `conclusion` is "" while it is in progress. `annotated` where annotations stand with it, beside
    the lines of the change.
    """

    id: int
    name: str
    conclusion: str
    digest: str
    annotated: bool = False
    url: str = ""


@frozen
class StaleHead:
    """The branch moved: nothing was written."""

    found: Sha


class Refused(ForgeError):
    """The forge answered no, with this HTTP status."""

    def __init__(self, status: int, what: str, *, said: str = "", next_step: str = "") -> None:
        super().__init__(what, said=said, next_step=next_step)
        self.status = status


class OutcomeUnknown(ForgeError):
    """A write was sent and no answer came back: read again before writing again."""


class Forge(Protocol):
    """One repository on one forge, with the limits that its comments have.

    `comment_limit` is in characters, as code points or UTF-16 units, whichever are more.
    """

    comment_limit: int
    comment_bytes: int

    def viewer(self) -> str:
        """Our own login."""

    def pull_request(self, number: int) -> PullRequestState: ...

    def pull_request_of(self, branch: str, sha: Sha) -> PullRequestState | None:
        """The open pull request that has commit `sha` and comes from `branch` of this repository.

        Of several the one with the lowest number, so that every run finds the same. None where
        there is none, or where the forge does not know the commit.
        """

    def default_branch(self) -> str: ...

    def comments(self, number: int) -> tuple[Comment, ...]:
        """All of them, oldest first, every page."""

    def create_comment(self, number: int, body: str) -> Comment: ...

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment: ...

    def delete_comment(self, number: int, comment: Comment) -> None: ...

    def find_check(self, sha: Sha, name: str) -> ExistingCheck | None: ...

    def write_check(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        """Create or update; returns its URL. By `digest` the next run sees that nothing changed."""

    def is_protected(self, branch: str) -> bool: ...

    def commit_messages(self, number: int) -> tuple[tuple[Sha, str, str], ...]:
        """(sha, author login or "", message) of the pull request's commits, oldest first."""

    def changed_paths(self, old: Sha, new: Sha) -> tuple[str, ...] | None:
        """Files that differ between two commits; None when there are too many to tell."""

    def commit(
        self, branch: str, expected_head: Sha, changes: Changes, message: str
    ) -> Sha | StaleHead:
        """One commit on `branch`, only if its head still is `expected_head` (compare-and-swap).

        Once made it is read back: its one parent is `expected_head` and it changes just that, else
        ForgeError.
        """

    def proves(self, made: Sha, parent: Sha, changes: Changes) -> bool:
        """Read back a commit that was pushed by git, as `commit` does its own.

        False where the forge does not let us read it. ForgeError where it is not what was made.
        """


@runtime_checkable
class Conversing(Protocol):
    """A forge that tells all that publishing asks of a pull request in one answer."""

    def conversation(self, number: int) -> Conversation: ...


@runtime_checkable
class Awaiting(Protocol):
    """A forge that shows a check before its result is known."""

    def begin_check(self, name: str, sha: Sha, details_url: str) -> ExistingCheck:
        """The check of that name on the commit; one in progress is written where there is none."""

    def end_check(self, check: Check, begun: ExistingCheck) -> bool:
        """Conclude a check that is still in progress; False, and nothing written, for others."""

    def shows_annotations(self) -> bool:
        """Whether annotations of the checks that were written reach the reader."""


@runtime_checkable
class Hiding(Protocol):
    """A forge that can fold a comment as outdated."""

    def hide_comment(self, number: int, comment: Comment) -> bool:
        """False where the forge refuses: the comment is as it was."""


@runtime_checkable
class Reviewing(Protocol):
    """A forge that takes comments on lines, several at a time, with buttons for suggestions."""

    def review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        """All of them, every page."""

    def create_review(
        self, number: int, sha: Sha, body: str, comments: tuple[LineComment, ...]
    ) -> str:
        """One review that neither approves nor refuses; returns its URL."""

    def delete_review_comment(self, number: int, comment: ReviewComment) -> None: ...


@runtime_checkable
class Labelling(Protocol):
    """A forge that has labels."""

    def add_labels(self, number: int, labels: tuple[str, ...]) -> None: ...

    def remove_label(self, number: int, label: str) -> None: ...


def conversation(forge: Forge, number: int) -> Conversation:
    """In one call where the forge can, else in three."""
    if isinstance(forge, Conversing):
        return forge.conversation(number)
    pull = forge.pull_request(number)
    return Conversation(forge.viewer(), pull, forge.comments(number))
