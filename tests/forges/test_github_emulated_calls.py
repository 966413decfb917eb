"""What `emulate` answers to each call that we make of GitHub: those it knows, we have tried on it.

A call that it comes to know later is seen here, and then tried.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.github import _ROUTES
from tests.forges.emulated import SLUG, Emulated

pytestmark = pytest.mark.node
# By verb and path, what it says. 404 is a call that it does not know, but for the last one.
KNOWN: dict[tuple[str, str], int] = {
    ("GET", ""): 200,
    ("GET", "/pulls?state=open&head=octocat:calls"): 200,
    ("GET", "/pulls/{n}"): 200,
    ("GET", "/pulls/{n}/commits"): 200,
    ("GET", "/pulls/{n}/files"): 200,
    ("GET", "/pulls/{n}/reviews"): 200,
    ("GET", "/pulls/{n}/comments"): 200,
    ("GET", "/collaborators/octocat/permission"): 200,
    ("GET", "/issues/{n}/comments"): 200,
    ("GET", "/commits/{head}/check-runs"): 200,
    ("GET", "/branches/calls"): 200,
    ("GET", "/git/ref/heads/calls"): 200,
    ("GET", "/git/commits/{head}"): 200,
}
UNKNOWN = (
    ("GET", "/commits/{head}/pulls"),
    ("GET", "/commits/{head}"),
    ("GET", "/commits/{head}/statuses"),
    ("POST", "/statuses/{head}"),
    ("GET", "/issues/{n}/events"),
    ("POST", "/issues/comments/1/reactions"),
    ("GET", "/actions/workflows/schema.yml/runs"),
    ("POST", "/actions/runs/1/rerun"),
    ("GET", "/compare/{head}...{head}"),
)
# Tried with bodies in the tests below, and by the run in test_github_emulated.py.
WRITTEN = (
    ("POST", "/issues/{n}/comments"),
    ("PATCH", "/issues/comments/1"),
    ("DELETE", "/issues/comments/1"),
    ("POST", "/issues/{n}/labels"),
    ("DELETE", "/issues/{n}/labels/a"),
    ("POST", "/pulls/{n}/reviews"),
    ("DELETE", "/pulls/comments/1"),
    ("POST", "/check-runs"),
    ("GET", "/check-runs/1"),
    ("PATCH", "/check-runs/1"),
    ("PATCH", "/git/refs/heads/calls"),
    ("POST", "/git/blobs"),
    ("POST", "/git/trees"),
    ("POST", "/git/commits"),
)


@pytest.fixture(scope="module")
def at(emulated: Emulated) -> dict[str, str]:
    """The pull request that the calls are about."""
    pull = emulated.pull_request("calls").pull_request
    assert pull is not None
    return {"n": str(pull.number), "head": pull.head_sha}


def asked(emulated: Emulated, verb: str, path: str, **body: Any) -> Any:
    where = f"{emulated.url}/repos/{SLUG}{path}"
    return emulated.session.request(verb, where, json=body or None, timeout=10)


def routes() -> Iterator[tuple[str, str]]:
    for verb, path in (*KNOWN, *UNKNOWN, *WRITTEN):
        short = path.partition("?")[0].format(n="7", head="a" * 40)
        yield verb, short


def test_every_call_that_we_make_is_listed_here() -> None:
    listed = list(routes())

    missing = [
        f"{verb} {pattern}"
        for verb, pattern, _ in _ROUTES
        if not any(verb == other and re.fullmatch(pattern, path) for other, path in listed)
    ]

    assert [] == missing


@pytest.mark.parametrize(("verb", "path"), KNOWN)
def test_it_answers(emulated: Emulated, at: dict[str, str], verb: str, path: str) -> None:
    assert KNOWN[verb, path] == asked(emulated, verb, path.format(**at)).status_code


@pytest.mark.parametrize(("verb", "path"), UNKNOWN)
def test_it_does_not_know(emulated: Emulated, at: dict[str, str], verb: str, path: str) -> None:
    assert 404 == asked(emulated, verb, path.format(**at)).status_code


def test_it_has_no_graphql(emulated: Emulated) -> None:
    answer = emulated.session.post(f"{emulated.url}/graphql", json={"query": "{}"}, timeout=10)

    assert 404 == answer.status_code


def test_what_we_read_is_read(emulated: Emulated, at: dict[str, str]) -> None:
    forge, number = emulated.forge(), int(at["n"])

    pull = forge.pull_request(number)

    assert (number, at["head"], "calls", "main") == (
        *(pull.number, pull.head_sha, pull.head_branch, pull.base_branch),
    )
    assert (number,) == forge.open_pull_requests(SLUG, "calls")
    assert ("octocat", "octocat") == (forge.viewer(), forge.author(number))
    assert (False, True, "main") == (
        forge.is_protected("calls"),
        forge.may_write("octocat"),
        forge.default_branch(),
    )
    assert () == forge.approvals(number, ("review", "comment"))
    assert number == forge.conversation(number).pull.number


def test_a_comment_is_written_edited_and_deleted(emulated: Emulated, at: dict[str, str]) -> None:
    forge, number = emulated.forge(), int(at["n"])

    made = forge.create_comment(number, "one")
    edited = forge.update_comment(number, made, "two")

    assert [(made.id, "two")] == [(each.id, each.body) for each in forge.comments(number)]
    assert made.url == edited.url
    forge.delete_comment(number, edited)
    forge.delete_comment(number, edited)
    assert () == forge.comments(number)


def test_a_review_without_lines_is_taken_and_one_on_a_line_is_not(
    emulated: Emulated, at: dict[str, str]
) -> None:
    """It asks for `position`, which GitHub calls closing down; the fake takes lines, as GitHub."""
    review = f"/pulls/{at['n']}/reviews"
    told = {"commit_id": at["head"], "event": "COMMENT", "body": "text"}
    line = {"path": "a.sql", "line": 1, "side": "RIGHT", "body": "here"}

    assert 201 == asked(emulated, "POST", review, **told).status_code
    assert 422 == asked(emulated, "POST", review, **told, comments=[line]).status_code
    placed = {"path": "a.sql", "position": 1, "body": "here"}
    assert 201 == asked(emulated, "POST", review, **told, comments=[placed]).status_code
    (found,) = emulated.forge().review_comments(int(at["n"]))
    assert "here" == found.body
    emulated.forge().delete_review_comment(int(at["n"]), found)
    assert () == emulated.forge().review_comments(int(at["n"]))


def test_b6_git_data_makes_a_commit_and_a_ref_moves_forwards_only(emulated: Emulated) -> None:
    """Its commits tell neither tree nor message, without which ours stop: so step by step."""
    build = emulated.pull_request("data")
    assert build.pull_request is not None
    head, text = build.pull_request.head_sha, b"SELECT 1;\n"
    blob = emulated.call(
        "POST", "git/blobs", content=base64.b64encode(text).decode(), encoding="base64"
    )
    entry = {"path": "db/1.sql", "mode": "100644", "type": "blob", "sha": blob["sha"]}
    tree = emulated.call("POST", "git/trees", tree=[entry])
    author = {"name": "Jo Doe", "email": "jo@localhost"}
    made = emulated.call(
        *("POST", "git/commits"), message="m", tree=tree["sha"], parents=[head], author=author
    )

    moved = emulated.call("PATCH", "git/refs/heads/data", sha=made["sha"], force=False)

    assert made["sha"] == moved["object"]["sha"]
    assert (
        422 == asked(emulated, "PATCH", "/git/refs/heads/data", sha=head, force=False).status_code
    )


def test_a_list_of_another_branch_is_empty(emulated: Emulated) -> None:
    assert () == emulated.forge().open_pull_requests(SLUG, "nobody")
