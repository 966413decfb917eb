"""What a forge must be able to do for us. Every method may raise errors.ForgeError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ci_runner.context import Sha
from ci_runner.errors import ForgeError

# What a commit changes, by path in the repository: the new content, None for a file that goes.
Changes = Mapping[str, bytes | None]
Conclusion = Literal["success", "neutral", "failure", "cancelled", "action_required"]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request. `author` is the login as the forge spells it."""

    id: int
    author: str
    body: str
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Annotation:
    """`line` and `end_line` count from 1."""

    path: str
    line: int
    end_line: int
    level: Literal["failure", "warning", "notice"]
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """What reviewers see beside the commit. `name` identifies it; `summary` is Markdown."""

    name: str
    sha: Sha
    conclusion: Conclusion
    title: str
    summary: str
    details_url: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class ExistingCheck:
    """A check of ours found on a commit. `digest` is what we stored with it."""

    id: int
    name: str
    conclusion: str
    digest: str


@dataclass(frozen=True, slots=True)
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
    """One repository on one forge, with the limits that its comments have."""

    comment_limit: int

    def viewer(self) -> str:
        """Our own login."""

    def pull_request(self, number: int) -> PullRequestState: ...

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
