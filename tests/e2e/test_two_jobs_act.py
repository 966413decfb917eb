"""The trusted job of docs/forks.md as `act` starts it for the event workflow_run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import CHECKOUT
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene

WORKFLOW = """
on:
  workflow_run:
    workflows: [schema]
    types: [completed]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.action/setup
      - run: schema-ci publish --from "$ARTIFACT"
        env:
          GITHUB_TOKEN: ${{ github.token }}
"""


def bring_action(root: Path) -> None:
    """The action with the tests' own environment: nothing is installed."""
    for name in ("script", "setup"):
        shutil.copytree(CHECKOUT / name, root / ".action" / name)
    for name in ("pyproject.toml", "requirements.lock", "requirements-run.lock"):
        shutil.copy2(CHECKOUT / name, root / ".action" / name)
    binaries = root / ".action" / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name in ("python", "schema-ci"):
        command = binaries / name
        command.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n')
        command.chmod(0o755)
    stamp = Path(sys.executable).parent.parent / ".ready-test"
    shutil.copy2(stamp, binaries.parent / stamp.name)


def test_a19_act_runs_both_jobs_of_a_fork(scene: PullRequestScene, tmp_path: Path) -> None:
    scene.fake.head_slug = "mallory/shop"
    reviewed = scene.run("run", "--no-publish", GITHUB_TOKEN="")
    assert ExitCode.DRIFT == reviewed.code
    artifact = tmp_path / "artifact"
    shutil.copytree(scene.checkout.root / "schema-ci-report", artifact)
    root = scene.checkout.root
    scene.checkout.git("checkout", "--quiet", "--force", "main")
    scene.checkout.write(".github/workflows/report.yml", WORKFLOW)
    scene.checkout.write(".gitignore", "/.action/\n")
    scene.checkout.commit("add the workflow")
    scene.checkout.git("push", "--quiet", "origin", "main")
    bring_action(root)
    run = {
        "id": 77,
        "event": "pull_request",
        "conclusion": "failure",
        "head_sha": scene.fake.head(),
        "head_branch": BRANCH,
        "pull_requests": [],
        "head_repository": {"full_name": "mallory/shop"},
    }
    repository = {"full_name": scene.fake.slug, "default_branch": "main"}
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"workflow_run": run, "repository": repository}))
    home = tmp_path / "home"
    home.mkdir()

    done = subprocess.run(
        (
            *(str(Path(sys.executable).with_name("act")), "workflow_run"),
            *("--workflows", ".github/workflows/report.yml", "--eventpath", str(event)),
            *("--platform", "ubuntu-latest=-self-hosted", "--no-cache-server"),
            *("--use-gitignore=false", "--env", f"GITHUB_API_URL={scene.fake.url}"),
            *("--env", f"GITHUB_GRAPHQL_URL={scene.fake.url}/graphql"),
            *("--env", f"GITHUB_REPOSITORY={scene.fake.slug}", "--env", f"ARTIFACT={artifact}"),
            *("--secret", f"GITHUB_TOKEN={TOKEN}"),
        ),
        cwd=root,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert 0 != done.returncode, done.stdout
    assert f"exit status {int(ExitCode.DRIFT)}" in done.stdout, done.stdout
    (comment,) = scene.fake.comments
    assert "Reported by an untrusted job" in comment["body"]
    assert ["failure"] == [run["conclusion"] for run in scene.fake.check_runs]
    assert TOKEN not in done.stdout + done.stderr
