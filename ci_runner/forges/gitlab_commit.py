"""One commit on a GitLab branch: pushed with a lease, else by the Commits API and looked at after.

The API has no compare-and-swap for a branch: docs.gitlab.com/api/commits. So the head is read just
before, and the commit's parent after it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.config.commits import Author
from ci_runner.context import Sha
from ci_runner.errors import ForgeError, GitError
from ci_runner.forges.base import Changes, OutcomeUnknown, Refused, StaleHead
from ci_runner.forges.gitlab_api import Api

# (branch, parent, changes, message) -> the commit, None where the branch moved. Raises GitError.
Push = Callable[[str, Sha, Changes, str], Sha | None]
_TRIES = 2


def commit_files(
    api: Api,
    project: str,
    push: Push | None,
    author: Author | None,
    branch: str,
    expected: Sha,
    changes: Changes,
    message: str,
) -> Sha | StaleHead:
    """`project` is the path of its API. What `push` can't do is done by the API.

    `push` knows the author itself. Raises ForgeError.
    """
    if push is not None:
        made = _pushed(api, project, push, branch, expected, changes, message)
        if made is not None:
            return made
    return _by_api(api, project, author, branch, expected, changes, message)


def _pushed(
    api: Api,
    project: str,
    push: Push,
    branch: str,
    expected: Sha,
    changes: Changes,
    message: str,
) -> Sha | StaleHead | None:
    """None where the branch is untouched and another way should be tried."""
    try:
        made = push(branch, expected, changes, message)
    except GitError:
        # The server may have taken it all the same.
        return _after_silence(api, project, branch, expected, message)
    if made is None:
        return StaleHead(_head(api, project, branch))
    read_back(api, project, made, expected, changes)
    return made


def read_back(api: Api, project: str, made: Sha, expected: Sha, changes: Changes) -> bool:
    """Whether GitLab lets us read a commit that was pushed; ForgeError where it is another."""
    try:
        path = f"{project}/repository/commits/{made}"
        _proven(api, project, api.get_soon("read our commit", path), expected, changes)
    except Refused as refused:
        if refused.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise
        return False
    return True


def _by_api(
    api: Api,
    project: str,
    author: Author | None,
    branch: str,
    expected: Sha,
    changes: Changes,
    message: str,
) -> Sha | StaleHead:
    if (found := _head(api, project, branch)) != expected:
        return StaleHead(found)
    actions = [_action(api, project, expected, path, text) for path, text in changes.items()]
    body = {"branch": branch, "commit_message": message, "actions": actions}
    if author is not None:
        body |= {"author_name": author.name, "author_email": author.address}
    for attempt in range(_TRIES):
        try:
            path = f"{project}/repository/commits"
            made = api.call("commit to the branch", "POST", path, body)
        except OutcomeUnknown:
            after = _after_silence(api, project, branch, expected, message)
            if after is not None:
                return after
            if attempt == _TRIES - 1:
                raise
        except Refused as refused:
            if refused.status != HTTPStatus.BAD_REQUEST:
                raise
            if (found := _head(api, project, branch)) == expected:
                raise
            return StaleHead(found)
        else:
            return _proven(api, project, made, expected, changes)
    raise AssertionError("unreachable: the last try returns or raises")


def _head(api: Api, project: str, branch: str) -> Sha:
    path = f"{project}/repository/branches/{quote(branch, safe='')}"
    return Sha(api.call("read the branch", "GET", path)["commit"]["id"])


def _file(api: Api, project: str, ref: Sha, path: str) -> Any:  # noqa: ANN401 - the JSON edge
    """What GitLab knows of a file at a commit; None where there is none."""
    address = f"{project}/repository/files/{quote(path, safe='')}?ref={ref}"
    try:
        return api.call("read a file", "GET", address)
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def _action(
    api: Api, project: str, expected: Sha, path: str, content: bytes | None
) -> dict[str, object]:
    """`last_commit_id` makes GitLab refuse where somebody else changed the file meanwhile."""
    known = _file(api, project, expected, path)
    action: dict[str, object] = {"file_path": path}
    if known is not None:
        action["last_commit_id"] = known["last_commit_id"]
    if content is None:
        return {**action, "action": "delete"}
    return {
        **action,
        "action": "create" if known is None else "update",
        "content": base64.b64encode(content).decode(),
        "encoding": "base64",
    }


def _after_silence(
    api: Api, project: str, branch: str, expected: Sha, message: str
) -> Sha | StaleHead | None:
    """What became of a commit whose answer was lost: it is there, it is not, or another is."""
    found = _head(api, project, branch)
    if found == expected:
        return None
    commit = api.call("read the commit", "GET", f"{project}/repository/commits/{found}")
    ours = commit["parent_ids"] == [expected]
    return found if ours and commit["message"].strip() == message.strip() else StaleHead(found)


def _proven(
    api: Api,
    project: str,
    made: Any,  # noqa: ANN401 - the JSON edge
    expected: Sha,
    changes: Changes,
) -> Sha | StaleHead:
    """The commit has the parent that we planned from, and changes our files only.

    On another parent somebody pushed between our last look and the commit: nothing is taken back,
    the pipeline of the newer head decides.
    """
    sha = Sha(made["id"])
    if made["parent_ids"] != [expected]:
        return StaleHead(sha)
    rows = list(api.pages("read our commit", f"{project}/repository/commits/{sha}/diff"))
    changed = {row[side] for row in rows for side in ("old_path", "new_path")}
    same = changed == set(changes) and all(
        _holds(_file(api, project, sha, path), content) for path, content in changes.items()
    )
    if not same:
        raise ForgeError(
            "the commit on the branch is not the one we made",
            where=sha,
            next_step="look at the commit and revert it if it is wrong",
        )
    return sha


def _holds(known: Any, content: bytes | None) -> bool:  # noqa: ANN401 - the JSON edge
    if known is None or content is None:
        return known is None and content is None
    return bool(known["content_sha256"] == hashlib.sha256(content).hexdigest())
