"""The repository behind a fake GitLab: branches, diffs, files, commits, and pushes over HTTP."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.forge import Answer, FakeForge, Fault


@dataclass
class GitLabRepository(FakeForge):
    """`token` may write, `job_token` may only read, and pushes only where they are allowed to.

    `pushes` counts those that came; `rewrites` is what a server hook makes of each file's content.
    """

    token: str = ""
    job_token: str = ""
    pushes: int = 0
    takes_pushes: bool = True
    rewrites: bytes = b""

    def read_branch(self, body: Any, query: Any, name: str) -> tuple[int, Any]:
        row = self.commit_row(self.head(name))
        return 200, {"name": name, "protected": name in self.protected, "commit": row}

    def compare(self, body: Any, query: Mapping[str, str]) -> tuple[int, Any]:
        return 200, {
            "commits": [],
            "diffs": self._diffs(query["from"], query["to"]),
            "compare_timeout": False,
            "compare_same_ref": False,
        }

    def diffs_of_merge_request(self, body: Any, query: Any) -> tuple[int, Any]:
        """Since the branch left its target, whatever has become of that."""
        left = self.git("merge-base", self.head(self.base), self.head())
        return 200, self._diffs(left, self.head())

    def diff(self, body: Any, query: Any, sha: str) -> tuple[int, Any]:
        return 200, self._diffs(f"{sha}^", sha)

    def _diffs(self, old: str, new: str) -> list[dict[str, Any]]:
        parts = self.git("diff-tree", "-r", "-z", old, new).split("\0")
        return [
            {
                "old_path": path,
                "new_path": path,
                "new_file": change.endswith("A"),
                "deleted_file": change.endswith("D"),
                "renamed_file": False,
            }
            for change, path in zip(parts[::2], parts[1::2], strict=False)
        ]

    def file(self, body: Any, query: Mapping[str, str], path: str) -> tuple[int, Any]:
        ref = query["ref"]
        try:
            blob = self.git("rev-parse", f"{ref}:{path}")
        except Answer:
            raise Answer(404, {"message": "404 File Not Found"}) from None
        content = self.blob(blob)
        return 200, {
            "file_path": path,
            "ref": ref,
            "blob_id": blob,
            "commit_id": self.git("rev-parse", ref),
            "last_commit_id": self.git("log", "-1", "--format=%H", ref, "--", path),
            "content_sha256": hashlib.sha256(content).hexdigest(),
            "encoding": "base64",
            "content": base64.b64encode(content).decode(),
            "size": len(content),
        }

    def blob(self, name: str) -> bytes:
        argv = ("git", "--git-dir", str(self.bare), "cat-file", "blob", name)
        return subprocess.run(argv, capture_output=True, check=True).stdout

    def read_commit(self, body: Any, query: Any, sha: str) -> tuple[int, Any]:
        return 200, self.commit_row(sha)

    def commit_row(self, sha: str) -> dict[str, Any]:
        parents, _, message = self.git("log", "-1", "--format=%P%n%B", sha).partition("\n")
        return {
            "id": sha,
            "parent_ids": parents.split(),
            "title": message.partition("\n")[0],
            "message": message,
        }

    def create_commit(self, body: Any, query: Any) -> tuple[int, Any]:
        """On whatever the branch's head is by now: GitLab does not compare."""
        self.move_branches()
        old = self.head(body["branch"])
        entries = [self._entry(old, action) for action in body["actions"]]
        tree = self.make_tree(old, entries)
        text, environ = body["commit_message"].encode(), {"PATH": os.environ["PATH"]}
        if "author_name" in body:
            environ["GIT_AUTHOR_NAME"] = body["author_name"]
            environ["GIT_AUTHOR_EMAIL"] = body["author_email"]
        made = self.git("commit-tree", tree, "-p", old, text=text, environ=environ)
        self.git("update-ref", f"refs/heads/{body['branch']}", made, old)
        return 201, self.commit_row(made)

    def _entry(self, head: str, action: Mapping[str, str]) -> dict[str, Any]:
        path, kind = action["file_path"], action["action"]
        there = bool(self.git("ls-tree", head, "--", path))
        if kind == "create" and there:
            raise Answer(400, {"message": "A file with this name already exists"})
        if kind != "create" and not there:
            raise Answer(400, {"message": "A file with this name doesn't exist"})
        if "last_commit_id" in action:
            last = self.git("log", "-1", "--format=%H", head, "--", path)
            if last != action["last_commit_id"]:
                said = "You are attempting to update a file that has changed since you started"
                raise Answer(400, {"message": said})
        if kind == "delete":
            return {"mode": "100644", "sha": None, "path": path}
        content = self.rewrites or base64.b64decode(action["content"])
        blob = self.git("hash-object", "-w", "--stdin", text=content)
        return {"mode": "100644", "sha": blob, "path": path}

    def git_over_http(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        """`git push` and `git fetch` as GitLab takes them: with the token as a password."""
        target = urlsplit(handler.path)
        login = base64.b64decode(handler.headers.get("Authorization", "").partition(" ")[2])
        known = {self.token.encode(), self.job_token.encode()} - {b""}
        if login.partition(b":")[2] not in known:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="GitLab"')
            handler.end_headers()
            return
        writes = "receive-pack" in handler.path
        if writes and not (self.takes_pushes and login.endswith(b":" + self.token.encode())):
            handler.send_response(403)
            handler.end_headers()
            return
        fault = None
        if target.path.endswith("/git-receive-pack"):
            fault = self._pushed(target.path)
            if fault is not None and not fault.after_write:
                self._give_up(handler, fault)
                return
        program = subprocess.run(
            ("git", "-c", "http.receivepack=true", "http-backend"),
            input=raw,
            env={
                "PATH": os.environ["PATH"],
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROJECT_ROOT": str(self.bare.parent),
                "PATH_INFO": f"/{self.bare.name}/{target.path.partition('.git/')[2]}",
                "QUERY_STRING": target.query,
                "REQUEST_METHOD": handler.command,
                "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
                "REMOTE_USER": self.login,
            },
            capture_output=True,
            check=True,
        )
        if fault is not None and fault.status != 200:
            self._give_up(handler, fault)
            return
        head, _, answer = program.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        handler.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def _pushed(self, path: str) -> Fault | None:
        """A push has arrived: what a test has ordered for it."""
        self.arrive()
        with self._lock:
            self.requests.append(("PUSH", path))
            self.move_branches()
            self.pushes += 1
            return self._fault("PUSH", path)

    def _give_up(self, handler: BaseHTTPRequestHandler, fault: Fault) -> None:
        time.sleep(fault.seconds)
        if not fault.status:
            handler.connection.close()
            return
        handler.send_response(fault.status)
        for name, value in {**fault.headers, "Content-Length": "0"}.items():
            handler.send_header(name, value)
        handler.end_headers()
