"""One commit on a GitHub branch by compare-and-swap, proven after it was made."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ci_runner.config.commits import Author
from ci_runner.context import Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Changes, OutcomeUnknown, Refused, StaleHead
from ci_runner.forges.github_api import Api

_FILE = "100644"
_MUTATION = (
    "mutation($input: CreateCommitOnBranchInput!) "
    "{ createCommitOnBranch(input: $input) { commit { oid } } }"
)


def commit_files(
    api: Api,
    slug: str,
    branch: str,
    expected: Sha,
    changes: Changes,
    message: str,
    author: Author | None,
) -> Sha | StaleHead:
    """By GraphQL, which signs and swaps in one step; by git data where that is refused.

    GraphQL knows no author but the token's own: one that is asked for goes by git data.
    """
    repo = f"/repos/{quote(slug, safe='/')}"
    made = None
    if author is None:
        made = _by_graphql(api, repo, slug, branch, expected, changes, message)
    if made is None:
        made = _by_git_data(api, repo, branch, expected, changes, message, author)
    if not isinstance(made, StaleHead):
        prove(api, repo, made, expected, changes)
    return made


def _head(api: Api, repo: str, branch: str) -> Sha:
    path = f"{repo}/git/ref/heads/{quote(branch, safe='/')}"
    return Sha(api.call("read the branch", "GET", path)["object"]["sha"])


def _by_graphql(
    api: Api,
    repo: str,
    slug: str,
    branch: str,
    expected: Sha,
    changes: Changes,
    message: str,
) -> Sha | StaleHead | None:
    """None where the branch is untouched and another way should be tried."""
    headline, _, body = message.partition("\n")
    additions = [
        {"path": path, "contents": base64.b64encode(content).decode()}
        for path, content in changes.items()
        if content is not None
    ]
    deletions = [{"path": path} for path, content in changes.items() if content is None]
    variables = {
        "input": {
            "branch": {"repositoryNameWithOwner": slug, "branchName": branch},
            "message": {"headline": headline, "body": body.strip("\n")},
            "expectedHeadOid": expected,
            "fileChanges": {"additions": additions, "deletions": deletions},
        }
    }
    try:
        answer = api.graphql("commit to the branch", _MUTATION, variables)
    except (Refused, OutcomeUnknown):
        return _after_silence(api, repo, branch, expected, message)
    if not answer.get("errors"):
        return Sha(answer["data"]["createCommitOnBranch"]["commit"]["oid"])
    found = _head(api, repo, branch)
    return None if found == expected else StaleHead(found)


def _after_silence(
    api: Api, repo: str, branch: str, expected: Sha, message: str
) -> Sha | StaleHead | None:
    """What became of a commit whose answer was lost: it is there, it is not, or another is."""
    found = _head(api, repo, branch)
    if found == expected:
        return None
    commit = api.call("read the commit", "GET", f"{repo}/git/commits/{found}")
    ours = [parent["sha"] for parent in commit["parents"]] == [expected]
    return found if ours and commit["message"].strip() == message.strip() else StaleHead(found)


def _by_git_data(
    api: Api,
    repo: str,
    branch: str,
    expected: Sha,
    changes: Changes,
    message: str,
    author: Author | None,
) -> Sha | StaleHead:
    """Objects first, then the ref moves without force. Objects sent twice are the same objects."""
    if (found := _head(api, repo, branch)) != expected:
        return StaleHead(found)
    base = api.call("read the commit", "GET", f"{repo}/git/commits/{expected}")["tree"]["sha"]
    entries: list[dict[str, str | None]] = []
    for path, content in changes.items():
        if content is None:
            entries.append({"path": path, "mode": _FILE, "type": "blob", "sha": None})
            continue
        body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        blob = api.call("write a file", "POST", f"{repo}/git/blobs", body, repeatable=True)
        entries.append({"path": path, "mode": _FILE, "type": "blob", "sha": blob["sha"]})
    tree = api.call(
        "write a tree",
        "POST",
        f"{repo}/git/trees",
        {"base_tree": base, "tree": entries},
        repeatable=True,
    )
    told: dict[str, object] = {"message": message, "tree": tree["sha"], "parents": [expected]}
    if author is not None:
        told["author"] = {"name": author.name, "email": author.address}
    path = f"{repo}/git/commits"
    made = api.call("write a commit", "POST", path, told, repeatable=True)
    try:
        api.call(
            "move the branch",
            "PATCH",
            f"{repo}/git/refs/heads/{quote(branch, safe='/')}",
            {"sha": made["sha"], "force": False},
        )
    except Refused as refused:
        if refused.status != 422 or (found := _head(api, repo, branch)) == expected:
            raise
        return StaleHead(found)
    return Sha(made["sha"])


def prove(api: Api, repo: str, made: Sha, expected: Sha, changes: Changes) -> None:
    """Raises ForgeError unless its one parent is the one we planned from and it is just our files.

    GitHub may need a moment to know a commit that was pushed.
    """
    commit = api.get_soon("read our commit", f"{repo}/commits/{made}")
    changed = dict(_changed(commit["files"]))
    wanted = {path: _blob(text) for path, text in changes.items()}
    parents = [parent["sha"] for parent in commit["parents"]]
    if parents != [expected] or changed != wanted:
        raise ForgeError(
            "the commit on the branch is not the one we made",
            where=made,
            next_step="look at the commit and revert it if it is wrong",
        )


def _changed(files: Any) -> Iterator[tuple[str, str | None]]:  # noqa: ANN401 - the JSON edge
    """Each changed path with its blob, None for one that is gone. GitHub looks for renames."""
    for file in files:
        if file["status"] == "renamed":
            yield file["previous_filename"], None
        yield file["filename"], None if file["status"] == "removed" else file["sha"]


def _blob(content: bytes | None) -> str | None:
    """Git's name of a file's content: git-scm.com, Git Internals, Git Objects."""
    if content is None:
        return None
    framed = b"blob %d\0" % len(content) + content
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest()
