"""What every fake forge shares: a socket, faults, a request log and a real bare git repository."""

from __future__ import annotations

import argparse
import json
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


class Answer(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass
class Fault:
    """What is answered instead, `times` times; the write itself took place if `after_write`.

    Status 0 cuts the connection. `seconds` is how long the answer takes.
    """

    method: str
    path: re.Pattern[str]
    status: int
    times: int
    after_write: bool
    headers: Mapping[str, str]
    message: str
    seconds: float = 0.0


@dataclass
class FakeForge:
    """One repository `slug` with pull request 7 from `branch` to `base`.

    `before_commit` are moves of branches (ref, sha) that happen just before a commit is made.
    `before_answer` gets the number of each request, counted from 0, before it is looked at.
    """

    bare: Path
    branch: str
    base: str = "main"
    slug: str = "acme/shop"
    login: str = "schema-ci[bot]"
    validate: bool = True
    state: str = "open"
    draft: bool = False
    head_slug: str = "acme/shop"
    head_override: str = ""
    protected: set[str] = field(default_factory=set)
    comments: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    before_commit: list[tuple[str, str]] = field(default_factory=list)
    before_answer: Callable[[int], None] | None = None
    url: str = ""
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._ids = 100
        self._arrived = 0
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        fake = self

        class Exchange(BaseHTTPRequestHandler):
            def do(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                fake.exchange(self, self.rfile.read(size))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - the standard library looks for these names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
                """Silent: `requests` is the log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if self.tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [each for each in self.requests if each[0] not in {"GET", "QUERY"}]

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        times: int = 1,
        *,
        after_write: bool = False,
        headers: Mapping[str, str] | None = None,
        message: str = "refused",
        seconds: float = 0.0,
    ) -> None:
        fault = Fault(
            method, re.compile(path), status, times, after_write, headers or {}, message, seconds
        )
        self.faults.append(fault)

    def git(self, *argv: str, text: bytes = b"", environ: Mapping[str, str] | None = None) -> str:
        who = ("-c", "user.name=schema-ci[bot]", "-c", "user.email=bot@localhost")
        done = subprocess.run(
            ("git", "--git-dir", str(self.bare), *who, *argv),
            input=text,
            env=environ,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise Answer(422, {"message": done.stderr.decode()[:200]})
        return done.stdout.decode().rstrip("\n")

    def head(self, branch: str = "") -> str:
        ref = f"refs/heads/{branch or self.branch}"
        try:
            # As git writes it: a process for each look is much of what a fake costs.
            return (self.bare / ref).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return self.git("rev-parse", ref)

    def make_tree(self, base: str, entries: list[dict[str, Any]]) -> str:
        """The tree of `base` with `entries` of mode, sha and path put in; no sha takes one out."""
        index = f"{self.bare}/index-of-the-fake"
        environ = {"GIT_INDEX_FILE": index, "PATH": "/usr/bin:/bin:/usr/local/bin"}
        self.git("read-tree", base, environ=environ)
        for entry in entries:
            if entry["sha"] is None:
                self.git("cat-file", "-e", f"{base}:{entry['path']}")
                gone = f"0 {'0' * 40}\t{entry['path']}\0".encode()
                self.git("update-index", "-z", "--index-info", text=gone, environ=environ)
                continue
            info = f"{entry['mode']},{entry['sha']},{entry['path']}"
            self.git("update-index", "--add", "--cacheinfo", info, environ=environ)
        made = self.git("write-tree", environ=environ)
        Path(index).unlink()
        return made

    def move_branches(self) -> None:
        """Make the moves that a test has ordered to happen just before a commit."""
        while self.before_commit:
            self.git("update-ref", *self.before_commit.pop())

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def verb(self, verb: str, path: str, body: Any) -> str:
        """How the request is logged: QUERY for a POST that only reads."""
        del path, body
        return verb

    def answer(self, verb: str, path: str, body: Any, query: Mapping[str, str]) -> tuple[int, Any]:
        """Status and JSON of one request. Raises Answer."""
        raise NotImplementedError

    def paged(
        self, answer: Any, path: str, query: Mapping[str, str], headers: dict[str, str]
    ) -> Any:
        """The asked page of a long answer; `headers` are those of the answer."""
        raise NotImplementedError

    def arrive(self) -> None:
        """Count a request, and let happen what a test has ordered for just before it."""
        with self._lock:
            number, self._arrived = self._arrived, self._arrived + 1
        # Not under the lock: what a test does meanwhile may be a run that asks us something.
        if self.before_answer is not None:
            self.before_answer(number)

    def exchange(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        verb, target = handler.command, urlsplit(handler.path)
        path = unquote(target.path)
        query = {key: value[0] for key, value in parse_qs(target.query).items()}
        body = json.loads(raw) if raw else None
        headers: dict[str, str] = {}
        self.arrive()
        with self._lock:
            self.requests.append((self.verb(verb, path, body), path))
            fault = self._fault(verb, path)
            status, answer = 200, None
            if fault is None or fault.after_write:
                try:
                    status, answer = self.answer(verb, path, body, query)
                except Answer as other:
                    status, answer = other.status, other.body
            if fault is not None and fault.status != 200:
                # What begins as HTML is no JSON either: a proxy's page.
                page = fault.message.startswith("<")
                status, answer = fault.status, fault.message if page else {"message": fault.message}
                headers.update(fault.headers)
            else:
                answer = self.paged(answer, target.path, query, headers)
        if fault is not None:
            time.sleep(fault.seconds)
        if not status:
            handler.connection.close()
            return
        body_text = answer if isinstance(answer, str) else json.dumps(answer)
        text = b"" if answer is None else body_text.encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def _fault(self, verb: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == verb and fault.path.search(path):
                fault.times -= 1
                return fault
        return None


def serve(kind: type[FakeForge], says: str | None) -> None:
    """Serve one fake alone until the process ends, as the command line asks for it."""
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--branch", required=True)
    parser.add_argument("--base", default="main")
    parser.add_argument("--slug", default="acme/shop")
    asked = parser.parse_args()
    with kind(
        asked.repo, asked.branch, asked.base, asked.slug, head_slug=asked.slug, validate=False
    ) as fake:
        asked.port_file.write_text(fake.url.rpartition(":")[2])
        threading.Event().wait()
