"""GitLab: the merge request, its notes, the status of its commit, and commits to its branch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.context import Repository, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import (
    Check,
    Comment,
    Conclusion,
    ExistingCheck,
    OutcomeUnknown,
    PullRequestState,
    Refused,
    StaleHead,
)
from ci_runner.forges.gitlab_api import Api
from ci_runner.forges.gitlab_commit import Push, commit_files
from ci_runner.forges.quick_actions import inert, restored
from ci_runner.forges.status import described, digest_in

_NAME = 255
# A comparison is cut at limits that an administrator may set; 1,000 files by default. Far below
# them the list is whole: docs.gitlab.com/administration/diff_limits.
_COMPARED = 100
_STATES: dict[Conclusion, str] = {
    "success": "success",
    "neutral": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "action_required": "pending",
}
_UNFINISHED = frozenset({"pending", "running"})
_CANNOT = "Cannot transition status"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The pipeline that runs us, and the commit that it runs on.

    For a merged result that is a merge which no branch has; `head` is the merge request's own.
    """

    id: int
    sha: Sha
    head: Sha


def gitlab(
    repository: Repository,
    token: str,
    *,
    job: bool = False,
    ca_file: str = "",
    pipeline: Pipeline | None = None,
    push: Push | None = None,
    sleep: Callable[[float], None] = time.sleep,
    max_wait: float = 120.0,
) -> GitLabForge:
    """The forge of `repository`. Nothing is sent until it is asked something.

    `job` tells that `token` is CI_JOB_TOKEN, which may only read. `push` is tried before the API.
    Raises ConfigError.
    """
    api = Api(repository.api_url, token, job=job, ca_file=ca_file, sleep=sleep, max_wait=max_wait)
    return GitLabForge(api, repository, pipeline, push)


