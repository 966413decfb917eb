"""What the fake GitHub does with its bare repository: branches, git data, commits, comparisons."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.forge import Answer, FakeForge
from tests.fakes.github_files import compared


@dataclass
class GitHubRepository(FakeForge):
    """`slips` are files that its commits hold besides what was asked for."""

    slips: dict[str, bytes] = field(default_factory=dict)

    def read_branch(self, body: Any, name: str) -> tuple[int, Any]:
        return 200, {"name": name, "protected": name in self.protected}

    def read_ref(self, body: Any, name: str) -> tuple[int, Any]:
        return 200, {
            "ref": f"refs/heads/{name}",
            "object": {"sha": self.head(name), "type": "commit"},
        }

    def move_ref(self, body: Any, name: str) -> tuple[int, Any]:
        old = self.head(name)
        try:
            self.git("merge-base", "--is-ancestor", old, body["sha"])
        except Answer:
            raise Answer(422, {"message": "Update is not a fast forward"}) from None
        self.git("update-ref", f"refs/heads/{name}", body["sha"], old)
        return self.read_ref(body, name)

    def create_blob(self, body: Any) -> tuple[int, Any]:
        content = base64.b64decode(body["content"])
        sha = self.git("hash-object", "-w", "--stdin", text=content)
        return 201, {"sha": sha, "url": self.url}

    def create_tree(self, body: Any) -> tuple[int, Any]:
        return 201, {"sha": self.make_tree(body["base_tree"], body["tree"])}

    def create_commit(self, body: Any) -> tuple[int, Any]:
        parents = [part for sha in body["parents"] for part in ("-p", sha)]
        text, who = body["message"].encode(), body.get("author")
        environ = {"PATH": os.environ["PATH"]}
        if who:
            environ |= {"GIT_AUTHOR_NAME": who["name"], "GIT_AUTHOR_EMAIL": who["email"]}
        made = self.git("commit-tree", body["tree"], *parents, text=text, environ=environ)
        return self.read_commit(None, made, status=201)

    def read_commit(self, body: Any, sha: str, status: int = 200) -> tuple[int, Any]:
        tree, *parents = self.git("show", "-s", "--format=%T %P", sha).split()
        return status, {
            "sha": sha,
            "message": self.git("log", "-1", "--format=%B", sha),
            "tree": {"sha": tree},
            "parents": [{"sha": one} for one in parents],
        }

    def show_commit(self, body: Any, sha: str) -> tuple[int, Any]:
        commit = self.read_commit(body, sha)[1]
        files = self.compare(body, commit["parents"][0]["sha"], sha)[1]["files"]
        return 200, {"sha": sha, "parents": commit["parents"], "files": files}

    def files_of_pull(self, body: Any) -> tuple[int, Any]:
        """Since the branch left its base, whatever has become of the base."""
        head = self.head()
        left = self.git("merge-base", self.head(self.base), head)
        return 200, self.compare(body, left, head)[1]["files"]

    def compare(self, body: Any, old: str, new: str) -> tuple[int, Any]:
        lines = self.git("diff-tree", "-r", "-M", "--no-abbrev", old, new).splitlines()
        return 200, {"files": [compared(line) for line in lines]}

    def commit_on_branch(self, asked: Any) -> Any:
        name, expected = asked["branch"]["branchName"], asked["expectedHeadOid"]
        self.move_branches()
        if self.head(name) != expected:
            message = f'Expected branch to point to "{expected}"'
            return {"data": None, "errors": [{"type": "STALE_DATA", "message": message}]}
        entries: list[dict[str, Any]] = []
        for file in asked["fileChanges"]["additions"]:
            sha = self.create_blob({"content": file["contents"]})[1]["sha"]
            entries.append({"mode": "100644", "sha": sha, "path": file["path"]})
        entries += [
            {"mode": "100644", "sha": None, "path": file["path"]}
            for file in asked["fileChanges"].get("deletions", ())
        ]
        entries += [
            {
                "mode": "100644",
                "sha": self.git("hash-object", "-w", "--stdin", text=content),
                "path": path,
            }
            for path, content in self.slips.items()
        ]
        tree = self.make_tree(expected, entries)
        message = f"{asked['message']['headline']}\n\n{asked['message']['body']}"
        made = self.create_commit({"message": message, "tree": tree, "parents": [expected]})[1][
            "sha"
        ]
        self.git("update-ref", f"refs/heads/{name}", made, expected)
        return {"data": {"createCommitOnBranch": {"commit": {"oid": made}}}}
