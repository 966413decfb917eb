"""The orb's scripts under bats, with CircleCI's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.conftest import require
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene, scene  # noqa: F401 - a fixture

SCRIPTS = CHECKOUT / "circleci" / "src" / "scripts"


@pytest.fixture(scope="module")
def bats() -> str:
    found = shutil.which("bats")
    if found is None:
        require("needs bats: apt-get install bats")
    return found


def played(bats: str, file: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (bats, str(Path(__file__).with_name(file))),
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "SCRIPTS": str(SCRIPTS),
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_t3_t19_b19_the_scripts_hand_on_and_refuse(bats: str) -> None:
    done = played(bats, "scripts.bats")

    assert 0 == done.returncode, done.stdout + done.stderr


def test_b19_the_orb_reviews_a_pull_request_of_a_github_app_project(
    bats: str,
    scene: PullRequestScene,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """The repository is the one of `origin`, which git rewrites to where it is on this machine."""
    origin = "git@github.com:acme/shop.git"
    scene.checkout.git("remote", "set-url", "origin", origin)
    scene.checkout.git("config", f"url.{scene.fake.bare}.insteadOf", origin)
    command = tmp_path / "bin" / "schema-ci"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ci_runner "$@"\n')
    command.chmod(0o755)

    done = played(
        bats,
        "review.bats",
        PATH=f"{command.parent}:{os.environ['PATH']}",
        PYTHONPATH=str(CHECKOUT),
        WORK=str(scene.checkout.root),
        TOKEN_OF_THE_CONTEXT=TOKEN,
        CI="true",
        CIRCLECI="true",
        CIRCLE_BRANCH=BRANCH,
        CIRCLE_SHA1=scene.fake.head(),
        CIRCLE_PROJECT_USERNAME="Vc2Rd9wKcJRbSBeJdcrb2W",
        CIRCLE_BUILD_URL="https://circleci.invalid/31",
        GITHUB_API_URL=scene.fake.url,
        SCHEMA_CI_API_MAX_WAIT="0",
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert 1 == len(scene.fake.comments)
    assert "failure" in {run["conclusion"] for run in scene.fake.check_runs}
