"""GitHub's conversation on a pull request: comments in one look, reviews on lines, labels."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ci_runner.context import Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import (
    Comment,
    Conversation,
    LineComment,
    PullRequestState,
    Refused,
    ReviewComment,
)
from ci_runner.forges.github_api import Api

_LOOK = """query($owner: String!, $name: String!, $number: Int!, $after: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    defaultBranchRef { name }
    pullRequest(number: $number) {
      state isDraft headRefOid headRefName baseRefName baseRefOid
      headRepository { nameWithOwner }
      baseRepository { nameWithOwner }
      labels(first: 100) { nodes { name } }
      comments(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id url body createdAt isMinimized viewerDidAuthor author { login } }
      }
    }
  }
}"""
_MINIMIZE = (
    "mutation($input: MinimizeCommentInput!) "
    "{ minimizeComment(input: $input) { minimizedComment { isMinimized } } }"
)
# GraphQL's `databaseId` of a comment is a 32-bit number, which GitHub's ids have outgrown.
_NUMBER = re.compile(r"#issuecomment-(\d+)\Z")


def look(api: Api, slug: str, number: int) -> Conversation | None:
    """All in a query for each hundred comments; None where GitHub answers with an error."""
    owner, _, name = slug.partition("/")
    asked: dict[str, object] = {"owner": owner, "name": name, "number": number, "after": None}
    comments: list[Comment] = []
    while True:
        answer = api.graphql("read the pull request", _LOOK, asked, repeatable=True)
        data = answer.get("data") or {}
        if answer.get("errors") or not (data.get("repository") or {}).get("pullRequest"):
            return None
        pull = data["repository"]["pullRequest"]
        comments += map(_looked_at, pull["comments"]["nodes"])
        if not pull["comments"]["pageInfo"]["hasNextPage"]:
            break
        asked["after"] = pull["comments"]["pageInfo"]["endCursor"]
    default = (data["repository"]["defaultBranchRef"] or {}).get("name", "")
    state = _state(number, pull, default)
    return Conversation(str(data["viewer"]["login"]), state, tuple(comments))


def _state(number: int, pull: Any, default: str) -> PullRequestState:  # noqa: ANN401 - the JSON edge
    return PullRequestState(
        number=number,
        open=pull["state"] == "OPEN",
        merged=pull["state"] == "MERGED",
        draft=bool(pull["isDraft"]),
        head_sha=Sha(pull["headRefOid"]),
        head_branch=pull["headRefName"],
        head_slug=(pull["headRepository"] or {}).get("nameWithOwner", ""),
        base_branch=pull["baseRefName"],
        base_slug=(pull["baseRepository"] or {}).get("nameWithOwner", ""),
        base_sha=Sha(pull["baseRefOid"]),
        default_branch=default,
        labels=frozenset(each["name"] for each in pull["labels"]["nodes"]),
    )


def _looked_at(node: Any) -> Comment:  # noqa: ANN401 - the JSON edge
    found = _NUMBER.search(node["url"])
    if found is None:
        raise ForgeError("GitHub's address of a comment has no number", said=str(node["url"])[:200])
    return Comment(
        id=int(found[1]),
        author=(node["author"] or {}).get("login", ""),
        body=node["body"] or "",
        url=node["url"],
        created_at=datetime.fromisoformat(node["createdAt"]),
        node=node["id"],
        hidden=bool(node["isMinimized"]),
        ours=bool(node["viewerDidAuthor"]),
    )


def comment(answer: Any) -> Comment:  # noqa: ANN401 - the JSON edge
    """A comment as REST tells it."""
    return Comment(
        id=answer["id"],
        author=(answer["user"] or {}).get("login", ""),
        body=answer["body"] or "",
        url=answer["html_url"],
        created_at=datetime.fromisoformat(answer["created_at"]),
        node=answer["node_id"],
        hidden=bool(answer.get("minimized")),
    )


def pull_request(pull: Any) -> PullRequestState:  # noqa: ANN401 - the JSON edge
    """A pull request as REST tells it.

    Lists of pull requests lack `merged` and have `merged_at`, as the single ones have too.
    """
    head, base = pull["head"], pull["base"]
    return PullRequestState(
        number=int(pull["number"]),
        open=pull["state"] == "open",
        merged=bool(pull.get("merged_at") or pull.get("merged")),
        draft=bool(pull.get("draft")),
        head_sha=Sha(head["sha"]),
        head_branch=head["ref"],
        head_slug=head["repo"]["full_name"] if head["repo"] else "",
        base_branch=base["ref"],
        base_slug=base["repo"]["full_name"],
        base_sha=Sha(base["sha"]),
        default_branch=base["repo"].get("default_branch", ""),
        labels=frozenset(label["name"] for label in pull["labels"]),
    )


def minimize(api: Api, which: Comment) -> bool:
    """Fold it as outdated; False where GraphQL is refused or says no."""
    variables = {"input": {"subjectId": which.node, "classifier": "OUTDATED"}}
    try:
        # To fold what is folded changes nothing.
        answer = api.graphql("hide our comment", _MINIMIZE, variables, repeatable=True)
    except Refused:
        return False
    return not answer.get("errors")


def review_comments(api: Api, repo: str, number: int) -> tuple[ReviewComment, ...]:
    path = f"{repo}/pulls/{number}/comments?per_page=100"
    return tuple(
        ReviewComment(
            id=each["id"],
            author=(each["user"] or {}).get("login", ""),
            body=each["body"] or "",
            url=each["html_url"],
            outdated=each.get("line") is None,
            answer_to=each.get("in_reply_to_id") or 0,
        )
        for each in api.pages("list the comments on lines", path)
    )


def create_review(
    api: Api, repo: str, number: int, sha: Sha, body: str, comments: tuple[LineComment, ...]
) -> str:
    asked = {
        "commit_id": sha,
        "body": body,
        "event": "COMMENT",
        "comments": [_line_comment(each) for each in comments],
    }
    path = f"{repo}/pulls/{number}/reviews"
    return str(api.call("comment on lines", "POST", path, asked)["html_url"])


def _line_comment(which: LineComment) -> dict[str, object]:
    body = {"path": which.path, "line": which.end_line, "side": "RIGHT", "body": which.body}
    # GitHub refuses a range of one line.
    several = which.end_line > which.line
    return {**body, "start_line": which.line, "start_side": "RIGHT"} if several else body


def delete(api: Api, path: str, what: str) -> None:
    """One that has gone is as wanted."""
    try:
        api.call(what, "DELETE", path)
    except Refused as refused:
        if refused.status != 404:
            raise


def add_labels(api: Api, repo: str, number: int, labels: tuple[str, ...]) -> None:
    path = f"{repo}/issues/{number}/labels"
    # A label that is there already stays as it is.
    api.call("add labels", "POST", path, {"labels": list(labels)}, repeatable=True)


def remove_label(api: Api, repo: str, number: int, label: str) -> None:
    delete(api, f"{repo}/issues/{number}/labels/{quote(label, safe='')}", "remove a label")
