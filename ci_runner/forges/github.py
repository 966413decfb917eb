"""GitHub: the pull request, its comments, its check, and commits to its branch."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from github import Auth, Github

from ci_runner.context import Repository, Sha
from ci_runner.forges.base import (
    Annotation,
    Check,
    Comment,
    Conclusion,
    ExistingCheck,
    OutcomeUnknown,
    PullRequestState,
    Refused,
    StaleHead,
)
from ci_runner.forges.github_api import Api
from ci_runner.forges.github_commit import commit_files

_ANNOTATIONS = 50  # per request: GitHub's OpenAPI description, checks/create, maxItems
_COMPARED = 300  # as many files a comparison lists: GitHub's OpenAPI description
_DESCRIPTION = 140
_CONTEXT = 255
_STATES: dict[Conclusion, str] = {
    "success": "success",
    "neutral": "success",
    "failure": "failure",
    "cancelled": "error",
    "action_required": "pending",
}
_DIGEST = re.compile(r" \[([0-9a-f]{8,64})\]$")


def github(
    repository: Repository,
    token: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
    max_wait: float = 120.0,
    seconds_between_writes: float = 1.0,
) -> GitHubForge:
    """The forge of `repository`. Nothing is sent until it is asked something."""
    client = Github(
        base_url=repository.api_url,
        auth=Auth.Token(token),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=seconds_between_writes,
    )
    api = Api(client.requester, repository.api_url, token, sleep=sleep, max_wait=max_wait)
    return GitHubForge(api, repository.slug)


class GitHubForge:
    """`forges.base.Forge` for GitHub."""

    comment_limit = 65_000

    def __init__(self, api: Api, slug: str) -> None:
        self._api = api
        self._slug = slug
        self._repo = f"/repos/{quote(slug, safe='/')}"

    def viewer(self) -> str:
        """GraphQL tells an app's installation who it is; REST only tells people."""
        try:
            query = "query { viewer { login } }"
            answer = self._api.graphql("tell who we are", query, {}, repeatable=True)
            if not answer.get("errors"):
                return str(answer["data"]["viewer"]["login"])
        except Refused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
                raise
        try:
            return str(self._api.call("tell who we are", "GET", "/user")["login"])
        except Refused as refused:
            if refused.status != HTTPStatus.FORBIDDEN:
                raise
            return "github-actions[bot]"

    def pull_request(self, number: int) -> PullRequestState:
        pull = self._api.call("read the pull request", "GET", f"{self._repo}/pulls/{number}")
        head, base = pull["head"], pull["base"]
        return PullRequestState(
            number=number,
            open=pull["state"] == "open",
            merged=bool(pull["merged"]),
            draft=bool(pull.get("draft")),
            head_sha=Sha(head["sha"]),
            head_branch=head["ref"],
            head_slug=head["repo"]["full_name"] if head["repo"] else "",
            base_branch=base["ref"],
            base_slug=base["repo"]["full_name"],
            default_branch=base["repo"]["default_branch"],
        )

    def open_pull_requests(self, head_slug: str, branch: str) -> tuple[int, ...]:
        """GitHub filters by the owner's name; an owner may have several repositories."""
        head = quote(f"{head_slug.partition('/')[0]}:{branch}", safe="")
        path = f"{self._repo}/pulls?state=open&per_page=100&head={head}"
        return tuple(
            int(pull["number"])
            for pull in self._api.pages("list the pull requests of a branch", path)
            if pull["head"]["ref"] == branch
            and pull["head"]["repo"]
            and pull["head"]["repo"]["full_name"].lower() == head_slug.lower()
        )

    def comments(self, number: int) -> tuple[Comment, ...]:
        path = f"{self._repo}/issues/{number}/comments?per_page=100"
        return tuple(map(_comment, self._api.pages("list the comments", path)))

    def create_comment(self, number: int, body: str) -> Comment:
        path = f"{self._repo}/issues/{number}/comments"
        return _comment(self._api.call("write a comment", "POST", path, {"body": body}))

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        del number
        path = f"{self._repo}/issues/comments/{comment.id}"
        return _comment(self._api.call("edit our comment", "PATCH", path, {"body": body}))

    def delete_comment(self, number: int, comment: Comment) -> None:
        del number
        try:
            path = f"{self._repo}/issues/comments/{comment.id}"
            self._api.call("delete our comment", "DELETE", path)
        except Refused as refused:
            if refused.status != 404:
                raise

    def find_check(self, sha: Sha, name: str) -> ExistingCheck | None:
        path = f"{self._repo}/commits/{sha}/check-runs?per_page=100&check_name={quote(name)}"
        try:
            runs = list(self._api.pages("list the checks", path, "check_runs"))
        except Refused as refused:
            if refused.status != 403:
                raise
            runs = []
        for run in sorted(runs, key=lambda run: int(run["id"]), reverse=True):
            if run["name"] == name:
                return ExistingCheck(
                    run["id"], name, run["conclusion"] or "", run["external_id"] or ""
                )
        return self._find_status(sha, name)

    def write_check(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        """A new check run, or a commit status where the token may not write check runs.

        Annotations can only be added to a run, so a changed result is a new run of the same name:
        GitHub shows the latest.
        """
        try:
            return self._create_run(check, digest)
        except Refused as refused:
            if refused.status != 403:
                raise
            return self._create_status(check, digest)
        except OutcomeUnknown:
            found = self.find_check(check.sha, check.name)
            if found is None or found.digest != digest or found == existing:
                raise
            return f"{self._repo}/check-runs/{found.id}"

    def is_protected(self, branch: str) -> bool:
        path = f"{self._repo}/branches/{quote(branch, safe='')}"
        return bool(self._api.call("read the branch", "GET", path)["protected"])

    def commit_messages(self, number: int) -> tuple[tuple[Sha, str, str], ...]:
        path = f"{self._repo}/pulls/{number}/commits?per_page=100"
        return tuple(
            (
                Sha(entry["sha"]),
                (entry["author"] or {}).get("login", ""),
                entry["commit"]["message"],
            )
            for entry in self._api.pages("list the commits", path)
        )

    def changed_paths(self, old: Sha, new: Sha) -> tuple[str, ...] | None:
        what, path = "compare two commits", f"{self._repo}/compare/{old}...{new}"
        files = self._api.call(what, "GET", path)["files"]
        return tuple(file["filename"] for file in files) if len(files) < _COMPARED else None

    def commit(
        self, branch: str, expected_head: Sha, files: Mapping[str, bytes], message: str
    ) -> Sha | StaleHead:
        return commit_files(self._api, self._slug, branch, expected_head, files, message)

    def _create_run(self, check: Check, digest: str) -> str:
        annotations = tuple(map(_annotation, check.annotations))
        output = {"title": check.title[:255], "summary": check.summary}
        body: dict[str, object] = {
            "name": check.name,
            "head_sha": check.sha,
            "external_id": digest,
            "status": "completed",
            "conclusion": check.conclusion,
            "output": {**output, "annotations": annotations[:_ANNOTATIONS]},
        }
        if check.details_url:
            body["details_url"] = check.details_url
        run = self._api.call("write a check run", "POST", f"{self._repo}/check-runs", body)
        for start in range(_ANNOTATIONS, len(annotations), _ANNOTATIONS):
            chunk = annotations[start : start + _ANNOTATIONS]
            self._api.call(
                "annotate the check run",
                "PATCH",
                f"{self._repo}/check-runs/{run['id']}",
                {"output": {**output, "annotations": chunk}},
                repeatable=False,
            )
        return str(run["html_url"])

    def _find_status(self, sha: Sha, name: str) -> ExistingCheck | None:
        path = f"{self._repo}/commits/{sha}/statuses?per_page=100"
        for status in self._api.pages("list the statuses", path):
            if status["context"] == name[:_CONTEXT]:
                digest = _DIGEST.search(status["description"] or "")
                return ExistingCheck(
                    status["id"], name, status["state"], digest[1] if digest else ""
                )
        return None

    def _create_status(self, check: Check, digest: str) -> str:
        suffix = f" [{digest}]"
        body: dict[str, object] = {
            "state": _STATES[check.conclusion],
            "context": check.name[:_CONTEXT],
            "description": check.title[: _DESCRIPTION - len(suffix)] + suffix,
        }
        if check.details_url:
            body["target_url"] = check.details_url
        path = f"{self._repo}/statuses/{check.sha}"
        # Statuses of a context replace each other, so sending one twice does no harm.
        status = self._api.call("write a commit status", "POST", path, body, repeatable=True)
        return str(status["target_url"] or status["url"])


def _comment(comment: Any) -> Comment:  # noqa: ANN401 - the JSON edge
    return Comment(
        id=comment["id"],
        author=(comment["user"] or {}).get("login", ""),
        body=comment["body"] or "",
        url=comment["html_url"],
        created_at=datetime.fromisoformat(comment["created_at"]),
    )


def _annotation(annotation: Annotation) -> dict[str, object]:
    return {
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.end_line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    }
