"""One run's surroundings: the checkout, its configuration, the base and what changed since."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ci_runner.config.model import Config, Project
from ci_runner.context import Sha
from ci_runner.errors import SqlError, UsageError
from ci_runner.git import Git
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.reader import files_on_disk, read_files
from ci_runner.pipeline.review import Change


@dataclass(frozen=True, slots=True)
class Workspace:
    """A checkout with its configuration. `base` is the commit that the change starts from."""

    git: Git
    config: Config
    base: Sha
    head: Sha

    def change(self, project: Project, name: str = "") -> Change:
        """What the work tree holds of `project` against the base commit."""
        head = read_files(
            project.directory, project.format, files_on_disk(self.git.root, project.directory)
        )
        merged = self.git.files_at(self.base, project.directory)
        base = read_files(project.directory, head.format, merged)
        return Change(
            project.name, base, head, project.schema, self.git.commit_time(self.head), name
        )

    def latest(self, project: Project, count: int) -> Change:
        """The last `count` files as if they were new."""
        change = self.change(project)
        kept = len(change.head.files) - count
        files = change.head.files[: max(kept, 0)]
        return replace(change, base=replace(change.head, files=files))


def projects(config: Config, names: tuple[str, ...]) -> tuple[Project, ...]:
    """The configured projects, or those called `names`. Raises UsageError for an unknown one."""
    known = {project.name: project for project in config.projects}
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no project {name!r}", next_step=f"use one of: {', '.join(known)}"
            )
    return tuple(known[name] for name in names) if names else config.projects


def write_files(root: Path, directory: Directory, files: Mapping[str, bytes]) -> None:
    """Write generated files, each whole or not at all, and none outside `directory`.

    The checksum file comes last: a run that dies before it leaves a directory that fails its
    check. Raises SqlError for a path that leads elsewhere.
    """
    home = (root / directory.path).resolve()
    if not home.is_relative_to(root.resolve()):
        raise SqlError("the migration directory leads out of the repository", where=directory.path)
    for path, content in sorted(files.items(), key=lambda each: each[0].endswith(".sum")):
        place = root / path
        if not place.resolve().is_relative_to(home) or place.is_symlink():
            raise SqlError("refusing to write outside the migration directory", where=path)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, content)


def write_whole(place: Path, content: bytes) -> None:
    """Through a temporary file beside it, so that nobody ever sees half of it."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".schema-ci-")
    try:
        with os.fdopen(handle, "wb") as output:
            output.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
