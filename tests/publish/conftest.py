"""A fake GitHub over a real bare repository with a pull-request branch of an awkward name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ci_runner.config.comments import Comments
from ci_runner.config.commits import Author, Commits
from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.forges.github import GitHubForge, github
from ci_runner.publish.awaited import AwaitedCheck, awaited_check
from ci_runner.publish.outcome import Outcome
from ci_runner.publish.publish import PublishSettings, announce, commit
from ci_runner.publish.size import Render
from ci_runner.publish.talk import Talk
from ci_runner.report.model import (
    GeneratedFile,
    Report,
    ReportedBuild,
    ReportedFile,
    ReportedFinding,
    ReportedProject,
)
from tests.fakes.github import FakeGitHub

BRANCH = 'it\'s/a-"quoted"-bränch#1'
INPUTS = ("schema-ci.toml", "db/migrations", "schema.sql")
ADDED = "db/migrations/0_new.sql"
TOKEN = "ghp_planted_secret"


@dataclass
class Scene:
    fake: FakeGitHub
    waits: list[float] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def forge(self, author: Author | None = None) -> GitHubForge:
        where = Repository("github", "acme/shop", "https://github.invalid/acme/shop", self.fake.url)
        return github(
            where, TOKEN, author=author, sleep=self.waits.append, seconds_between_writes=0
        )

    def build(self, run: str = "5") -> Build:
        head, base = Sha(self.fake.head()), Sha(self.fake.head("main"))
        slug = "acme/shop"
        pull = PullRequest(7, head, BRANCH, slug, base, "main", slug)
        where = Repository("github", slug, "https://github.invalid/acme/shop", self.fake.url)
        url = f"https://github.invalid/acme/shop/actions/runs/{run}"
        return Build("github-actions", where, pull, run_id=run, run_url=url)

    def publish(
        self,
        *generated: GeneratedFile,
        render: Render = lambda level: f"report {level}\n",
        build: Build | None = None,
        report: Report | None = None,
        at: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        **comments: Any,
    ) -> tuple[Outcome, ...]:
        settings = PublishSettings(
            ("db/migrations",), INPUTS, commits=Commits("push"), comments=Comments(**comments)
        )
        where = build or self.build()
        assert where.pull_request is not None
        talk = Talk(self.forge(), where, where.pull_request)
        committed = commit(report or a_report(*generated), talk, settings)

        def draw(_: Report, level: int) -> str:
            return render(level)

        return (
            committed.outcome,
            *announce(committed, talk, settings, draw, at),
        )

    def add_file(self, path: str, content: bytes) -> None:
        """Push a file to the pull request's branch, once."""
        blob = self.fake.git("hash-object", "-w", "--stdin", text=content)
        tree = self.fake.make_tree(self.head(), [{"mode": "100644", "sha": blob, "path": path}])
        if tree != self.fake.git("rev-parse", f"{self.head()}^{{tree}}"):
            pushed = self.fake.git("commit-tree", tree, "-p", self.head(), "-m", "more")
            self.fake.git("update-ref", f"refs/heads/{BRANCH}", pushed)

    def head(self) -> Sha:
        return Sha(self.fake.head())

    @contextmanager
    def awaited(self, hide: str = "") -> Iterator[tuple[Talk, AwaitedCheck]]:
        """A run from its start: what it is told through, and the check that shows it."""
        where = self.build()
        assert where.pull_request is not None
        talk = Talk(self.forge(), where, where.pull_request)

        def told(text: str) -> str:
            return text.replace(hide, "***") if hide else text

        with awaited_check(talk, "schema-ci / all", self.warnings.append, told) as check:
            yield talk, check

    def tell(
        self, talk: Talk, awaited: AwaitedCheck, report: Report | None = None
    ) -> tuple[Outcome, ...]:
        """The end of such a run."""
        settings = PublishSettings(("db/migrations",), INPUTS, commits=Commits("push"))
        committed = commit(report or a_report(), talk, settings)
        now = datetime(2026, 1, 1, tzinfo=UTC)
        told = announce(committed, talk, settings, lambda _, level: f"{level}\n", now, awaited)
        return committed.outcome, *told


def a_report(
    *generated: GeneratedFile, findings: tuple[ReportedFinding, ...] = (), new: str = ADDED
) -> Report:
    """Of a change with one new file, none where `new` is ""."""
    files = (ReportedFile(new, "new", 1, "0" * 64),) if new else ()
    project = ReportedProject(
        *("shop", "sqlite", "3", "db/migrations", "atlas", "in-sync"),
        files=files,
        findings=findings,
        generated=generated,
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
