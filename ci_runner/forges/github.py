"""GitHub: the pull request, its comments, its check, and commits to its branch."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote, urlsplit

from github import Auth, Github

from ci_runner.config.commits import Author
from ci_runner.context import Repository, Sha
from ci_runner.forges.base import (
    Changes,
    Check,
    Comment,
    Conversation,
    ExistingCheck,
    LineComment,
    PullRequestState,
    Refused,
    ReviewComment,
    StaleHead,
)
from ci_runner.forges.github_api import Api
from ci_runner.forges.github_approval import GitHubApprovals
from ci_runner.forges.github_checks import Checks
from ci_runner.forges.github_commands import GitHubCommands
from ci_runner.forges.github_commit import commit_files, prove
from ci_runner.forges.github_talk import (
    add_labels,
    create_review,
    delete,
    look,
    minimize,
    remove_label,
    review_comments,
)
from ci_runner.forges.github_talk import comment as rest_comment
from ci_runner.forges.github_talk import pull_request as rest_pull_request

_LISTED = 3000  # as many files of a pull request it lists: GitHub's OpenAPI description
_COMPARED = 300  # as many files a comparison lists: GitHub's OpenAPI description
T = TypeVar("T")


def github(
    repository: Repository,
    token: str,
    *,
    author: Author | None = None,
    sleep: Callable[[float], None] = time.sleep,
    max_wait: float = 120.0,
    seconds_between_writes: float = 1.0,
) -> GitHubForge:
    """The forge of `repository`. Nothing is sent until it is asked something.

    Commits are by `author`; where that is None by the token's own user, and signed by GitHub.

    A GraphQL address on another host than the API is not used: it would get the token too.
    """
    asked, graphql = urlsplit(repository.api_url), urlsplit(repository.graphql_url)
    same_host = (asked.scheme, asked.netloc) == (graphql.scheme, graphql.netloc)
    client = Github(
        base_url=repository.api_url,
        auth=Auth.Token(token),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=seconds_between_writes,
    )
    api = Api(
        client.requester,
        repository.api_url,
        token,
        sleep=sleep,
        max_wait=max_wait,
        graphql_url=repository.graphql_url if same_host else "",
    )
    return GitHubForge(api, repository.slug, author)


class GitHubForge(GitHubApprovals, GitHubCommands):
    """`forges.base.Forge` for GitHub."""

    comment_limit = 65_000
    comment_bytes = 240_000  # of the 262,144 that GitHub stores

    def __init__(self, api: Api, slug: str, author: Author | None = None) -> None:
        self._api = api
        self._slug = slug
        self._author = author
        self._repo = f"/repos/{quote(slug, safe='/')}"
        self._checks = Checks(api, self._repo)
        self._may_query = True

    def viewer(self) -> str:
        """GraphQL tells an app's installation who it is; REST only tells people."""
        query = "query { viewer { login } }"
        answer = self._ask(lambda: self._api.graphql("tell who we are", query, {}, repeatable=True))
        if answer is not None and not answer.get("errors"):
            return str(answer["data"]["viewer"]["login"])
        try:
            return str(self._api.call("tell who we are", "GET", "/user")["login"])
        except Refused as refused:
            if refused.status != HTTPStatus.FORBIDDEN:
                raise
            return "github-actions[bot]"

    def conversation(self, number: int) -> Conversation:
        """In one query, or in three calls where GraphQL is refused."""
        seen = self._ask(lambda: look(self._api, self._slug, number))
        if seen is not None:
            return seen
        pull = self.pull_request(number)
        return Conversation(self.viewer(), pull, self.comments(number))

    def _ask(self, query: Callable[[], T]) -> T | None:
        """None where GraphQL is refused, from then on without asking."""
        try:
            return query() if self._may_query else None
        except Refused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
                raise
            self._may_query = False
            return None

    def pull_request(self, number: int) -> PullRequestState:
        path = f"{self._repo}/pulls/{number}"
        return rest_pull_request(self._api.get_soon("read the pull request", path))

    def pull_request_of(self, branch: str, sha: Sha) -> PullRequestState | None:
        path = f"{self._repo}/commits/{quote(sha, safe='')}/pulls?per_page=100"
        try:
            listed = list(self._api.pages("find the pull request of a commit", path))
        except Refused as refused:
            # 422 is said of a commit that GitHub does not have.
            if refused.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}:
                raise
            return None
        ours = [
            pull
            for pull in map(rest_pull_request, listed)
            if pull.open
            and pull.head_branch == branch
            and pull.head_slug.lower() == self._slug.lower()
        ]
        return min(ours, key=lambda pull: pull.number, default=None)

    def default_branch(self) -> str:
        return str(self._api.call("read the repository", "GET", self._repo)["default_branch"])

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

    def paths_of(self, number: int) -> tuple[str, ...] | None:
        path = f"{self._repo}/pulls/{number}/files?per_page=100"
        files = list(self._api.pages("list the files of the pull request", path))
        names = (each.get(key) for each in files for key in ("previous_filename", "filename"))
        return tuple(dict.fromkeys(filter(None, names))) if len(files) < _LISTED else None

    def comments(self, number: int) -> tuple[Comment, ...]:
        path = f"{self._repo}/issues/{number}/comments?per_page=100"
        return tuple(map(rest_comment, self._api.pages("list the comments", path)))

    def create_comment(self, number: int, body: str) -> Comment:
        path = f"{self._repo}/issues/{number}/comments"
        return rest_comment(self._api.call("write a comment", "POST", path, {"body": body}))

    def update_comment(self, number: int, comment: Comment, body: str) -> Comment:
        del number
        path = f"{self._repo}/issues/comments/{comment.id}"
        return rest_comment(self._api.call("edit our comment", "PATCH", path, {"body": body}))

    def delete_comment(self, number: int, comment: Comment) -> None:
        del number
        delete(self._api, f"{self._repo}/issues/comments/{comment.id}", "delete our comment")

    def find_check(self, sha: Sha, name: str) -> ExistingCheck | None:
        return self._checks.find(sha, name)

    def write_check(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        return self._checks.write(check, existing, digest)

    def begin_check(self, name: str, sha: Sha, details_url: str) -> ExistingCheck:
        return self._checks.begin(name, sha, details_url)

    def end_check(self, check: Check, begun: ExistingCheck) -> bool:
        return self._checks.end(check, begun)

    def shows_annotations(self) -> bool:
        return self._checks.annotates

    def hide_comment(self, number: int, comment: Comment) -> bool:
        del number
        return self._may_query and minimize(self._api, comment)

    def review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        return review_comments(self._api, self._repo, number)

    def create_review(
        self, number: int, sha: Sha, body: str, comments: tuple[LineComment, ...]
    ) -> str:
        return create_review(self._api, self._repo, number, sha, body, comments)

    def delete_review_comment(self, number: int, comment: ReviewComment) -> None:
        del number
        delete(self._api, f"{self._repo}/pulls/comments/{comment.id}", "delete our comment")

    def add_labels(self, number: int, labels: tuple[str, ...]) -> None:
        add_labels(self._api, self._repo, number, labels)

    def remove_label(self, number: int, label: str) -> None:
        remove_label(self._api, self._repo, number, label)

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
        if len(files) >= _COMPARED:
            return None
        both = ((file["filename"], file.get("previous_filename")) for file in files)
        return tuple(name for names in both for name in names if name)

    def commit(
        self, branch: str, expected_head: Sha, changes: Changes, message: str
    ) -> Sha | StaleHead:
        return commit_files(
            self._api, self._slug, branch, expected_head, changes, message, self._author
        )

    def proves(self, made: Sha, parent: Sha, changes: Changes) -> bool:
        try:
            prove(self._api, self._repo, made, parent, changes)
        except Refused as refused:
            if refused.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                raise
            return False
        return True
