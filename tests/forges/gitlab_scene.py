"""A fake GitLab over a real bare repository with a merge request's branch of an awkward name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ci_runner.context import Repository, Sha
from ci_runner.forges.gitlab import GitLabForge, gitlab
from ci_runner.git import Git
from tests.fakes.gitlab import FakeGitLab

BRANCH = 'it\'s/a-"quoted"-bränch#1'
TOKEN = "glpat-planted-secret"
JOB_TOKEN = "glcbt-planted-job-token"
FILE = "db/migrations/1.sql"


@dataclass
class GitLabScene:
    fake: FakeGitLab
    folder: Path
    waits: list[float] = field(default_factory=list)

    def repository(self) -> Repository:
        return Repository("gitlab", "acme/shop", f"{self.fake.url}/acme/shop", self.fake.api)

    def forge(self, token: str = TOKEN, **more: Any) -> GitLabForge:
        return gitlab(self.repository(), token, sleep=self.waits.append, **more)

    def head(self) -> Sha:
        return Sha(self.fake.head())

    def checkout(self) -> Git:
        """A clone as a job has it; what it may fetch with lets it push nowhere."""
        place = self.folder / "checkout"
        if not place.exists():
            subprocess.run(
                ("git", "clone", "-q", "-b", BRANCH, str(self.fake.bare), str(place)), check=True
            )
            nowhere = f"{self.fake.url}/nobody/nothing.git"
            subprocess.run(("git", "-C", place, "remote", "set-url", "origin", nowhere), check=True)
        return Git(place)

    def work(self, **files: str) -> str:
        """One more commit on the branch, made by somebody else; its name."""
        blobs = {
            text: self.fake.git("hash-object", "-w", "--stdin", text=text.encode())
            for text in set(files.values())
        }
        entries = [
            {"mode": "100644", "sha": blobs[text], "path": path} for path, text in files.items()
        ]
        tree = self.fake.make_tree(self.fake.head(), entries)
        return self.fake.git("commit-tree", tree, "-p", self.fake.head(), "-m", "more work")

    def move(self, sha: str) -> None:
        self.fake.git("update-ref", f"refs/heads/{BRANCH}", sha)


@pytest.fixture
def gitlab_scene(tmp_path: Path) -> Iterator[GitLabScene]:
    """Without quick actions ever obeyed and without a request that GitLab would not know."""
    bare = tmp_path / "bare.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(bare)), check=True)
    fake = FakeGitLab(bare, BRANCH, token=TOKEN, job_token=JOB_TOKEN)
    empty = fake.git("hash-object", "-t", "tree", "-w", "--stdin")
    first = fake.git("commit-tree", empty, "-m", "first")
    fake.git("update-ref", "refs/heads/main", first)
    made = GitLabScene(fake, tmp_path)
    fake.git("update-ref", f"refs/heads/{BRANCH}", first)
    made.move(made.work(**{FILE: "SELECT 1;\n"}))
    with fake:
        yield made
    assert [] == fake.violations
    assert [] == fake.obeyed
