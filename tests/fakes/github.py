"""A stateful GitHub on a socket over a real bare git repository.

`python -m tests.fakes.github --repo BARE --port-file F --branch B [--base main]` serves it alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import github_talk
from tests.fakes.forge import Answer, serve
from tests.fakes.github_repository import GitHubRepository
from tests.fakes.github_words import Words


@dataclass
class FakeGitHub(GitHubRepository):
    """GitHub's side of a pull request: REST and the GraphQL operations that we use.

    `words` are what people said of the pull request, and what they may do. `other_pulls` are
    numbers of more pull requests of the same head; `query` is the last request's.
    """

    check_runs: list[dict[str, Any]] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    other_pulls: list[int] = field(default_factory=list)
    query: Mapping[str, str] = field(default_factory=dict)
    review_comments: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    review_requests: list[dict[str, Any]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    minimized: set[str] = field(default_factory=set)
    hides: bool = True
    # Lists are told by a replica that knows nothing that was written since then.
    lagging: bool = False
    # GitHub Enterprise Server: REST below /api/v3, GraphQL at /api/graphql.
    enterprise: bool = False
    next_page_host: str = ""
    # Comments that arrive just before ours does.
    before_comment: list[dict[str, Any]] = field(default_factory=list)
    run_states: dict[int, list[str]] = field(default_factory=dict)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    # False while the branch is pushed and nobody has opened the pull request.
    opened: bool = True
    # Reactions by comment, in their order; runs of the workflow, and those that were started again.
    reactions: dict[int, list[str]] = field(default_factory=dict)
    workflow_runs: list[dict[str, Any]] = field(default_factory=list)
    reruns: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._contract: Any = None
        if self.validate:
            from tests.fakes.contract import Contract

            self._contract = Contract()

    def add_comment(self, body: str, login: str = "alice") -> dict[str, Any]:
        made = self.next_id()
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        link = f"https://github.invalid/{self.slug}/pull/7#issuecomment-{made}"
        user = self.words.user(login)
        comment = {
            "id": made,
            "node_id": f"IC_{made}",
            "body": body,
            "user": user,
            "html_url": link,
            "created_at": now,
            "updated_at": now,
        }
        self.comments.append(comment)
        return comment

    def verb(self, verb: str, path: str, body: Any) -> str:
        query = str((body or {}).get("query", "")) if isinstance(body, dict) else ""
        return "QUERY" if path.endswith("/graphql") and not query.startswith("mutation") else verb

    def answer(self, verb: str, path: str, body: Any, query: Mapping[str, str]) -> tuple[int, Any]:
        self.query = query
        if self.enterprise:
            if not path.startswith("/api/"):
                raise Answer(404, {"message": "Not Found"})
            path = path.removeprefix("/api").removeprefix("/v3")
        status, answer = self._answer(verb, path, body)
        if self._contract is not None and path != "/graphql":
            try:
                self._contract.request(verb, path, body)
                answer = self._contract.complete(verb, path, status, answer)
            except AssertionError as violation:
                self.violations.append(str(violation))
        return status, answer

    def paged(
        self, answer: Any, path: str, query: Mapping[str, str], headers: dict[str, str]
    ) -> Any:
        named = {"check_runs", "workflow_runs"} & set(answer if isinstance(answer, dict) else ())
        if not isinstance(answer, list) and not named:
            return answer
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        rows = answer if isinstance(answer, list) else answer[next(iter(named))]
        if page * size < len(rows):
            rest = "&".join(f"{key}={value}" for key, value in query.items() if key != "page")
            host = self.next_page_host or self.url
            headers["Link"] = f'<{host}{path}?{rest}&page={page + 1}>; rel="next"'
        rows = rows[(page - 1) * size : page * size]
        return rows if isinstance(answer, list) else {**answer, next(iter(named)): rows}

    def _answer(self, verb: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/user":
            return 200, {"login": self.login, "id": 1, "user_view_type": "private"}
        if path == "/graphql":
            return 200, self._graphql(body["query"], body["variables"])
        short = path.removeprefix(f"/repos/{self.slug}")
        for method, pattern, act in _ROUTES:
            if method == verb and (match := re.fullmatch(pattern, short)):
                answered: tuple[int, Any] = act(self, body, *match.groups())
                return answered
        raise Answer(404, {"message": "Not Found"})

    def _repository(self, body: Any) -> tuple[int, Any]:
        return 200, {"full_name": self.slug, "default_branch": self.base}

    def _pulls_of(self, body: Any, sha: str) -> tuple[int, Any]:
        """Pull requests that hold the commit; a commit that is not here is GitHub's 422."""
        try:
            self.git("cat-file", "-e", f"{sha}^{{commit}}")
        except Answer:
            raise Answer(422, {"message": f"No commit found for SHA: {sha}"}) from None
        inside = self.git("branch", "--contains", sha, "--format=%(refname:short)").splitlines()
        pull = self.pull()
        return 200, [pull] if self.branch in inside and self.opened else []

    def pull(self, number: int = 7) -> Any:
        repo = {"full_name": self.slug, "default_branch": self.base}
        head = {"full_name": self.head_slug, "default_branch": self.base}
        return {
            "number": number,
            "state": self.state,
            "merged": False,
            "draft": self.draft,
            "user": self.words.user(self.words.author),
            "labels": [{"name": name} for name in sorted(self.labels)],
            "head": {"sha": self.head_override or self.head(), "ref": self.branch, "repo": head},
            "base": {"sha": self.head(self.base), "ref": self.base, "repo": repo},
        }

    def _pulls(self, body: Any) -> tuple[int, Any]:
        """Open ones, of the branch that the query names."""
        owner = self.head_slug.partition("/")[0]
        found = self.state == "open" and self.query.get("head") == f"{owner}:{self.branch}"
        pull = self.pull()
        del pull["merged"]
        others = [{**pull, "number": number} for number in self.other_pulls]
        return 200, [pull, *others] if found else []

    def _pull_commits(self, body: Any) -> tuple[int, Any]:
        found = self.git("rev-list", "--reverse", f"{self.base}..refs/heads/{self.branch}")
        return 200, [
            {
                "sha": sha,
                "author": {"login": self.login},
                "commit": {"message": self.git("log", "-1", "--format=%B", sha)},
            }
            for sha in found.split()
        ]

    def _create_comment(self, body: Any) -> tuple[int, Any]:
        self._limit_comment(body)
        while self.before_comment:
            self.comments.append(self.before_comment.pop())
        return 201, self.add_comment(body["body"], self.login)

    def _update_comment(self, body: Any, number: str) -> tuple[int, Any]:
        self._limit_comment(body)
        for comment in self.comments:
            if comment["id"] == int(number):
                comment["body"] = body["body"]
                return 200, comment
        raise Answer(404, {"message": "Not Found"})

    def _delete_comment(self, body: Any, number: str) -> tuple[int, Any]:
        self.comments[:] = [entry for entry in self.comments if entry["id"] != int(number)]
        return 204, None

    def _limit_comment(self, body: Any) -> None:
        if len(body["body"]) > 65_536:
            error = {
                "resource": "IssueComment",
                "code": "unprocessable",
                "field": "data",
                "message": "Body is too long (maximum is 65536 characters)",
            }
            raise Answer(422, {"message": "Validation Failed", "errors": [error]})

    def _write_run(self, body: Any, number: str = "") -> tuple[int, Any]:
        output = body.get("output", {})
        annotations = output.get("annotations", ())
        if len(output.get("summary", "").encode()) > 65_535:
            raise Answer(422, {"message": "summary exceeds a maximum bytesize of 65535"})
        if len(annotations) > 50:
            raise Answer(422, {"message": "No more than 50 annotations"})
        if number:
            run = self._run(number)
        else:
            run = self._new_run(body)
            self.check_runs.append(run)
        run.update({key: body[key] for key in _OF_RUNS if key in body})
        run["output"] |= {key: output[key] for key in ("title", "summary") if key in output}
        run["output"]["annotations_count"] += len(annotations)
        self.run_states.setdefault(run["id"], []).append(run["status"])
        self.annotations.setdefault(run["id"], []).extend(annotations)
        return (200 if number else 201), run

    def _new_run(self, body: Any) -> dict[str, Any]:
        made = self.next_id()
        shown = {"text": None, "annotations_count": 0, "annotations_url": self.url}
        return {
            "id": made,
            "name": body["name"],
            "head_sha": body["head_sha"],
            "external_id": "",
            "conclusion": None,
            "output": {"title": None, "summary": None, **shown},
            "html_url": f"https://github.invalid/{self.slug}/runs/{made}",
        }

    def _run(self, number: str) -> dict[str, Any]:
        for run in self.check_runs:
            if str(run["id"]) == number:
                return run
        raise Answer(404, {"message": "Not Found"})

    def _read_run(self, body: Any, number: str) -> tuple[int, Any]:
        return 200, self._run(number)

    def listed_comments(self) -> list[dict[str, Any]]:
        return [] if self.lagging else list(self.comments)

    def _runs(self, body: Any, sha: str) -> tuple[int, Any]:
        known = [] if self.lagging else self.check_runs
        found = [run for run in known if run["head_sha"] == sha]
        return 200, {"total_count": len(found), "check_runs": found}

    def _statuses(self, body: Any, sha: str) -> tuple[int, Any]:
        return 200, [entry for entry in reversed(self.statuses) if entry["url"].endswith(sha)]

    def _create_status(self, body: Any, sha: str) -> tuple[int, Any]:
        if len(body["description"]) > 140 or len(body["context"]) > 255:
            raise Answer(422, {"message": "Validation Failed"})
        where = f"{self.url}/statuses/{sha}"
        status = {"id": self.next_id(), "target_url": None, **body, "url": where}
        self.statuses.append(status)
        return 201, status

    def _graphql(self, query: str, variables: Any) -> Any:
        if "minimizeComment" in query:
            return github_talk.minimize(self, variables["input"])
        if "createCommitOnBranch" in query:
            return self.commit_on_branch(variables["input"])
        data: dict[str, Any] = {"viewer": {"login": self.login}}
        if "pullRequest" in query:
            data["repository"] = github_talk.looked_at(self, variables)
        return {"data": data}


