"""The same forge against `emulate`, an independent server for the calls that it knows.

It has no GraphQL, as GitHub has none for some tokens, no commit statuses, commits without the tree
that GitHub tells, and replaces annotations where GitHub adds them: these the fake alone tries.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from ci_runner.config.comments import Comments
from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.forges.github import GitHubForge, github
from ci_runner.publish.awaited import awaited_check
from ci_runner.publish.outcome import Outcome, Published, Skipped
from ci_runner.publish.publish import PublishSettings, announce, commit
from ci_runner.publish.talk import Talk
from ci_runner.report.model import Report, ReportedFinding
from tests.publish.conftest import a_report

pytestmark = pytest.mark.node
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


@pytest.fixture(scope="module")
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


def test_a1_a2_a6_a12_comment_and_check_are_written_once_and_then_edited(
    emulated: Emulated,
) -> None:
    build = emulated.pull_request("work")
    assert build.pull_request is not None
    head, number = build.pull_request.head_sha, build.pull_request.number

    first = emulated.publish(build, a_report(), "one\n")
    again = emulated.publish(build, a_report(), "one\n")
    emulated.publish(build, a_report(), "two\n")

    assert [Skipped, Published, Published] == [type(each) for each in first]
    assert [Skipped] * 3 == [type(each) for each in again]
    (comment,) = emulated.call("GET", f"issues/{number}/comments")
    assert comment["body"].endswith("-->\ntwo\n")
    runs = emulated.call("GET", f"commits/{head}/check-runs")["check_runs"]
    assert {"completed"} == {run["status"] for run in runs}


def test_a14_annotations_arrive_with_the_result(emulated: Emulated) -> None:
    build = emulated.pull_request("annotated")
    assert build.pull_request is not None
    path = a_report().projects[0].files[0].path
    found = tuple(ReportedFinding(f"r{n}", "error", "m", path, n + 1, n + 1) for n in range(40))

    emulated.publish(build, a_report(findings=found), "text\n")

    runs = emulated.call("GET", f"commits/{build.pull_request.head_sha}/check-runs")["check_runs"]
    (run,) = (run for run in runs if run["name"] == "schema-ci / all")
    assert ("completed", "failure") == (run["status"], run["conclusion"])
    assert 40 == run["output"]["annotations_count"]


def test_a3_our_comment_is_found_behind_a_page_of_others(emulated: Emulated) -> None:
    build = emulated.pull_request("busy")
    assert build.pull_request is not None
    number = build.pull_request.number
    for each in range(105):
        emulated.call("POST", f"issues/{number}/comments", body=str(each))

    emulated.publish(build, a_report(), "one\n")
    emulated.publish(build, a_report(), "two\n")

    found = emulated.session.get(
        f"{emulated.url}/repos/{SLUG}/issues/{number}/comments?per_page=100&page=2", timeout=10
    ).json()
    assert 6 == len(found)
    assert found[-1]["body"].endswith("\ntwo\n")


def test_a4_a22_comments_are_replaced_and_labels_kept(emulated: Emulated) -> None:
    build = emulated.pull_request("replaced")
    assert build.pull_request is not None
    number = build.pull_request.number

    for run, text in (("5", "one\n"), ("6", "two\n")):
        later = replace(build, run_id=run)
        emulated.publish(later, a_report(), text, mode="delete-and-new", labels=True)

    (comment,) = emulated.call("GET", f"issues/{number}/comments")
    assert comment["body"].endswith("\ntwo\n")
    labels = emulated.call("GET", f"pulls/{number}")["labels"]
    assert ["schema-change"] == [label["name"] for label in labels]
