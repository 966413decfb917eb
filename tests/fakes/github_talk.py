"""GitHub's conversation on a pull request, for the fake: one look by GraphQL, reviews, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.forge import Answer

if TYPE_CHECKING:
    from tests.fakes.github import FakeGitHub


def looked_at(fake: FakeGitHub, variables: Any) -> Any:
    """As GitHub's GraphQL tells it: an app's login without `[bot]`, a hundred at a time."""
    assert fake.slug == f"{variables['owner']}/{variables['name']}"
    start = int(variables["after"] or 0)
    pull = fake.pull()
    pull = {
        "state": fake.state.upper(),
        "isDraft": False,
        "headRefOid": pull["head"]["sha"],
        "headRefName": fake.branch,
        "baseRefName": fake.base,
        "baseRefOid": pull["base"]["sha"],
        "headRepository": {"nameWithOwner": fake.head_slug},
        "baseRepository": {"nameWithOwner": fake.slug},
        "labels": {"nodes": pull["labels"]},
        "comments": {
            "pageInfo": {
                "hasNextPage": start + 100 < len(fake.listed_comments()),
                "endCursor": str(start + 100),
            },
            "nodes": [
                {
                    "id": each["node_id"],
                    "url": each["html_url"],
                    "body": each["body"],
                    "createdAt": each["created_at"],
                    "isMinimized": each["node_id"] in fake.minimized,
                    "viewerDidAuthor": each["user"]["login"] == fake.login,
                    "author": {"login": each["user"]["login"].removesuffix("[bot]")},
                }
                for each in fake.listed_comments()[start : start + 100]
            ],
        },
    }
    return {"defaultBranchRef": {"name": fake.base}, "pullRequest": pull}


def minimize(fake: FakeGitHub, asked: Any) -> Any:
    known = {each["node_id"] for each in fake.comments}
    if not fake.hides or asked["subjectId"] not in known:
        return {"data": None, "errors": [{"type": "NOT_FOUND", "message": "no such node"}]}
    fake.minimized.add(asked["subjectId"])
    return {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}}


def add_labels(fake: FakeGitHub, body: Any) -> tuple[int, Any]:
    fake.labels |= set(body["labels"])
    return 200, [{"name": name} for name in sorted(fake.labels)]


def remove_label(fake: FakeGitHub, body: Any, name: str) -> tuple[int, Any]:
    if name not in fake.labels:
        raise Answer(404, {"message": "Label does not exist"})
    fake.labels.remove(name)
    return 200, [{"name": each} for each in sorted(fake.labels)]


def create_review(fake: FakeGitHub, body: Any) -> tuple[int, Any]:
    made = fake.next_id()
    fake.review_requests.append(body)
    url = f"https://github.invalid/{fake.slug}/pull/7#pullrequestreview-{made}"
    for each in body["comments"]:
        lines = fake.git("show", f"{body['commit_id']}:{each['path']}").split("\n")
        if not 1 <= each.get("start_line", each["line"]) <= each["line"] <= len(lines):
            raise Answer(422, {"message": "line must be part of the diff"})
    for each in body["comments"]:
        add_review_comment(fake, each["body"], fake.login, each["path"], each["line"])
    review = {"id": made, "body": body["body"], "state": "COMMENTED", "html_url": url}
    fake.reviews.append(review)
    return 200, review


def add_review_comment(
    fake: FakeGitHub, body: str, login: str, path: str = "", line: int = 1, answer_to: int = 0
) -> dict[str, Any]:
    made = fake.next_id()
    comment = {
        "id": made,
        "body": body,
        "user": {"login": login, "id": 1, "type": "User"},
        "path": path,
        "line": line,
        "html_url": f"https://github.invalid/{fake.slug}/pull/7#discussion_r{made}",
    }
    if answer_to:
        comment["in_reply_to_id"] = answer_to
    fake.review_comments.append(comment)
    return comment


def delete_review_comment(fake: FakeGitHub, body: Any, number: str) -> tuple[int, Any]:
    kept = [each for each in fake.review_comments if each["id"] != int(number)]
    if len(kept) == len(fake.review_comments):
        raise Answer(404, {"message": "Not Found"})
    fake.review_comments[:] = kept
    return 204, None


def react(fake: FakeGitHub, body: Any, number: str) -> tuple[int, Any]:
    """One of a kind from each account: a second one is answered with the first."""
    there = fake.reactions.setdefault(int(number), [])
    known = body["content"] in there
    there += [] if known else [body["content"]]
    reaction = {"id": 1, "node_id": "R_1", "content": body["content"]}
    user = fake.words.user(fake.login)
    now = "2026-01-01T00:00:00Z"
    return 200 if known else 201, {**reaction, "user": user, "created_at": now}


def workflow_runs(fake: FakeGitHub, body: Any, workflow: str) -> tuple[int, Any]:
    if workflow != "schema.yml":
        raise Answer(404, {"message": "Not Found"})
    found = [run for run in fake.workflow_runs if run["head_sha"] == fake.query["head_sha"]]
    return 200, {"total_count": len(found), "workflow_runs": found}


def rerun(fake: FakeGitHub, body: Any, number: str) -> tuple[int, Any]:
    for run in fake.workflow_runs:
        if run["id"] == int(number):
            if run["status"] != "completed":
                raise Answer(403, {"message": "This workflow is already running"})
            fake.reruns.append(run["id"])
            return 201, {}
    raise Answer(404, {"message": "Not Found"})
