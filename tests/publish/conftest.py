"""A fake GitHub over a real bare repository with a pull-request branch of an awkward name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.forges.github import GitHubForge, github
from ci_runner.publish.outcome import Outcome
from ci_runner.publish.publish import PublishSettings, announce, commit
from ci_runner.publish.size import Render
from ci_runner.report.model import GeneratedFile, Report, ReportedBuild, ReportedProject
from tests.fakes.github import FakeGitHub

BRANCH = 'it\'s/a-"quoted"-bränch#1'
INPUTS = ("schema-ci.toml", "db/migrations", "schema.sql")
TOKEN = "ghp_planted_secret"


@dataclass
class Scene:
    fake: FakeGitHub
    waits: list[float] = field(default_factory=list)

    def forge(self) -> GitHubForge:
        where = Repository("github", "acme/shop", "https://github.invalid/acme/shop", self.fake.url)
        return github(where, TOKEN, sleep=self.waits.append, seconds_between_writes=0)

    def build(self, run: str = "5") -> Build:
        head, base = Sha(self.fake.head()), Sha(self.fake.head("main"))
        slug = "acme/shop"
        pull = PullRequest(7, head, BRANCH, slug, base, "main", slug)
        where = Repository("github", slug, "https://github.invalid/acme/shop", self.fake.url)
        return Build("github-actions", where, pull, run_id=run)

    def publish(
        self,
        *generated: GeneratedFile,
        render: Render = lambda level: f"report {level}\n",
        build: Build | None = None,
        report: Report | None = None,
    ) -> tuple[Outcome, ...]:
        settings = PublishSettings(("db/migrations",), INPUTS, commit=True)
        now = datetime(2026, 1, 1, tzinfo=UTC)
        forge, where = self.forge(), build or self.build()
        committed = commit(report or a_report(*generated), forge, where, settings)

        def draw(_: Report, level: int) -> str:
            return render(level)

        return (
            committed.outcome,
            *announce(committed, forge, where, settings, draw, now),
        )


def a_report(*generated: GeneratedFile) -> Report:
    project = ReportedProject(
        "shop", "sqlite", "3", "db/migrations", "atlas", "in-sync", generated=generated
    )
    return Report("1.0", ReportedBuild(), (project,))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    bare = tmp_path / "bare.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(bare)), check=True)
    fake = FakeGitHub(bare, BRANCH)
    empty = fake.git("hash-object", "-t", "tree", "-w", "--stdin")
    first = fake.git("commit-tree", empty, "-m", "first")
    fake.git("update-ref", "refs/heads/main", first)
    work = fake.git("commit-tree", empty, "-p", first, "-m", "work")
    fake.git("update-ref", f"refs/heads/{BRANCH}", work)
    with fake:
        yield Scene(fake)
    assert [] == fake.violations
