"""Open the checkout that a command was started in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ci_runner.cli.common import Common
from ci_runner.config.load import NAME, load
from ci_runner.config.model import Config
from ci_runner.errors import UsageError
from ci_runner.git import Git, find_repository
from ci_runner.lint.notices import NOTICES
from ci_runner.lint.rules import RULES
from ci_runner.pipeline.cache import cache
from ci_runner.pipeline.workspace import Workspace
from ci_runner.providers import detect


def open_workspace(
    common: Common,
    *,
    config: str = "",
    base: str | None = None,
    flags: Mapping[str, object] | None = None,
) -> Workspace:
    """The folder around the current one that is a checkout, else the current one.

    `base` is the ref that the change will be merged into, and needs a repository; None means that
    what is committed counts as merged.
    """
    git = find_repository(Path.cwd())
    root = git.root if git else Path.cwd()
    loaded = _load(common, root, config, {**common.flags, **(flags or {})})
    head = git.head_if_any() if git else None
    kept = cache(loaded, root, lambda: detect(os.environ), common.out.log.info)
    if base is None:
        return Workspace(root, loaded, git, head, head, cache=kept)
    if git is None:
        raise UsageError(
            "--base needs a git repository", where=str(root), next_step="run in a checkout"
        )
    return Workspace(root, loaded, git, git.merge_base(base), git.head(), base, kept)


def open_config(common: Common, config: str, flags: Mapping[str, object]) -> Config | None:
    """The configuration if there is one, for commands that can do without."""
    git: Git | None = find_repository(Path.cwd())
    root = git.root if git else Path.cwd()
    if not config and not (root / NAME).is_file():
        return None
    return _load(common, root, config, {**common.flags, **flags})


def open_settings(common: Common, config: str, flags: Mapping[str, object]) -> Config:
    """The configuration, or without a file what defaults, environment and flags come to.

    `flags` settle the dialect, so that no project is asked for.
    """
    git: Git | None = find_repository(Path.cwd())
    root = git.root if git else Path.cwd()
    return _load(common, root, config, {**common.flags, **flags})


def _load(common: Common, root: Path, config: str, flags: Mapping[str, object]) -> Config:
    known = [*(rule.id for rule in RULES), *(notice.id for notice in NOTICES if not notice.fixed)]
    given = {key: value for key, value in flags.items() if value not in (None, "", ())}
    loaded = load(root, os.environ, given, known, file=_relative(root, config))
    common.out.redactor.register_url(loaded.dev_url)
    if loaded.cache_secret:
        common.out.redactor.register(loaded.cache_secret)
    for key, origin in loaded.origins.items():
        common.out.log.detail(f"{key}: from {origin}")
    return loaded


def _relative(root: Path, config: str) -> str:
    """A file named on the command line is meant from the current folder."""
    if not config:
        return ""
    place = Path.cwd() / config
    inside = place.is_relative_to(root)
    return place.relative_to(root).as_posix() if inside else str(place)
