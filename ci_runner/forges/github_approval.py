"""Who said what about a GitHub pull request, and who may write to the repository."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.context import Sha
from ci_runner.forges.approving import Approval
from ci_runner.forges.base import Refused
from ci_runner.forges.github_api import Api

# `maintain` is told as write and `triage` as read: GitHub's REST manual, collaborators.
_WRITERS = frozenset({"write", "admin"})


class GitHubApprovals:
    """`forges.approving.Approving` for GitHub."""

    _api: Api
    _repo: str

    def author(self, number: int) -> str:
        pull = self._api.call("read the pull request", "GET", f"{self._repo}/pulls/{number}")
        return _login(pull["user"])

    def approvals(self, number: int, ways: Collection[str]) -> tuple[Approval, ...]:
        found: list[Approval] = []
        if "review" in ways:
            path = f"{self._repo}/pulls/{number}/reviews?per_page=100"
            found += _reviews(self._api.pages("list the reviews", path))
        if "label" in ways:
            path = f"{self._repo}/issues/{number}/events?per_page=100"
            found += _labels(self._api.pages("list the events", path))
        if "comment" in ways:
            path = f"{self._repo}/issues/{number}/comments?per_page=100"
            found += map(_comment, self._api.pages("list the comments", path))
        return tuple(found)

    def may_write(self, login: str) -> bool:
        path = f"{self._repo}/collaborators/{quote(login, safe='')}/permission"
        try:
            found = self._api.call(f"tell what {login} may do", "GET", path)
        except Refused as refused:
            # Somebody whom GitHub does not know here may not write here.
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return False
        return found["permission"] in _WRITERS


def _reviews(reviews: Iterator[Any]) -> Iterator[Approval]:
    """The last word of each reviewer, where it approves. A remark alone takes nothing back."""
    last: dict[str, Any] = {}
    for review in reviews:
        if (login := _login(review["user"])) and review["state"] not in {"COMMENTED", "PENDING"}:
            last[login] = review
    for login, review in last.items():
        if review["state"] == "APPROVED":
            sha = Sha(review["commit_id"] or "")
            yield Approval("review", login, sha=sha, is_bot=_is_bot(review["user"]))


def _labels(events: Iterator[Any]) -> Iterator[Approval]:
    """Labels that are on, each by who put it on last."""
    on: dict[str, Any] = {}
    for event in events:
        if event["event"] == "labeled":
            on[event["label"]["name"]] = event["actor"]
        elif event["event"] == "unlabeled":
            on.pop(event["label"]["name"], None)
    for name, actor in on.items():
        yield Approval("label", _login(actor), said=name, is_bot=_is_bot(actor))


def _comment(comment: Any) -> Approval:  # noqa: ANN401 - the JSON edge
    return Approval(
        "comment",
        _login(comment["user"]),
        said=(comment["body"] or "").replace("\r\n", "\n").partition("\n")[0],
        is_bot=_is_bot(comment["user"]),
        edited=comment["updated_at"] != comment["created_at"],
    )


def _login(user: Any) -> str:  # noqa: ANN401 - the JSON edge
    return str(user["login"]) if user else ""


def _is_bot(user: Any) -> bool:  # noqa: ANN401 - the JSON edge
    return bool(user) and user["type"] != "User"