_OF_RUNS = ("details_url", "name", "external_id", "status", "conclusion")
_F = FakeGitHub
_ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "", _F._repository),
    ("GET", r"/pulls", _F._pulls),
    ("GET", r"/pulls/(7|8)", lambda fake, body, number: (200, fake.pull(int(number)))),
    ("GET", r"/commits/([^/]+)/pulls", _F._pulls_of),
    ("GET", r"/pulls/7/commits", _F._pull_commits),
    ("GET", r"/pulls/7/files", _F.files_of_pull),
    ("GET", r"/pulls/7/reviews", lambda fake, body: (200, list(fake.words.reviews))),
    ("GET", r"/issues/7/events", lambda fake, body: (200, list(fake.words.events))),
    ("GET", r"/collaborators/([^/]+)/permission", lambda fake, body, who: fake.words.right(who)),
    ("GET", r"/issues/7/comments", lambda fake, body: (200, fake.listed_comments())),
    ("POST", r"/issues/7/comments", _F._create_comment),
    ("PATCH", r"/issues/comments/(\d+)", _F._update_comment),
    ("DELETE", r"/issues/comments/(\d+)", _F._delete_comment),
    ("POST", r"/issues/7/labels", github_talk.add_labels),
    ("DELETE", r"/issues/7/labels/(.+)", github_talk.remove_label),
    ("GET", r"/pulls/7/comments", lambda fake, body: (200, list(fake.review_comments))),
    ("POST", r"/pulls/7/reviews", github_talk.create_review),
    ("DELETE", r"/pulls/comments/(\d+)", github_talk.delete_review_comment),
    ("POST", r"/issues/comments/(\d+)/reactions", github_talk.react),
    ("GET", r"/actions/workflows/(.+)/runs", github_talk.workflow_runs),
    ("POST", r"/actions/runs/(\d+)/rerun", github_talk.rerun),
    ("POST", r"/check-runs", _F._write_run),
    ("GET", r"/check-runs/(\d+)", _F._read_run),
    ("PATCH", r"/check-runs/(\d+)", _F._write_run),
    ("GET", r"/commits/([^/]+)/check-runs", _F._runs),
    ("GET", r"/commits/([^/]+)/statuses", _F._statuses),
    ("POST", r"/statuses/([^/]+)", _F._create_status),
    ("GET", r"/commits/([^/]+)", _F.show_commit),
    ("GET", r"/branches/(.+)", _F.read_branch),
    ("GET", r"/git/ref/heads/(.+)", _F.read_ref),
    ("PATCH", r"/git/refs/heads/(.+)", _F.move_ref),
    ("POST", r"/git/blobs", _F.create_blob),
    ("POST", r"/git/trees", _F.create_tree),
    ("POST", r"/git/commits", _F.create_commit),
    ("GET", r"/git/commits/([^/]+)", _F.read_commit),
    ("GET", r"/compare/(\w+)\.\.\.(\w+)", _F.compare),
]


if __name__ == "__main__":
    serve(FakeGitHub, __doc__)
