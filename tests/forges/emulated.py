"""`emulate`, an independent GitHub on a socket, with one repository."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from ci_runner.config.comments import Comments
from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.forges.github import GitHubForge, github
from ci_runner.publish.awaited import awaited_check
from ci_runner.publish.outcome import Outcome
from ci_runner.publish.publish import PublishSettings, announce, commit
from ci_runner.publish.talk import Talk
from ci_runner.report.model import Report

TOKEN = "ghp_emulated_token"
SLUG = "octocat/shop"
SEED = f"""
tokens:
  {TOKEN}: {{login: octocat, scopes: [repo, user]}}
github:
  users: [{{login: octocat, name: Octo, email: octocat@localhost}}]
  repos: [{{owner: octocat, name: shop, auto_init: true}}]
"""


class Emulated:
    """PyGithub insists on the host name that it was given, which `emulate` spells `localhost`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"

    def call(self, verb: str, path: str, **body: Any) -> Any:
        where = f"{self.url}/repos/{SLUG}/{path}"
        answer = self.session.request(verb, where, json=body or None, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def pull_request(self, branch: str) -> Build:
        """A new branch with a commit of its own and a pull request from it to main."""
        base = self.call("GET", "git/ref/heads/main")["object"]["sha"]
        file = {"path": "a.sql", "mode": "100644", "type": "blob", "content": branch}
        tree = self.call("POST", "git/trees", tree=[file])["sha"]
        made = self.call("POST", "git/commits", message="work", tree=tree, parents=[base])["sha"]
        self.call("POST", "git/refs", ref=f"refs/heads/{branch}", sha=made)
        number = self.call("POST", "pulls", title="t", head=branch, base="main")["number"]
        pull = PullRequest(number, Sha(made), branch, SLUG, Sha(base), "main", SLUG)
        where = Repository("github", SLUG, f"{self.url}/{SLUG}", self.url)
        return Build("github-actions", where, pull, run_id="5", run_url=f"{self.url}/runs/5")

    def forge(self) -> GitHubForge:
        where = Repository("github", SLUG, f"{self.url}/{SLUG}", self.url)
        return github(where, TOKEN, sleep=time.sleep, seconds_between_writes=0)

    def publish(self, build: Build, report: Report, text: str, **comments: Any) -> list[Outcome]:
        assert build.pull_request is not None
        talk = Talk(self.forge(), build, build.pull_request)
        settings = PublishSettings(
            ("db/migrations",), ("db/migrations",), comments=Comments(**comments)
        )
        with awaited_check(talk, settings.check_name, print) as check:
            committed = commit(report, talk, settings)
            now = datetime(2026, 1, 1, tzinfo=UTC)
            told = announce(committed, talk, settings, lambda _, level: text, now, check)
        return [committed.outcome, *told]


@pytest.fixture(scope="session")
def emulated(clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    seed = tmp_path_factory.mktemp("emulate") / "seed.yaml"
    seed.write_text(SEED)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = ("start", "--service", "github", "--seed", str(seed), "--port", str(port))
    with subprocess.Popen(
        (str(clients / ".bin" / "emulate"), *argv),
        cwd=seed.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            while TOKEN not in (line := server.stdout.readline()):
                assert line, "emulate ended before it served"
            yield Emulated(port)
        finally:
            server.terminate()
