"""A throw-away git checkout with a merged base and new files on top, and `schema-ci` run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Cost, process

_WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")


def environ() -> dict[str, str]:
    """Ours without what would tell schema-ci or git that it runs elsewhere."""
    kept = {"PATH", "LANG", "LC_ALL", "TMPDIR", "HOME"}
    return {
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": str(Path.cwd()),
        **{name: value for name, value in os.environ.items() if name in kept},
    }


def schema_ci(
    *arguments: str,
    cwd: Path,
    more: Mapping[str, str] | None = None,
    accept: tuple[int, ...] = (0,),
) -> Cost:
    """`schema-ci` as a user starts it."""
    command = (sys.executable, "-m", "ci_runner", *arguments)
    return process(command, cwd=cwd, environ={**environ(), **(more or {})}, accept=accept)


@dataclass(frozen=True, slots=True)
class Checkout:
    """`main` is what is merged; the work tree stands on a branch with what is new."""

    root: Path

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ("git", *_WHO, *arguments),
            cwd=self.root,
            check=True,
            capture_output=True,
            env=environ(),
        )

    def write(self, files: Mapping[str, str], message: str) -> None:
        for name, text in files.items():
            place = self.root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)


def checkout(
    root: Path, merged: Mapping[str, str], new: Mapping[str, str], dialect: str
) -> Checkout:
    """A repository whose migration directory is `migrations`, in the plain format."""
    root.mkdir(parents=True)
    made = Checkout(root)
    made.git("init", "--quiet", "--initial-branch=main")
    config = (
        f'[[project]]\nname = "bench"\ndialect = "{dialect}"\n'
        'directory = "migrations"\nformat = "plain"\n'
    )
    made.write({"schema-ci.toml": config, **merged}, "merged")
    made.git("checkout", "--quiet", "-b", "change")
    made.write(new, "change")
    return made
