"""Which projects a change touches, by the paths of its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from ci_runner.config.model import Config, Project


def touched(config: Config, changed: Iterable[str] | None) -> tuple[Project, ...]:
    """Projects with a changed file in their directory or desired schema, as configured.

    All of them where a file changed that every review depends on (the configuration, the set-up
    of dev databases, sizes, the baseline), or where it is not known what changed: None.
    """
    if changed is None:
        return config.projects
    paths = [PurePosixPath(path) for path in changed]
    if _any_below(paths, _shared(config)):
        return config.projects
    return tuple(
        project
        for project in config.projects
        if _any_below(paths, (project.directory, *project.schema, *_own_setup(project)))
    )


def _own_setup(project: Project) -> tuple[str, ...]:
    return project.dev.setup if project.dev else ()


def _shared(config: Config) -> tuple[str, ...]:
    policies = (config.policy, config.proposed)
    baselines = (policy.baseline for policy in policies)
    return (config.path, *config.dev.setup, config.stats_file, *baselines)


def _any_below(paths: list[PurePosixPath], roots: Iterable[str]) -> bool:
    places = {PurePosixPath(root) for root in roots if root}
    return any(not places.isdisjoint((path, *path.parents)) for path in paths)
