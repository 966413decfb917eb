"""Open the checkout that a command was started in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ci_runner.cli.terminal import Terminal
from ci_runner.config.load import load
from ci_runner.context import Sha
from ci_runner.errors import UsageError
from ci_runner.git import open_repository
from ci_runner.lint.rules import RULES
from ci_runner.pipeline.workspace import Workspace

_EXTRA = ("checksum", "unused-ignore")


def open_workspace(
    out: Terminal, *, config: str, base: str, flags: Mapping[str, object]
) -> Workspace:
    """The checkout around the current folder. `base` "" means HEAD: what is committed is merged."""
    git = open_repository(Path.cwd())
    known = [*(rule.id for rule in RULES), *_EXTRA]
    loaded = load(git.root, os.environ, _given(flags), known, file=config)
    out.redactor.register_url(loaded.dev_url)
    for key, origin in loaded.origins.items():
        out.detail(f"{key}: from {origin}")
    head = git.head()
    return Workspace(git, loaded, git.merge_base(base) if base else head, head)


def base_of(base: str, pull_request_base: str, sha: Sha | None) -> str:
    """The ref that the change starts from: as told, else the pull request's base."""
    if base or pull_request_base:
        return base or pull_request_base
    if sha:
        return sha
    raise UsageError(
        "no pull request was found in the environment",
        next_step="give --base REF, the branch that the change will be merged into",
    )


def _given(flags: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in flags.items() if value not in (None, "")}
