"""The stage of the demo: a repository with a pull request, and jobs as GitHub starts them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.github import FakeGitHub

SLUG = "acme/shop"
BASE = "main"
BRANCH = "feature/coupons"
NUMBER = 7
LOGIN = "github-actions[bot]"
_WEB = "https://github.invalid"
_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
# What a job may see of this machine; everything else it is told by the stage.
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")
_DATES = ("2026-02-10T09:00:00Z", "2026-02-12T16:30:00Z")


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder that holds the forge's bare repository and one checkout per job."""

    folder: Path

    @property
    def bare(self) -> Path:
        return self.folder / "github.git"

    def git(self, *arguments: str, at: Path | None = None, date: str = _DATES[0]) -> str:
        """What one git command says, untouched by the settings of whoever plays the demo."""
        who = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": date}
        identity = {
            f"GIT_{role}_{key}": text
            for role in ("AUTHOR", "COMMITTER")
            for key, text in who.items()
        }
        environment = {**_machine(), **identity, "GIT_CONFIG_GLOBAL": os.devnull}
        return subprocess.run(
            ["git", *arguments],
            cwd=at or self.bare,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def open_pull_request(self, example: str) -> None:
        """Push the example's `base` as main, and its `change` on top as the branch."""
        work = self.folder / "work"
        self.git("init", "-q", "--bare", "-b", BASE, str(self.bare), at=self.folder)
        self.git("clone", "-q", str(self.bare), str(work), at=self.folder)
        self.git("checkout", "-q", "-b", BASE, at=work)
        titles = ("Orders and products", "Let customers use coupons")
        for state, title, date in zip(("base", "change"), titles, _DATES, strict=True):
            if state == "change":
                self.git("checkout", "-q", "-b", BRANCH, at=work)
            shutil.copytree(_EXAMPLES / example / state, work, dirs_exist_ok=True)
            self.git("add", "--all", at=work)
            self.git("commit", "-q", "-m", title, at=work, date=date)
        self.git("push", "-q", "origin", BASE, BRANCH, at=work)

    def run(self, forge: FakeGitHub, number: int, say: Callable[[str], None]) -> int:
        """Run `schema-ci run` as job `number` on the pull request's head; returns its exit code.

        The checkout is what actions/checkout makes of `fetch-depth: 0` and the head's sha. `say`
        gets each line that the job prints.
        """
        checkout = self.folder / f"job-{number}"
        head = forge.head()
        self.git("clone", "-q", str(self.bare), str(checkout), at=self.folder)
        self.git("checkout", "-q", "--detach", head, at=checkout)
        event = self.folder / f"event-{number}.json"
        event.write_text(json.dumps(_event(head, forge.head(BASE))), encoding="utf-8")
        environment = {
            **_machine(),
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": SLUG,
            "GITHUB_SERVER_URL": _WEB,
            "GITHUB_API_URL": forge.url,
            "GITHUB_RUN_ID": str(1000 + number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_TOKEN": "the-demo-has-no-secret",
            # Our stand-in does not mind writes without a second between them.
            "SCHEMA_CI_API_MAX_WAIT": "0",
            "SCHEMA_CI_COMMIT": "push",
        }
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "ci_runner", "run"],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        ) as job:
            assert job.stdout is not None  # noqa: S101 - a pipe was asked for
            for line in job.stdout:
                say(line.rstrip("\n"))
        return job.returncode


def _machine() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _event(head: str, base: str) -> dict[str, object]:
    """The part of a `pull_request` event that says which pull request this is."""
    repository = {"full_name": SLUG, "default_branch": BASE}
    return {
        "action": "synchronize",
        "repository": repository,
        "pull_request": {
            "number": NUMBER,
            "draft": False,
            "head": {"sha": head, "ref": BRANCH, "repo": repository},
            "base": {"sha": base, "ref": BASE, "repo": repository},
        },
    }
