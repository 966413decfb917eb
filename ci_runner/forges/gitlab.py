"""GitLab: the merge request, its notes, the status of its commit, and commits to its branch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.config.commits import Author
from ci_runner.context import Repository, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import (
    Changes,
    Check,
    Comment,
    ExistingCheck,
    LineComment,
    PullRequestState,
    Refused,
    ReviewComment,
    StaleHead,
)
from ci_runner.forges.gitlab_api import Api
from ci_runner.forges.gitlab_approval import GitLabApprovals
from ci_runner.forges.gitlab_checks import Checks
from ci_runner.forges.gitlab_commit import Push, commit_files, read_back
from ci_runner.forges.gitlab_job import Job, git_access
from ci_runner.forges.gitlab_talk import Talk

# A comparison is cut at limits that an administrator may set; 1,000 files by default. Far below
# them the list is whole: docs.gitlab.com/administration/diff_limits.
# Larger ones are cut: docs.gitlab.com, instance limits, "Diff limits".
_LISTED = 1000
_COMPARED = 100
_REFRESHED = (1.0, 2.0)
_NO_JOB = Job()
_PushFiles = Callable[[str, Sha, Changes, str, Mapping[str, str]], Sha | None]


def gitlab(
    repository: Repository,
    token: str,
    *,
    job: Job = _NO_JOB,
    reads: bool = False,
    push: _PushFiles | None = None,
    author: Author | None = None,
    sleep: Callable[[float], None] = time.sleep,
    max_wait: float = 120.0,
) -> GitLabForge:
    """The forge of `repository`. Nothing is sent until it is asked something.

    `reads` tells that `token` is CI_JOB_TOKEN, which may do no more. `push` is `Git.push_files`,
    tried before the API, whose commits are by `author` or the token's own user. Raises
    ConfigError.
    """
    api = Api(
        repository.api_url,
        token,
        job=reads,
        ca_file=job.ca_file,
        sleep=sleep,
        max_wait=max_wait,
    )
    forge = GitLabForge(api, repository, job, author)
    if push is not None and not reads and repository.web_url:
        forge.pushes_with(push, token)
    return forge


class GitLabForge(GitLabApprovals):
    """`forges.base.Forge` for GitLab."""

    comment_limit = 999_000
    comment_bytes = 4 * comment_limit

    def __init__(
        self, api: Api, repository: Repository, job: Job, author: Author | None = None
    ) -> None:
        self._api = api
        self._author = author
        self._repository = repository
        self._job = job
        self._slug = repository.slug
        self._project = f"/projects/{quote(repository.slug, safe='')}"
        self._talk = Talk(api, self._project, repository.web_url)
        self._checks = Checks(api, self._project, repository.web_url, job)
        self._push: Push | None = None
        self._about: Any = None

    def pushes_with(self, push: _PushFiles, token: str) -> None:
        """Commit by git, which compares the head and moves it in one step."""

        def pushed(branch: str, parent: Sha, changes: Changes, message: str) -> Sha | None:
            access = git_access(self._repository, token, self._job, self._talk.me())
            return push(branch, parent, changes, message, access)

        self._push = pushed

    def viewer(self) -> str:
        return str(self._talk.me()["username"])

    def pull_request(self, number: int) -> PullRequestState:
        path = f"{self._project}/merge_requests/{number}"
        return self._state(self._api.get_soon("read the merge request", path))

    def pull_request_of(self, branch: str, sha: Sha) -> PullRequestState | None:
        """The open merge request from `branch` of this project whose head is `sha`.

        A push reaches its merge request a moment after its pipeline: so one that has another head
        is looked at again.
        """
        for pause in (*_REFRESHED, 0.0):
            heads = self._heads(branch)
            numbers = sorted(number for number, head in heads.items() if head == sha)
            if numbers or not heads or not pause or not self._api.settles(pause):
                break
        return self.pull_request(numbers[0]) if numbers else None

    def default_branch(self) -> str:
        """Of a project without a commit it is ""."""
        return str(self._known()["default_branch"] or "")

    def comments(self, number: int) -> tuple[Comment, ...]:
        return self._talk.comments(number)

    def create_comment(self, number: int, body: str) -> Comment:
        """Raises ForgeError, and sends nothing, where GitLab would obey a line of `body`."""
        return self._talk.create(number, body)

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        return self._talk.update(number, comment, body)

    def delete_comment(self, number: int, comment: Comment) -> None:
        self._talk.delete(number, comment)

    def review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        return self._talk.review_comments(number)

    def create_review(
        self, number: int, sha: Sha, body: str, comments: tuple[LineComment, ...]
    ) -> str:
        """Discussions; GitLab has no text above them, so what `body` says is in the comment."""
        del body
        return self._talk.discuss(number, sha, comments)

    def delete_review_comment(self, number: int, comment: ReviewComment) -> None:
        self._talk.resolve(number, comment)

    def add_labels(self, number: int, labels: tuple[str, ...]) -> None:
        self._talk.add_labels(number, labels)

    def remove_label(self, number: int, label: str) -> None:
        self._talk.remove_label(number, label)

    def begin_check(self, name: str, sha: Sha, details_url: str) -> ExistingCheck:
        return self._checks.begin(name, sha, details_url)

    def end_check(self, check: Check, begun: ExistingCheck) -> bool:
        del begun
        return self._checks.end(check)

    def shows_annotations(self) -> bool:
        """By the Code Quality report among the job's artifacts."""
        return True

    def find_check(self, sha: Sha, name: str) -> ExistingCheck | None:
        return self._checks.find(sha, name)

    def write_check(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        del existing
        return self._checks.write(check, digest)

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

    def paths_of(self, number: int) -> tuple[str, ...] | None:
        path = f"{self._project}/merge_requests/{number}/diffs"
        diffs = list(self._api.pages("list the files of the merge request", path))
        names = (each[side] for each in diffs for side in ("old_path", "new_path"))
        return tuple(dict.fromkeys(names)) if len(diffs) < _LISTED else None

    def commit(
        self,
        branch: str,
        expected_head: Sha,
        changes: Changes,
        message: str,
    ) -> Sha | StaleHead:
        return commit_files(
            *(self._api, self._project, self._push, self._author),
            *(branch, expected_head, changes, message),
        )

    def proves(self, made: Sha, parent: Sha, changes: Changes) -> bool:
        return read_back(self._api, self._project, made, parent, changes)

    def _heads(self, branch: str) -> dict[int, str]:
        """Of the open merge requests from a branch of this project, by number."""
        query = f"state=opened&source_branch={quote(branch, safe='')}"
        path = f"{self._project}/merge_requests?{query}"
        return {
            int(each["iid"]): str(each["sha"])
            for each in self._api.pages("find the merge request of a branch", path)
            if each["source_project_id"] == each["target_project_id"]
        }

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
            labels=frozenset(merge["labels"]),
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
