"""A forge that is read and never written to: each write is told in place of being sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

from ci_runner.context import Sha
from ci_runner.forges.approving import Approval, Approving
from ci_runner.forges.base import (
    Awaiting,
    Changes,
    Check,
    Comment,
    Conversation,
    ExistingCheck,
    Forge,
    Hiding,
    LineComment,
    PullRequestState,
    ReviewComment,
    Reviewing,
    StaleHead,
    conversation,
)

# What would be made has no name before it is.
NOWHERE = "(not sent)"
UNMADE = Sha("0" * 40)
Say = Callable[[str, Mapping[str, object]], None]


class Unsent:
    """`forges.base.Forge` and all that it may be besides, over `forge`, whose reads it makes.

    `say` gets what would be done and with what. A write ends as if it had gone well.
    """

    def __init__(self, forge: Forge, say: Say) -> None:
        self._forge = forge
        self._say = say
        self.comment_limit = forge.comment_limit
        self.comment_bytes = forge.comment_bytes

    def viewer(self) -> str:
        return self._forge.viewer()

    def pull_request(self, number: int) -> PullRequestState:
        return self._forge.pull_request(number)

    def pull_request_of(self, branch: str, sha: Sha) -> PullRequestState | None:
        return self._forge.pull_request_of(branch, sha)

    def default_branch(self) -> str:
        return self._forge.default_branch()

    def conversation(self, number: int) -> Conversation:
        return conversation(self._forge, number)

    def comments(self, number: int) -> tuple[Comment, ...]:
        return self._forge.comments(number)

    def create_comment(self, number: int, body: str) -> Comment:
        self._say("create a comment", {"pull_request": number, "body": body})
        now = datetime.now(UTC)
        return Comment(0, self._forge.viewer(), body, NOWHERE, now, ours=True)

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        said = {"pull_request": number, "comment": comment.url, "body": body}
        self._say("edit our comment", said)
        return comment

    def delete_comment(self, number: int, comment: Comment) -> None:
        self._say("delete our comment", {"pull_request": number, "comment": comment.url})

    def hide_comment(self, number: int, comment: Comment) -> bool:
        if not isinstance(self._forge, Hiding):
            return False
        self._say("hide our comment", {"pull_request": number, "comment": comment.url})
        return True

    def review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        return self._forge.review_comments(number) if isinstance(self._forge, Reviewing) else ()

    def create_review(
        self, number: int, sha: Sha, body: str, comments: tuple[LineComment, ...]
    ) -> str:
        lines = [
            {"path": each.path, "line": each.line, "end_line": each.end_line, "body": each.body}
            for each in comments
        ]
        said = {"pull_request": number, "commit": sha, "body": body, "comments": lines}
        self._say("comment on lines", said)
        return NOWHERE

    def delete_review_comment(self, number: int, comment: ReviewComment) -> None:
        said: dict[str, object] = {"pull_request": number, "comment": comment.url}
        self._say("delete or resolve our comment on a line", said)

    def add_labels(self, number: int, labels: tuple[str, ...]) -> None:
        self._say("add labels", {"pull_request": number, "labels": labels})

    def remove_label(self, number: int, label: str) -> None:
        self._say("remove a label", {"pull_request": number, "label": label})

    def find_check(self, sha: Sha, name: str) -> ExistingCheck | None:
        return None if sha == UNMADE else self._forge.find_check(sha, name)

    def begin_check(self, name: str, sha: Sha, details_url: str) -> ExistingCheck:
        del details_url
        if found := self.find_check(sha, name):
            return found
        self._say("show a check in progress", {"name": name, "commit": sha})
        return ExistingCheck(0, name, "", "", annotated=True)

    def end_check(self, check: Check, begun: ExistingCheck) -> bool:
        del begun
        self.write_check(check, None, "")
        return True

    def write_check(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        del existing, digest
        said: dict[str, object] = {
            "name": check.name,
            "commit": check.sha,
            "conclusion": check.conclusion,
            "title": check.title,
            "summary": check.summary,
            "annotations": len(check.annotations),
        }
        self._say("write a check", said)
        return NOWHERE

    def shows_annotations(self) -> bool:
        return isinstance(self._forge, Awaiting) and self._forge.shows_annotations()

    def is_protected(self, branch: str) -> bool:
        return self._forge.is_protected(branch)

    def commit_messages(self, number: int) -> tuple[tuple[Sha, str, str], ...]:
        return self._forge.commit_messages(number)

    def changed_paths(self, old: Sha, new: Sha) -> tuple[str, ...] | None:
        return self._forge.changed_paths(old, new)

    def commit(
        self, branch: str, expected_head: Sha, changes: Changes, message: str
    ) -> Sha | StaleHead:
        files = {path: None if text is None else len(text) for path, text in changes.items()}
        said = {"branch": branch, "parent": expected_head, "message": message, "bytes": files}
        self._say("commit", said)
        return UNMADE

    def proves(self, made: Sha, parent: Sha, changes: Changes) -> bool:
        del made, parent, changes
        return False

    def author(self, number: int) -> str:
        return self._forge.author(number) if isinstance(self._forge, Approving) else ""

    def approvals(self, number: int, ways: Collection[str]) -> tuple[Approval, ...]:
        if not isinstance(self._forge, Approving):
            return ()
        return self._forge.approvals(number, ways)

    def may_write(self, login: str) -> bool:
        return isinstance(self._forge, Approving) and self._forge.may_write(login)
