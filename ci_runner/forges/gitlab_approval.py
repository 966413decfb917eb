"""Who said what about a GitLab merge request, and who may write to the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.context import Sha
from ci_runner.forges.approving import Approval
from ci_runner.forges.base import Refused
from ci_runner.forges.gitlab_api import Api
from ci_runner.forges.quick_actions import restored

# docs.gitlab.com/api/access_requests: what a Developer has; who has less pushes nowhere.
_DEVELOPER = 30


class GitLabApprovals:
    """`forges.approving.Approving` for GitLab."""

    _api: Api
    _project: str

    def author(self, number: int) -> str:
        path = self._merge_request(number)
        return _login(self._api.call("read the merge request", "GET", path)["author"])

    def approvals(self, number: int, ways: Collection[str]) -> tuple[Approval, ...]:
        """GitLab tells when somebody approved: what they saw is the head that was newest then."""
        found: list[Approval] = []
        if "review" in ways:
            found += self._reviews(number)
        if "label" in ways:
            path = f"{self._merge_request(number)}/resource_label_events"
            found += self._labels(self._api.pages("list the label events", path))
        if "comment" in ways:
            path = f"{self._merge_request(number)}/notes?sort=asc&order_by=created_at"
            found += self._comments(self._api.pages("list the notes", path))
        return tuple(found)

    def may_write(self, login: str) -> bool:
        """Members of groups that the project belongs to count, and only active accounts."""
        user = self._user(login)
        if user is None:
            return False
        path = f"{self._project}/members/all/{user['id']}"
        try:
            member = self._api.call(f"tell what {login} may do", "GET", path)
        except Refused as refused:
            # Somebody who is no member may not write.
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return False
        return bool(member["state"] == "active" and member["access_level"] >= _DEVELOPER)

    def _reviews(self, number: int) -> Iterator[Approval]:
        path = self._merge_request(number)
        approved = self._api.call("list the approvals", "GET", f"{path}/approvals")["approved_by"]
        versions = (
            list(self._api.pages("list the versions", f"{path}/versions")) if approved else []
        )
        for each in approved:
            sha = _head_at(versions, each.get("approved_at") or "")
            login = _login(each["user"])
            yield Approval("review", login, sha=sha, is_bot=self._is_bot(login))

    def _labels(self, events: Iterator[Any]) -> Iterator[Approval]:
        """Labels that are on, each by who put it on last. A label may have been deleted since."""
        on: dict[str, Any] = {}
        for event in events:
            if not event["label"]:
                continue
            if event["action"] == "add":
                on[event["label"]["name"]] = event["user"]
            else:
                on.pop(event["label"]["name"], None)
        for name, user in on.items():
            login = _login(user)
            yield Approval("label", login, said=name, is_bot=self._is_bot(login))

    def _comments(self, notes: Iterator[Any]) -> Iterator[Approval]:
        """Those that begin with a slash: no other is somebody's word, and each costs a look."""
        for note in notes:
            said = restored(note["body"].replace("\r\n", "\n")).partition("\n")[0]
            if note["system"] or not said.startswith("/"):
                continue
            login = _login(note["author"])
            edited = note["updated_at"] != note["created_at"]
            yield Approval("comment", login, said, is_bot=self._is_bot(login), edited=edited)

    def _is_bot(self, login: str) -> bool:
        """True also for an account that is not to be found: nobody can be asked about its word."""
        user = self._user(login)
        if user is None:
            return True
        found = self._api.call(f"tell who {login} is", "GET", f"/users/{user['id']}")
        return bool(found["bot"])

    def _user(self, login: str) -> Any:  # noqa: ANN401 - the JSON edge
        """By the whole name; None for an account that is not active or not there."""
        path = f"/users?username={quote(login, safe='')}&active=true"
        listed = self._api.call("find an account", "GET", path) if login else []
        named = [user for user in listed if user["username"].lower() == login.lower()]
        return named[0] if named else None

    def _merge_request(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}"


def _head_at(versions: list[Any], when: str) -> Sha:
    """The head of the newest version of the diff that was there at a time, "" for none.

    A GitLab that does not tell the time of an approval leaves open what was approved.
    """
    if not when:
        return Sha("")
    moment = datetime.fromisoformat(when)
    there = [each for each in versions if datetime.fromisoformat(each["created_at"]) <= moment]
    newest = max(there, key=lambda each: int(each["id"]), default=None)
    return Sha(newest["head_commit_sha"] if newest else "")


def _login(user: Any) -> str:  # noqa: ANN401 - the JSON edge
    return str(user["username"]) if user else ""
