"""A pull request on the fake forge, checked out as GitHub Actions does it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.checkout import Checkout, Done, add_column, new_checkout
from tests.e2e.gitlab_scene import merge_request  # noqa: F401 - a fixture
from tests.fakes.github import FakeGitHub

BRANCH = 'jo\'s "e-mail" #1'.replace(" ", "-")
TOKEN = "ghs_planted0token0of0the0job"


@dataclass
class PullRequestScene:
    """`checkout` is the job's work tree; the branch lives in the forge's bare repository."""

    fake: FakeGitHub
    checkout: Checkout
    events: Path
    environ: dict[str, str] = field(default_factory=dict)
    branch: str = BRANCH

    def push(self) -> str:
        """Push what is checked out to the pull request's branch, as its author would."""
        self.checkout.git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{BRANCH}")
        return self.checkout.git("rev-parse", "HEAD")

    def run(self, *argv: str, **environ: str) -> Done:
        """A job for the head that the forge has now."""
        return self.rerun(self.fake.head(), *argv, **environ)

    def rerun(self, head: str, *argv: str, **environ: str) -> Done:
        """A job for `head`, whatever has become of the branch since."""
        slug, head_slug = self.fake.slug, self.fake.head_slug
        repo = {"full_name": slug}
        pull = {
            "number": 7,
            "head": {"sha": head, "ref": self.branch, "repo": {"full_name": head_slug}},
            "base": {"sha": self.fake.head("main"), "ref": "main", "repo": repo},
        }
        event = {"pull_request": pull, "repository": {**repo, "default_branch": "main"}}
        path = self.events / "event.json"
        path.write_text(json.dumps(event))
        self.checkout.environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_REPOSITORY": slug,
            "GITHUB_SERVER_URL": "https://github.invalid",
            "GITHUB_API_URL": self.fake.url,
            "GITHUB_GRAPHQL_URL": f"{self.fake.url}/graphql",
            "GITHUB_RUN_ID": "31",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_TOKEN": TOKEN,
            # A second between writes is for GitHub's sake; tests that wait for it say so.
            "SCHEMA_CI_API_MAX_WAIT": "0",
            **self.environ,
        }
        return self.checkout.run(*(argv or ("run",)), **environ)

    def show(self, path: str, commit: str = "") -> str:
        """A file as the branch has it."""
        return self.fake.git("show", f"{commit or f'refs/heads/{BRANCH}'}:{path}")


def new_scene(folder: Path, dialect: str) -> PullRequestScene:
    bare = folder / "bare.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(bare)), check=True)
    checkout = new_checkout(folder / "work", dialect)
    checkout.git("remote", "add", "origin", str(bare))
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("checkout", "--quiet", "-b", BRANCH)
    add_column(checkout)
    checkout.commit("ask for a column")
    scene = PullRequestScene(FakeGitHub(bare, BRANCH), checkout, folder)
    scene.push()
    return scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[PullRequestScene]:
    """A SQLite project whose desired schema asks for a column that no migration adds."""
    made = new_scene(tmp_path, "sqlite")
    with made.fake:
        yield made
    assert [] == made.fake.violations


@pytest.fixture
def postgres_scene(tmp_path: Path) -> Iterator[PullRequestScene]:
    """The same on PostgreSQL."""
    made = new_scene(tmp_path, "postgres")
    with made.fake:
        yield made
    assert [] == made.fake.violations
