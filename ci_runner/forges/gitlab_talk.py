"""Notes and discussions of a merge request as the Forge protocol has them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from ci_runner.context import Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Comment, LineComment, Refused, ReviewComment
from ci_runner.forges.gitlab_api import Api
from ci_runner.forges.quick_actions import inert, restored

# A button is written as for GitHub: "the lines of the comment". GitLab counts up from the last one.
_BUTTON = re.compile(r"(?m)^(`{3,}suggestion)$")
_COUNTED = re.compile(r"(?m)^(`{3,}suggestion):-\d+\+0$")


class Talk:
    """What is said on the merge requests of one project; `web_url` is the project's page."""

    def __init__(self, api: Api, project: str, web_url: str) -> None:
        self._api = api
        self._project = project
        self._web = web_url
        self._user: Any = None
        self._threads: dict[int, str] = {}

    def me(self) -> Any:  # noqa: ANN401 - the JSON edge
        if self._user is None:
            self._user = self._api.call("tell who we are", "GET", "/user")
        return self._user

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Notes that people or we wrote; those on lines of the diff are discussions."""
        path = f"{self._notes(number)}?sort=asc&order_by=created_at"
        return tuple(
            self._comment(number, note)
            for note in self._api.pages("list the notes", path)
            if not note["system"] and note["type"] != "DiffNote"
        )

    def create(self, number: int, body: str) -> Comment:
        sent = {"body": inert(body)}
        note = self._api.call("write a note", "POST", self._notes(number), sent)
        return self._comment(number, note)

    def update(self, number: int, comment: Comment, body: str) -> Comment:
        path, sent = f"{self._notes(number)}/{comment.id}", {"body": inert(body)}
        return self._comment(number, self._api.call("edit our note", "PUT", path, sent))

    def delete(self, number: int, comment: Comment) -> None:
        try:
            self._api.call("delete our note", "DELETE", f"{self._notes(number)}/{comment.id}")
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise

    def review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        """Those on lines that nobody has resolved. GitLab moves a position with the lines it is on.

        One that still stands on an older head has lost them.
        """
        head = self._merge_request(number)["sha"]
        found: list[ReviewComment] = []
        for thread in self._api.pages("list the discussions", self._discussions(number)):
            first = thread["notes"][0]
            if first["type"] != "DiffNote" or first["resolved"]:
                continue
            self._threads[first["id"]] = thread["id"]
            found += [
                ReviewComment(
                    id=note["id"],
                    author=self._author(note["author"]),
                    body=_COUNTED.sub(r"\1", restored(note["body"])),
                    url=self._url(number, note["id"]),
                    outdated=first["position"]["head_sha"] != head,
                    answer_to=0 if note is first else first["id"],
                )
                for note in thread["notes"]
                if not note["system"]
            ]
        return tuple(found)

    def discuss(self, number: int, sha: Sha, comments: tuple[LineComment, ...]) -> str:
        """One discussion for each; returns the address of the first, "" where none was taken.

        GitLab takes none on a line that is not in the diff: what it says is in the report.
        """
        merge = self._merge_request(number)
        if merge["sha"] != sha or not merge["diff_refs"]:
            raise ForgeError(
                f"GitLab shows the diff of {str(merge['sha'])[:7]}, not of {sha[:7]} yet",
                next_step="nothing: the next run writes beside the lines",
            )
        url = ""
        for comment in comments:
            try:
                made = self._start(number, merge["diff_refs"], comment)
            except Refused as refused:
                if refused.status != HTTPStatus.BAD_REQUEST or "line_code" not in refused.said:
                    raise
                continue
            url = url or self._url(number, made["notes"][0]["id"])
        return url

    def resolve(self, number: int, comment: ReviewComment) -> None:
        """What is settled stays readable: the discussion is folded, and not deleted."""
        if comment.id not in self._threads:
            self.review_comments(number)
        try:
            path = f"{self._discussions(number)}/{self._threads[comment.id]}"
            self._api.call("resolve our discussion", "PUT", path, {"resolved": True})
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise

    def add_labels(self, number: int, labels: tuple[str, ...]) -> None:
        self._label(number, "add the labels", {"add_labels": ",".join(labels)})

    def remove_label(self, number: int, label: str) -> None:
        self._label(number, "remove the label", {"remove_labels": label})

    def _label(self, number: int, what: str, body: dict[str, object]) -> None:
        self._api.call(what, "PUT", f"{self._project}/merge_requests/{number}", body)

    def _start(self, number: int, refs: Any, comment: LineComment) -> Any:  # noqa: ANN401 - the JSON edge
        """On the last of its lines, with the range of all of them where it has several."""
        position = {
            "position_type": "text",
            **{name: refs[name] for name in ("base_sha", "start_sha", "head_sha")},
            "old_path": comment.path,
            "new_path": comment.path,
            "new_line": comment.end_line,
        }
        if comment.end_line > comment.line:
            ends = {"start": comment.line, "end": comment.end_line}
            position["line_range"] = {
                name: {"line_code": _line_code(comment.path, line), "type": "new", "new_line": line}
                for name, line in ends.items()
            }
        counted = rf"\1:-{comment.end_line - comment.line}+0"
        body = {"body": inert(_BUTTON.sub(counted, comment.body)), "position": position}
        return self._api.call("write beside a line", "POST", self._discussions(number), body)

    def _merge_request(self, number: int) -> Any:  # noqa: ANN401 - the JSON edge
        path = f"{self._project}/merge_requests/{number}"
        return self._api.call("read the merge request", "GET", path)

    def _comment(self, number: int, note: Any) -> Comment:  # noqa: ANN401 - the JSON edge
        return Comment(
            id=note["id"],
            author=self._author(note["author"]),
            body=restored(note["body"]),
            url=self._url(number, note["id"]),
            created_at=datetime.fromisoformat(note["created_at"]),
            ours=note["author"]["id"] == self.me()["id"],
        )

    def _author(self, user: Any) -> str:  # noqa: ANN401 - the JSON edge
        """A user name, "" for one that is ours but belongs to another account: ids decide."""
        name, me = str(user["username"]), self.me()
        taken = name.lower() == str(me["username"]).lower() and user["id"] != me["id"]
        return "" if taken else name

    def _url(self, number: int, note: int) -> str:
        return f"{self._web}/-/merge_requests/{number}#note_{note}"

    def _notes(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}/notes"

    def _discussions(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}/discussions"


def _line_code(path: str, line: int) -> str:
    """GitLab's name of a line that a new file brings: docs.gitlab.com/api/discussions, "Line code".

    Of a file that was there already the middle would be the line's old number.
    """
    name = hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()
    return f"{name}_0_{line}"
