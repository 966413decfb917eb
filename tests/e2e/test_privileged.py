"""A job for `pull_request_target` has secrets: with a fork's commit checked out nothing is done."""

from __future__ import annotations

import pytest

from ci_runner.errors import ExitCode
from tests.e2e.conftest import TOKEN, PullRequestScene

TARGET = {"GITHUB_EVENT_NAME": "pull_request_target", "SCHEMA_CI_COMMIT": "push"}


@pytest.fixture
def fork(scene: PullRequestScene) -> PullRequestScene:
    scene.fake.head_slug = "mallory/shop"
    return scene


@pytest.mark.parametrize(
    "argv", [("run",), ("diff",), ("lint", "--base", "main"), ("dry-run", "--base", "main")]
)
def test_t1_a_forks_commit_is_not_read_beside_secrets(
    argv: tuple[str, ...], fork: PullRequestScene
) -> None:
    fork.checkout.write("schema-ci.toml", "this is = not [TOML")
    files = fork.checkout.files()

    done = fork.run(*argv, **TARGET)

    assert ExitCode.USAGE == done.code, done.err
    assert "pull request 7 is a fork's" in done.err
    assert "review it in a job for `pull_request`" in done.err
    assert "TOML" not in done.err
    assert files == fork.checkout.files()
    assert [] == [path for verb, path in fork.fake.writes if "check-runs" not in path]
    assert TOKEN not in done.said


def test_t1_a_commit_that_merges_the_forks_is_the_forks_too(fork: PullRequestScene) -> None:
    fork.checkout.git("checkout", "--quiet", "main")
    fork.checkout.commit("meanwhile")
    fork.checkout.git("push", "--quiet", "origin", "main")
    fork.checkout.git("merge", "--quiet", "--no-edit", "-")

    assert ExitCode.USAGE == fork.run("validate", **TARGET).code


def test_t1_the_base_branch_may_be_read_and_is_not_reviewed(fork: PullRequestScene) -> None:
    fork.checkout.git("checkout", "--quiet", "main")

    assert ExitCode.OK == fork.run("validate", **TARGET).code
    done = fork.run(**TARGET)
    assert ExitCode.GIT == done.code
    assert "review it in a job for `pull_request`" in done.err


def test_t1_a_branch_of_the_repository_itself_is_nobody_s_fork(scene: PullRequestScene) -> None:
    assert ExitCode.OK == scene.run(**TARGET).code
