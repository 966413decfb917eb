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
from ci_runner.lint.rule import GROUPS
from ci_runner.lint.rules import RULES
from ci_runner.pipeline.workspace import Workspace


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
    given = {**common.flags, **(flags or {})}
    if base is None:
        head = git.head_if_any() if git else None
        return Workspace(root, _load(common, root, config, given), git, head, head)
    if git is None:
        raise UsageError(
            "--base needs a git repository", where=str(root), next_step="run in a checkout"
        )
    # The work tree's own mistakes first: they need no network.
    _load(common, root, config, given)
    merge_base = git.merge_base(base)
    file = _relative(root, config) or NAME
    merged = None if Path(file).is_absolute() else git.file_at(merge_base, file)
    loaded = _load(common, root, config, given, merged)
    return Workspace(root, loaded, git, merge_base, git.head(), base)


def open_config(common: Common, config: str, flags: Mapping[str, object]) -> Config | None:
    """The configuration if there is one, for commands that can do without."""
    git: Git | None = find_repository(Path.cwd())
    root = git.root if git else Path.cwd()
    if not config and not (root / NAME).is_file():
        return None
    return _load(common, root, config, {**common.flags, **flags})


def open_settings(common: Common, config: str, flags: Mapping[str, object]) -> tuple[Path, Config]:
    """Root and configuration, or without a file what defaults, environment and flags come to.

    `flags` settle the dialect, so that no project is asked for.
    """
    git: Git | None = find_repository(Path.cwd())
    root = git.root if git else Path.cwd()
    return root, _load(common, root, config, {**common.flags, **flags})


def _load(
    common: Common,
    root: Path,
    config: str,
    flags: Mapping[str, object],
    base: bytes | None = None,
) -> Config:
    """`base` is the file as the base branch has it, None where it has none."""
    known = [*(rule.id for rule in RULES), *(notice.id for notice in NOTICES if not notice.fixed)]
    given = {key: value for key, value in flags.items() if value not in (None, "", ())}
    loaded = load(
        root,
        os.environ,
        given,
        known,
        file=_relative(root, config),
        groups=GROUPS,
        aliases=[alias for rule in RULES for alias in rule.aliases],
        base=base,
    )
    common.out.redactor.register_url(loaded.dev_url)
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
