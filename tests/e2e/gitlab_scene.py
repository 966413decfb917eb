"""A merge request on the fake GitLab, checked out as GitLab's runner does it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.checkout import Checkout, Done, add_column, new_checkout
from tests.fakes.gitlab import FakeGitLab

BRANCH = 'jo\'s-"e-mail"-#1'
TOKEN = "glpat-planted0token0of0the0project"
JOB_TOKEN = "glcbt-planted0token0of0the0job"


@dataclass
class MergeRequestScene:
    """`checkout` is the job's work tree; its origin is the fake, by the job's own token."""

    fake: FakeGitLab
    checkout: Checkout

    def job(self) -> dict[str, str]:
        """The variables of a detached merge request pipeline of the head that GitLab has now."""
        web = f"{self.fake.url}/{self.fake.slug}"
        merge = {
            "IID": "7",
            "EVENT_TYPE": "detached",
            "PROJECT_ID": "1",
            "PROJECT_PATH": self.fake.slug,
            "PROJECT_URL": web,
            "SOURCE_BRANCH_NAME": BRANCH,
            "SOURCE_BRANCH_SHA": "",
            "SOURCE_PROJECT_ID": "1",
            "SOURCE_PROJECT_PATH": self.fake.slug,
            "TARGET_BRANCH_NAME": "main",
            "TARGET_BRANCH_SHA": "",
            "DIFF_BASE_SHA": self.fake.head("main"),
        }
        return {
            **{f"CI_MERGE_REQUEST_{name}": value for name, value in merge.items()},
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_API_V4_URL": self.fake.api,
            "CI_PROJECT_ID": "1",
            "CI_PROJECT_PATH": self.fake.slug,
            "CI_PROJECT_URL": web,
            "CI_COMMIT_SHA": self.fake.head(),
            "CI_DEFAULT_BRANCH": "main",
            "CI_PIPELINE_ID": "88",
            "CI_JOB_URL": f"{web}/-/jobs/5",
            "CI_JOB_TOKEN": JOB_TOKEN,
            "SCHEMA_CI_GITLAB_TOKEN": TOKEN,
        }

    def of_merge_request(self) -> tuple[str, ...]:
        """Names of the variables that only pipelines of merge requests have."""
        return tuple(name for name in self.job() if name.startswith("CI_MERGE_REQUEST_"))

    def run(self, *argv: str, without: tuple[str, ...] = (), **environ: str) -> Done:
        """A job for the head that GitLab has now."""
        job = {name: value for name, value in self.job().items() if name not in without}
        self.fake.pipelines = {88: {**job, **environ}["CI_COMMIT_SHA"]}
        self.checkout.environ = job
        return self.checkout.run(*(argv or ("run",)), **environ)

    def component(self, clients: Path, inputs: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """The job of the component, started by gitlab-ci-local as GitLab's runner would."""
        self.fake.pipelines = {88: self.fake.head()}
        given = f"include:\n  - local: /component/template.yml\n    inputs:\n{inputs}"
        self.checkout.write(".gitlab-ci.yml", given)
        home = self.checkout.root.parent / "home"
        home.mkdir(exist_ok=True)
        variables = [f"--variable={name}={value}" for name, value in self.job().items()]
        return subprocess.run(
            (
                *("node", str(clients / ".bin" / "gitlab-ci-local"), "--force-shell-executor"),
                *(argv or ("schema-ci",)),
                *variables,
            ),
            cwd=self.checkout.root,
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def write_migration(self, sql: str) -> str:
        """Push one more file of the merge request's author; the new head."""
        self.checkout.write("migrations/20260202000000_more.sql", sql)
        assert 0 == self.checkout.run("hash").code
        made = self.checkout.commit("write a migration")
        self.checkout.git("push", "--quiet", str(self.fake.bare), f"HEAD:refs/heads/{BRANCH}")
        return made

    def follow(self) -> None:
        """Check out what the branch is now, as the job of its next pipeline does."""
        self.checkout.git("fetch", "--quiet", "origin", BRANCH)
        self.checkout.git("reset", "--quiet", "--hard", "FETCH_HEAD")

    def states(self) -> list[str]:
        return [each["status"] for each in self.fake.statuses]


@pytest.fixture
def merge_request(tmp_path: Path) -> Iterator[MergeRequestScene]:
    """A SQLite project whose desired schema asks for a column that no migration adds."""
    bare = tmp_path / "bare.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(bare)), check=True)
    checkout = new_checkout(tmp_path / "work", "sqlite")
    template = Path(__file__).parents[2] / "gitlab" / "templates" / "schema-ci" / "template.yml"
    (checkout.root / "component").mkdir()
    shutil.copy(template, checkout.root / "component" / "template.yml")
    checkout.write(".gitignore", "/.gitlab-ci-local/\n/schema-ci-report/\n")
    checkout.commit("include the component")
    checkout.git("push", "--quiet", str(bare), "main")
    checkout.git("checkout", "--quiet", "-b", BRANCH)
    add_column(checkout)
    checkout.commit("ask for a column")
    checkout.git("push", "--quiet", str(bare), f"HEAD:refs/heads/{BRANCH}")
    fake = FakeGitLab(bare, BRANCH, token=TOKEN, job_token=JOB_TOKEN)
    with fake:
        host = fake.url.removeprefix("http://")
        origin = f"http://gitlab-ci-token:{JOB_TOKEN}@{host}/{fake.slug}.git"
        checkout.git("remote", "add", "origin", origin)
        checkout.git("fetch", "--quiet", "origin")
        yield MergeRequestScene(fake, checkout)
    assert [] == fake.violations
    assert [] == fake.obeyed
