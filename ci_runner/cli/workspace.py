"""Open the checkout that a command was started in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ci_runner.cli.common import Common
from ci_runner.config.load import NAME, load
from ci_runner.config.model import Config
from ci_runner.config.policy import RuleOptions
from ci_runner.context import Build
from ci_runner.errors import UsageError
from ci_runner.frozen import frozen
from ci_runner.git import Git, find_repository
from ci_runner.pipeline.cache import cache
from ci_runner.pipeline.trust import Trust, refuse_stranger, trust
from ci_runner.pipeline.workspace import Workspace
from ci_runner.providers import detect


def open_workspace(
    common: Common,
    *,
    config: str = "",
    base: str | None = None,
    flags: Mapping[str, object] | None = None,
    build: Build | None = None,
) -> Workspace:
    """The folder around the current one that is a checkout, else the current one.

    `base` is the ref that the change will be merged into, and needs a repository; None means that
    what is committed counts as merged. `build` is the run's, where more is known of it than the
    environment says.
    """
    place = _Place.here(base or "", build)
    git, root = place.git, place.root
    given = {**common.flags, **(flags or {})}
    # Of two files the work tree's own mistakes first: they need no network.
    loaded = _load(common, place, config, given)
    if base is None:
        head = git.head_if_any() if git else None
        kept = cache(loaded, root, place.trust, common.out.log.info)
        return Workspace(root, loaded, git, head, head, trust=place.trust, cache=kept)
    if git is None:
        raise UsageError(
            "--base needs a git repository", where=str(root), next_step="run in a checkout"
        )
    merge_base = git.merge_base(base)
    file = _relative(root, config) or NAME
    merged = None if Path(file).is_absolute() else git.file_at(merge_base, file)
    loaded = _load(common, place, config, given, merged)
    kept = cache(loaded, root, place.trust, common.out.log.info)
    return Workspace(root, loaded, git, merge_base, git.head(), base, place.trust, kept)


def open_config(common: Common, config: str, flags: Mapping[str, object]) -> Workspace | None:
    """The configuration if there is one, for commands that can do without; nothing is merged."""
    place = _Place.here("")
    if not config and not (place.root / NAME).is_file():
        return None
    loaded = _load(common, place, config, {**common.flags, **flags})
    return Workspace(place.root, loaded, place.git, None, None, trust=place.trust)


def open_settings(common: Common, config: str, flags: Mapping[str, object]) -> Workspace:
    """The configuration, or without a file what defaults, environment and flags come to.

    `flags` settle the dialect, so that no project is asked for.
    """
    place = _Place.here("")
    loaded = _load(common, place, config, {**common.flags, **flags})
    return Workspace(place.root, loaded, place.git, None, None, trust=place.trust)


@frozen
class _Place:
    """The checkout around the current folder, else that folder, and what to trust in it."""

    root: Path
    git: Git | None
    trust: Trust

    @staticmethod
    def here(base: str, build: Build | None = None) -> _Place:
        git = find_repository(Path.cwd())
        build = build or detect(os.environ)
        refuse_stranger(build, git)
        trusted = trust(build, os.environ, git, base)
        return _Place(git.root if git else Path.cwd(), git, trusted)


def _load(
    common: Common,
    place: _Place,
    config: str,
    flags: Mapping[str, object],
    base: bytes | None = None,
) -> Config:
    """`base` is the file as the base branch has it, None where it has none."""
    given = {key: value for key, value in flags.items() if value not in (None, "", ())}
    file = _relative(place.root, config)
    copy = place.trust.copy(place.git, file)
    loaded = load(
        place.root,
        os.environ,
        given,
        _rules(),
        file=file,
        groups=_groups(),
        aliases=_aliases(),
        settle=_settle,
        base=base,
        trusted=copy,
    )
    for dev in (loaded.dev, *(each.dev for each in loaded.projects if each.dev)):
        for url in (dev.url, dev.like):
            common.out.redactor.register_url(url)
    if loaded.cache_secret:
        common.out.redactor.register(loaded.cache_secret)
    for key, origin in loaded.origins.items():
        common.out.log.detail(f"{key}: from {origin}")
    if copy and loaded.overruled:
        keys = ", ".join(f"`{key}`" for key in loaded.overruled)
        taken = f"as in {copy.path}" if place.trust.commit else "as if it were not configured"
        common.out.log.warn(f"{keys} is taken {taken}: {place.trust.reason}")
    return loaded


# Rules are imported where the configuration speaks of them: there are many of them.
def _rules() -> Iterator[str]:
    from ci_runner.lint.notices import NOTICES
    from ci_runner.lint.rules import RULES

    yield from (rule.id for rule in RULES)
    yield from (notice.id for notice in NOTICES if not notice.fixed)


def _groups() -> Iterator[str]:
    from ci_runner.lint.rule import GROUPS

    yield from GROUPS


def _aliases() -> Iterator[str]:
    from ci_runner.lint.rules import RULES

    yield from (alias for rule in RULES for alias in rule.aliases)


def _settle(given: RuleOptions, origins: Mapping[str, str]) -> RuleOptions:
    from ci_runner.lint.options import settle
    from ci_runner.lint.rules import RULES

    return settle(RULES, given, origins)


def _relative(root: Path, config: str) -> str:
    """A file named on the command line is meant from the current folder."""
    if not config:
        return ""
    place = Path.cwd() / config
    inside = place.is_relative_to(root)
    return place.relative_to(root).as_posix() if inside else str(place)
