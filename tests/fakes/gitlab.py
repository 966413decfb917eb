"""A stateful GitLab on a socket over a real bare repository, which can be pushed to over HTTP.

It obeys quick actions in notes as GitLab does and did, so that a test can see that none ever ran.
`python -m tests.fakes.gitlab --repo BARE --port-file F --branch B [--base main]` serves it alone.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.contract import Contract
from tests.fakes.forge import Answer, serve
from tests.fakes.gitlab_quick_actions import quick_actions
from tests.fakes.gitlab_repository import GitLabRepository

_SLICE = Path(__file__).with_name("gitlab-openapi.yaml")
_UNFINISHED = ("pending", "running")


@dataclass
class FakeGitLab(GitLabRepository):
    """GitLab's side of merge request 7.

    `pipelines` are commits by the id of their pipeline. `obeyed` are quick actions that were run.
    """

    login: str = "project_1_bot"
    user_id: int = 42
    labels: set[str] = field(default_factory=set)
    discussions: list[dict[str, Any]] = field(default_factory=list)
    pipelines: dict[int, str] = field(default_factory=dict)
    obeyed: list[str] = field(default_factory=list)
    # Accounts by name: id, level of access (0 for who is no member), and whether it is a bot.
    accounts: dict[str, tuple[int, int, bool]] = field(default_factory=dict)
    approved: list[tuple[str, str]] = field(default_factory=list)
    versions: list[tuple[str, str]] = field(default_factory=list)
    label_events: list[tuple[str, str, str]] = field(default_factory=list)
    opened: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self._contract: Contract | None = None
        if self.validate:
            document = yaml.safe_load(_SLICE.read_text(encoding="utf-8"))
            self._contract = Contract(document, frozenset({"id", "branch", "path"}))
        self._caller = threading.local()

    @property
    def api(self) -> str:
        return f"{self.url}/api/v4"

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What people and we have written, without what GitLab says itself."""
        return [note for note in self.comments if not note["system"]]

    def add_note(
        self, body: str, login: str = "alice", user: int = 1, *, system: bool = False
    ) -> dict[str, Any]:
        self.obey(body)
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        note = {
            "id": self.next_id(),
            "type": None,
            "body": body,
            "author": {"id": user, "username": login, "name": login, "state": "active"},
            "created_at": now,
            "updated_at": now,
            "system": system,
            "resolvable": False,
            "internal": False,
        }
        self.comments.append(note)
        return note

    def obey(self, body: str) -> None:
        """Run the quick actions of a text, found by Markdown and by the older patterns."""
        for command in quick_actions(body):
            self.obeyed.append(command)
            if command in {"merge", "close"}:
                self.state = {"merge": "merged", "close": "closed"}[command]

    def exchange(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        if ".git/" in handler.path:
            self.git_over_http(handler, raw)
            return
        self._caller.token = handler.headers.get("PRIVATE-TOKEN", "")
        self._caller.job_token = handler.headers.get("JOB-TOKEN", "")
        super().exchange(handler, raw)

    def answer(self, verb: str, path: str, body: Any, query: Mapping[str, str]) -> tuple[int, Any]:
        short = path.removeprefix("/api/v4")
        if short == path:
            raise Answer(404, {"error": "404 Not Found"})
        self._admit(verb)
        status, answer = self._answer(verb, short, body, query)
        if self._contract is not None:
            try:
                self._contract.request(verb, short, body)
                answer = self._contract.complete(verb, short, status, answer)
            except AssertionError as violation:
                self.violations.append(str(violation))
        return status, answer

    def paged(
        self, answer: Any, path: str, query: Mapping[str, str], headers: dict[str, str]
    ) -> Any:
        if not isinstance(answer, list):
            return answer
        size, page = min(int(query.get("per_page", 20)), 100), int(query.get("page", 1))
        more = page * size < len(answer)
        headers["X-Next-Page"] = str(page + 1) if more else ""
        headers["Link"] = '<https://elsewhere.invalid/>; rel="next"' if more else ""
        return answer[(page - 1) * size : page * size]

    def _admit(self, verb: str) -> None:
        if self.job_token and self._caller.job_token == self.job_token:
            if verb != "GET":
                raise Answer(401, {"message": "401 Unauthorized"})
        elif not self._caller.token or self._caller.token != (self.token or self._caller.token):
            raise Answer(401, {"message": "401 Unauthorized"})

    def _answer(self, verb: str, path: str, body: Any, query: Mapping[str, str]) -> tuple[int, Any]:
        if path == "/user":
            return 200, self._self()
        if path == "/projects/2":
            return 200, self._project_row(2, self.head_slug)
        if path.startswith("/users"):
            return 200, self._account(path.removeprefix("/users/"), query)
        short = path.removeprefix(f"/projects/{self.slug}")
        if short == path:
            raise Answer(404, {"message": "404 Project Not Found"})
        for method, pattern, act in _ROUTES:
            if method == verb and (match := re.fullmatch(pattern, short)):
                answered: tuple[int, Any] = act(self, body, query, *match.groups())
                return answered
        raise Answer(404, {"error": "404 Not Found"})

    def _self(self) -> dict[str, Any]:
        return {
            "id": self.user_id,
            "username": self.login,
            "name": "schema-ci",
            "state": "active",
            "commit_email": "bot@users.gitlab.invalid",
        }

    def _user_row(self, name: str) -> dict[str, Any]:
        return {"id": self.accounts[name][0], "username": name, "name": name, "state": "active"}

    def _account(self, number: str, query: Mapping[str, str]) -> Any:
        if number == "/users":
            asked = query["username"].lower()
            return [self._user_row(name) for name in self.accounts if name.lower() == asked]
        (name,) = [name for name in self.accounts if str(self.accounts[name][0]) == number]
        return {**self._user_row(name), "bot": self.accounts[name][2]}

    def _member(self, body: Any, query: Any, number: str) -> tuple[int, Any]:
        for name, (account, level, _) in self.accounts.items():
            if str(account) == number and level:
                return 200, {**self._user_row(name), "access_level": level}
        raise Answer(404, {"message": "404 Not found"})

    def _approvals(self, body: Any, query: Any) -> tuple[int, Any]:
        approved = [
            {"user": self._user_row(name), **({"approved_at": when} if when else {})}
            for name, when in self.approved
        ]
        return 200, {"id": 1007, "iid": 7, "approved_by": approved}

    def _versions(self, body: Any, query: Any) -> tuple[int, Any]:
        """The newest first, as GitLab lists them."""
        rows = [
            {"id": place, "head_commit_sha": head, "created_at": when}
            for place, (head, when) in enumerate(self.versions, 1)
        ]
        bare = {"base_commit_sha": self.head(self.base), "start_commit_sha": self.head(self.base)}
        return 200, [{**row, **bare} for row in reversed(rows)]

    def _label_events(self, body: Any, query: Any) -> tuple[int, Any]:
        return 200, [
            {
                "id": place,
                "user": self._user_row(who),
                "action": action,
                "label": {"id": 1, "name": name} if name else None,
            }
            for place, (who, action, name) in enumerate(self.label_events, 1)
        ]

    def _project_row(self, number: int, slug: str) -> dict[str, Any]:
        return {
            "id": number,
            "path_with_namespace": slug,
            "default_branch": self.base,
            "web_url": f"{self.url}/{slug}",
        }

    def _project(self, body: Any, query: Any) -> tuple[int, Any]:
        return 200, self._project_row(1, self.slug)

    def _merge_request(self, body: Any, query: Any) -> tuple[int, Any]:
        if isinstance(body, dict):
            self.labels |= set(filter(None, body.get("add_labels", "").split(",")))
            self.labels -= set(body.get("remove_labels", "").split(","))
        target = self.head(self.base)
        base = self.git("merge-base", self.head(), target)
        head = self.head_override or self.head()
        own = self.head_slug == self.slug
        return 200, {
            "id": 1007,
            "iid": 7,
            "project_id": 1,
            "state": {"open": "opened"}.get(self.state, self.state),
            "draft": self.draft,
            "sha": head,
            "source_branch": self.branch,
            "target_branch": self.base,
            "source_project_id": (1 if own else 2) if self.head_slug else None,
            "target_project_id": 1,
            "labels": sorted(self.labels),
            "author": {"id": 6, "username": "jo", "name": "Jo Doe", "state": "active"},
            "web_url": f"{self.url}/{self.slug}/-/merge_requests/7",
            "diff_refs": {"base_sha": base, "head_sha": head, "start_sha": target},
        }

    def _merge_requests(self, body: Any, query: Mapping[str, str]) -> tuple[int, Any]:
        row = self._merge_request(None, query)[1]
        asked = query["source_branch"] == self.branch and query["state"] == row["state"]
        return 200, [row] if self.opened and asked else []

    def _commits_of_merge_request(self, body: Any, query: Any) -> tuple[int, Any]:
        found = self.git("rev-list", f"{self.base}..refs/heads/{self.branch}").split()
        return 200, [self.commit_row(sha) for sha in found]

    def _create_note(self, body: Any, query: Any) -> tuple[int, Any]:
        if len(body["body"]) > 1_000_000:
            raise Answer(400, {"message": "400 Bad request - Note is too long"})
        return 201, self.add_note(body["body"], self.login, self.user_id)

    def _update_note(self, body: Any, query: Any, number: str) -> tuple[int, Any]:
        note = self._note(number)
        self.obey(body["body"])
        note["body"] = body["body"]
        return 200, note

    def _delete_note(self, body: Any, query: Any, number: str) -> tuple[int, Any]:
        self.comments.remove(self._note(number))
        return 204, None

    def _note(self, number: str) -> dict[str, Any]:
        for note in self.comments:
            if note["id"] == int(number):
                return note
        raise Answer(404, {"message": "404 Note Not Found"})

    def _all_discussions(self, body: Any, query: Any) -> tuple[int, Any]:
        return 200, list(self.discussions)

    def _create_discussion(self, body: Any, query: Any) -> tuple[int, Any]:
        position = body.get("position")
        if position is not None:
            self._place_exists(position)
        note = self.add_note(body["body"], self.login, self.user_id)
        note |= {"type": "DiffNote", "resolvable": True, "resolved": False, "position": position}
        digest = hashlib.sha1(str(note["id"]).encode()).hexdigest()
        self.discussions.append({"id": digest, "individual_note": False, "notes": [note]})
        return 201, self.discussions[-1]

    def _place_exists(self, position: Mapping[str, Any]) -> None:
        """GitLab takes a comment on lines of the diff only."""
        changed = self.git("diff", "--name-only", position["start_sha"], position["head_sha"])
        if position["new_path"] not in changed.splitlines():
            raise Answer(
                400, {"message": '400 Bad request - Note {:line_code=>["can\'t be blank"]}'}
            )
        # Past the end of the file there is no line either.
        text = self.git("show", f"{position['head_sha']}:{position['new_path']}")
        if position["new_line"] > text.count("\n") + 1:
            raise Answer(400, {"message": "400 Bad request - Note {:line_code=>[...]}"})

    def _resolve(self, body: Any, query: Any, digest: str) -> tuple[int, Any]:
        for discussion in self.discussions:
            if discussion["id"] == digest:
                for note in discussion["notes"]:
                    note["resolved"] = body["resolved"]
                return 200, discussion
        raise Answer(404, {"message": "404 Discussion Not Found"})

    def _create_status(self, body: Any, query: Any, sha: str) -> tuple[int, Any]:
        wanted = body.get("pipeline_id")
        if wanted is not None and self.pipelines.get(wanted) != sha:
            raise Answer(404, {"message": "404 Pipeline for pipeline_id, sha and ref Not Found"})
        self.git("cat-file", "-e", f"{sha}^{{commit}}")
        if wanted is None and not self.git("branch", "--contains", sha):
            raise Answer(404, {"message": "404 References for commit Not Found"})
        fields = {key: body.get(key) for key in ("name", "target_url", "description")}
        for status in reversed(self.statuses):
            same = (status["sha"], status["name"]) == (sha, body["name"])
            if same and status["status"] in _UNFINISHED:
                self._transition(status["status"], body["state"])
                status.update(fields, status=body["state"])
                return 201, status
        status = {"id": self.next_id(), "sha": sha, "ref": self.branch, "status": body["state"]}
        self.statuses.append({**status, **fields, "pipeline_id": wanted or 0})
        return 201, self.statuses[-1]

    def _transition(self, old: str, new: str) -> None:
        event = {"pending": "enqueue", "running": "run"}.get(new)
        if event and (old == new or old == "running"):
            said = f"Cannot transition status via :{event} from :{old}"
            raise Answer(
                400, {"message": f'{said} (Reason(s): Status cannot transition via "{event}")'}
            )

    def _statuses(self, body: Any, query: Mapping[str, str], sha: str) -> tuple[int, Any]:
        wanted = query.get("name")
        return 200, [
            status
            for status in self.statuses
            if status["sha"] == sha and wanted in {None, status["name"]}
        ]


_F = FakeGitLab
_ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "", _F._project),
    ("GET", r"/merge_requests", _F._merge_requests),
    ("GET", r"/merge_requests/7", _F._merge_request),
    ("PUT", r"/merge_requests/7", _F._merge_request),
    ("GET", r"/merge_requests/7/diffs", _F.diffs_of_merge_request),
    ("GET", r"/merge_requests/7/approvals", _F._approvals),
    ("GET", r"/merge_requests/7/versions", _F._versions),
    ("GET", r"/merge_requests/7/resource_label_events", _F._label_events),
    ("GET", r"/members/all/(\d+)", _F._member),
    ("GET", r"/merge_requests/7/commits", _F._commits_of_merge_request),
    ("GET", r"/merge_requests/7/notes", lambda fake, body, query: (200, list(fake.comments))),
    ("POST", r"/merge_requests/7/notes", _F._create_note),
    ("PUT", r"/merge_requests/7/notes/(\d+)", _F._update_note),
    ("DELETE", r"/merge_requests/7/notes/(\d+)", _F._delete_note),
    ("GET", r"/merge_requests/7/discussions", _F._all_discussions),
    ("POST", r"/merge_requests/7/discussions", _F._create_discussion),
    ("PUT", r"/merge_requests/7/discussions/(\w+)", _F._resolve),
    ("POST", r"/statuses/(\w+)", _F._create_status),
    ("GET", r"/repository/commits/(\w+)/statuses", _F._statuses),
    ("GET", r"/repository/commits/(\w+)/diff", _F.diff),
    ("GET", r"/repository/commits/(\w+)", _F.read_commit),
    ("POST", r"/repository/commits", _F.create_commit),
    ("GET", r"/repository/branches/(.+)", _F.read_branch),
    ("GET", r"/repository/compare", _F.compare),
    ("GET", r"/repository/files/(.+)", _F.file),
]


if __name__ == "__main__":
    serve(FakeGitLab, __doc__)