class GitLabForge:
    """`forges.base.Forge` for GitLab."""

    comment_limit = 999_000

    def __init__(
        self, api: Api, repository: Repository, pipeline: Pipeline | None, push: Push | None
    ) -> None:
        self._api = api
        self._slug = repository.slug
        self._web = repository.web_url
        self._project = f"/projects/{quote(repository.slug, safe='')}"
        self._pipeline = pipeline
        self._push = push
        self._user: Any = None
        self._about: Any = None

    def viewer(self) -> str:
        return str(self._me()["username"])

    def pull_request(self, number: int) -> PullRequestState:
        path = f"{self._project}/merge_requests/{number}"
        return self._state(self._api.call("read the merge request", "GET", path))

    def pull_request_of(self, branch: str, sha: Sha) -> PullRequestState | None:
        """The open merge request from `branch` of this project whose head is `sha`."""
        query = f"state=opened&source_branch={quote(branch, safe='')}"
        path = f"{self._project}/merge_requests?{query}"
        listed = self._api.pages("find the merge request of a branch", path)
        numbers = sorted(
            int(each["iid"])
            for each in listed
            if each["sha"] == sha and each["source_project_id"] == each["target_project_id"]
        )
        return self.pull_request(numbers[0]) if numbers else None

    def default_branch(self) -> str:
        return str(self._known()["default_branch"])

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Notes that people or we wrote; those on lines of the diff are discussions."""
        path = f"{self._notes(number)}?sort=asc&order_by=created_at"
        return tuple(
            self._comment(number, note)
            for note in self._api.pages("list the notes", path)
            if not note["system"] and note["type"] != "DiffNote"
        )

    def create_comment(self, number: int, body: str) -> Comment:
        sent = {"body": inert(body)}
        note = self._api.call("write a note", "POST", self._notes(number), sent)
        return self._comment(number, note)

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        path = f"{self._notes(number)}/{comment.id}"
        note = self._api.call("edit our note", "PUT", path, {"body": inert(body)})
        return self._comment(number, note)

    def delete_comment(self, number: int, comment: Comment) -> None:
        try:
            path = f"{self._notes(number)}/{comment.id}"
            self._api.call("delete our note", "DELETE", path)
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise

    def find_check(self, sha: Sha, name: str) -> ExistingCheck | None:
        """The newest status `name` of the commit, on the pipeline that shows it to reviewers."""
        place, _ = self._place(sha)
        return self._find_status(place, name)

    def write_check(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        """A commit status. GitLab keeps one unfinished status per name; a finished one stays."""
        del existing
        state = _STATES[check.conclusion]
        return self._write_status(check, state, described(check.title, digest))

    def is_protected(self, branch: str) -> bool:
        path = f"{self._project}/repository/branches/{quote(branch, safe='')}"
        return bool(self._api.call("read the branch", "GET", path)["protected"])

    def commit_messages(self, number: int) -> tuple[tuple[Sha, str, str], ...]:
        """GitLab tells the author's name and address, but not whose account that is."""
        path = f"{self._project}/merge_requests/{number}/commits"
        newest_first = list(self._api.pages("list the commits", path))
        return tuple((Sha(each["id"]), "", each["message"]) for each in reversed(newest_first))

    def changed_paths(self, old: Sha, new: Sha) -> tuple[str, ...] | None:
        path = f"{self._project}/repository/compare?from={old}&to={new}&straight=true"
        compared = self._api.call("compare two commits", "GET", path)
        diffs = compared["diffs"]
        if compared["compare_timeout"] or len(diffs) >= _COMPARED:
            return None
        return tuple(
            dict.fromkeys(each[side] for each in diffs for side in ("old_path", "new_path"))
        )

    def commit(
        self,
        branch: str,
        expected_head: Sha,
        files: Mapping[str, bytes | None],
        message: str,
    ) -> Sha | StaleHead:
        """One commit on `branch` on top of `expected_head`, or none; content None deletes."""
        return commit_files(
            self._api, self._project, self._push, branch, expected_head, files, message
        )

    def _notes(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}/notes"

    def _me(self) -> Any:  # noqa: ANN401 - the JSON edge
        if self._user is None:
            self._user = self._api.call("tell who we are", "GET", "/user")
        return self._user

    def _known(self) -> Any:  # noqa: ANN401 - the JSON edge
        if self._about is None:
            self._about = self._api.call("read the project", "GET", self._project)
        return self._about

    def _state(self, merge: Any) -> PullRequestState:  # noqa: ANN401 - the JSON edge
        if not merge["sha"]:
            raise ForgeError(
                f"merge request {merge['iid']} has no commit yet",
                next_step="run the job again in a moment: GitLab is still preparing it",
            )
        own = merge["source_project_id"] == merge["target_project_id"]
        return PullRequestState(
            number=int(merge["iid"]),
            open=merge["state"] in {"opened", "locked"},
            merged=merge["state"] == "merged",
            draft=bool(merge["draft"]),
            head_sha=Sha(merge["sha"]),
            head_branch=merge["source_branch"],
            head_slug=self._slug if own else self._path_of(merge["source_project_id"]),
            base_branch=merge["target_branch"],
            base_slug=self._slug,
            default_branch=self.default_branch(),
            base_sha=Sha((merge["diff_refs"] or {}).get("start_sha") or ""),
        )

    def _path_of(self, project: int | None) -> str:
        """A fork's path, "" where it is gone or hidden from us."""
        if project is None:
            return ""
        try:
            path = f"/projects/{project}"
            return str(self._api.call("read the fork", "GET", path)["path_with_namespace"])
        except Refused as refused:
            if refused.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                raise
            return ""

    def _comment(self, number: int, note: Any) -> Comment:  # noqa: ANN401 - the JSON edge
        return Comment(
            id=note["id"],
            author=self._author(note["author"]),
            body=restored(note["body"]),
            url=f"{self._web}/-/merge_requests/{number}#note_{note['id']}",
            created_at=datetime.fromisoformat(note["created_at"]),
        )

    def _author(self, user: Any) -> str:  # noqa: ANN401 - the JSON edge
        """A user name, "" for one that is ours but belongs to another account: ids decide."""
        name, me = str(user["username"]), self._me()
        taken = name.lower() == str(me["username"]).lower() and user["id"] != me["id"]
        return "" if taken else name

    def _place(self, sha: Sha) -> tuple[Sha, int | None]:
        """The commit and the pipeline that a status of `sha` belongs to."""
        if self._pipeline is not None and sha == self._pipeline.head:
            return self._pipeline.sha, self._pipeline.id
        return sha, None

    def _find_status(self, place: Sha, name: str) -> ExistingCheck | None:
        path = f"{self._project}/repository/commits/{place}/statuses?name={quote(name, safe='')}"
        found = [each for each in self._statuses(path) if each["name"] == name[:_NAME]]
        if not found:
            return None
        newest = max(found, key=lambda each: int(each["id"]))
        digest = digest_in(newest["description"] or "")
        return ExistingCheck(newest["id"], name, newest["status"], digest)

    def _statuses(self, path: str) -> Iterator[Any]:
        yield from self._api.pages("list the statuses", path)

    def _write_status(self, check: Check, state: str, description: str) -> str:
        place, pipeline = self._place(check.sha)
        body: dict[str, object] = {
            "state": state,
            "name": check.name[:_NAME],
            "description": description,
        }
        if check.details_url:
            body["target_url"] = check.details_url
        if pipeline is not None:
            body["pipeline_id"] = pipeline
        path = f"{self._project}/statuses/{place}"
        try:
            self._api.call("write a commit status", "POST", path, body)
        except OutcomeUnknown:
            found = self._find_status(place, check.name)
            if found is None or found.digest != digest_in(description):
                raise
        except Refused as refused:
            if not self._stands_already(refused, place, check.name, state):
                raise
        return f"{self._web}/-/commit/{place}/pipelines"

    def _stands_already(self, refused: Refused, place: Sha, name: str, state: str) -> bool:
        """GitLab lets no status become what it is: of an unfinished one that is no harm."""
        if refused.status != HTTPStatus.BAD_REQUEST or _CANNOT not in refused.said:
            return False
        found = self._find_status(place, name)
        return state in _UNFINISHED and found is not None and found.conclusion in _UNFINISHED
