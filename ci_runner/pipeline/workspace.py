"""One run's surroundings: the checkout, its configuration, the base and what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from ci_runner.config.model import Config, Project
from ci_runner.context import Build, Sha
from ci_runner.devdb.reach import Cache
from ci_runner.errors import GitError, UsageError
from ci_runner.frozen import frozen
from ci_runner.git import Git
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.reader import detect, files_on_disk, read_files
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.options import sizes
from ci_runner.pipeline.trust import PRIVILEGED, REVIEW_ELSEWHERE, Trust


@frozen
class Workspace:
    """A folder with its configuration. `base` is the commit that the change starts from.

    `git` is None outside of a repository; without a `base` nothing counts as merged. `base_ref` is
    how the base was asked for, "" where it was not. `trust` says where the configuration of dev
    databases is from; `cache` has what earlier runs kept.
    """

    root: Path
    config: Config
    git: Git | None
    base: Sha | None
    head: Sha | None
    base_ref: str = ""
    trust: Trust = Trust()
    cache: Cache | None = None

    def directory(self, project: Project, *, may_be_missing: bool = False) -> Directory:
        """The migration directory in the work tree. Raises SqlError for one that can't be read."""
        return self._read(project, self._merged(project), may_be_missing=may_be_missing)

    def change(self, project: Project, name: str = "", *, may_be_missing: bool = False) -> Change:
        """What the work tree holds of `project` against the base commit."""
        merged = self._merged(project)
        head = self._read(project, merged, may_be_missing=may_be_missing)
        base = read_files(project.directory, head.format, merged)
        return Change(project.name, base, head, project.schema, self._when(), name)

    def upstream(self, project: Project, style: str) -> Directory | None:
        """The directory as the base branch has it now; None where there is no such branch."""
        tip = self.git.resolve(self.base_ref) if self.git and self.base_ref else None
        if self.git is None or tip is None:
            return None
        return read_files(project.directory, style, self.git.files_at(tip, project.directory))

    def _merged(self, project: Project) -> Mapping[str, bytes]:
        return self.git.files_at(self.base, project.directory) if self.git and self.base else {}

    def _read(
        self, project: Project, merged: Mapping[str, bytes], *, may_be_missing: bool
    ) -> Directory:
        """A format that is to be guessed is guessed from both sides: atlas.sum may be gone."""
        absent = may_be_missing and not (self.root / project.directory).exists()
        most = sizes(self.config)
        files = {} if absent else files_on_disk(self.root, project.directory, most)
        style = detect({**merged, **files}) if project.format == "auto" else project.format
        return read_files(project.directory, style, files)

    def latest(self, project: Project, count: int) -> Change:
        """The last `count` files as if they were new."""
        head = self.directory(project)
        files = head.files[: max(len(head.files) - count, 0)]
        base = replace(head, files=files)
        return Change(project.name, base, head, (), self._when())

    def not_as_pushed(self, build: Build) -> str:
        """Why nothing that is generated here may be committed, "" when it may.

        A file is made from what is committed, not from edits beside it, and lies in no folder that
        is a link.
        """
        pull = build.pull_request
        if self.git is None or self.head is None or pull is None:
            return ""
        for project in self.config.projects:
            if link := self._link_in(project.directory):
                return f"{link} is a symbolic link"
        inputs = self.config.inputs
        if dirty := self.git.uncommitted_paths(inputs):
            return f"the work tree differs from its commit in {dirty[0]}"
        return ""

    def merged_in(self, build: Build) -> str:
        """A file that CI's merge with the base has otherwise than the pull request's head.

        "" where there is none of those that a review depends on, or no such merge. The head is
        fetched where a shallow clone lacks it.
        """
        pull = build.pull_request
        if self.git is None or self.head is None or pull is None or pull.head_sha == self.head:
            return ""
        self.git.fetch_commit(pull.head_sha)
        folders = tuple(PurePosixPath(path) for path in self.config.inputs)
        for changed in map(PurePosixPath, self.git.changed_paths(pull.head_sha, self.head)):
            if any(folder in (changed, *changed.parents) for folder in folders):
                return str(changed)
        return ""

    def _link_in(self, directory: str) -> str:
        """The part of `directory` that is a link: a file committed below it would replace it."""
        path = PurePosixPath(directory)
        parts = (part for part in (path, *path.parents) if (self.root / part).is_symlink())
        return str(next(parts, ""))

    def time_of(self, head: Sha) -> datetime:
        """When the commit was made that a review speaks of, UTC; fetched where it is not here."""
        if self.git is None:
            return self._when()
        self.git.fetch_commit(head)
        return self.git.commit_time(head)

    def _when(self) -> datetime:
        """The head's time, so that one input always gives one file name; else now. UTC."""
        if self.git and self.head:
            return self.git.commit_time(self.head)
        return datetime.now(UTC)

    def reviewed_sha(self, build: Build) -> Sha:
        """The commit that the report speaks of: the pull request's head, not CI's own merge of it.

        Raises GitError when the checkout is neither: a report of it would be of another change.
        """
        if self.git is None or self.head is None:
            raise GitError("there is no commit to review", where=str(self.root))
        pull, group = build.pull_request, build.merge_group
        if group is not None and group.head_sha != self.head:
            raise GitError(
                "the checkout is not that of the merge queue",
                where=f"HEAD is {self.head[:12]}, the queue's commit {group.head_sha[:12]}",
                next_step="check out the event's own commit: give actions/checkout no `ref`",
            )
        if pull is None or not pull.head_sha:
            return self.head
        if pull.head_sha in {self.head, *self.git.parents(self.head)}:
            return pull.head_sha
        raise GitError(
            f"the checkout is not that of pull request {pull.number}",
            where=f"HEAD is {self.head[:12]}, the pull request's head {pull.head_sha[:12]}",
            next_step=REVIEW_ELSEWHERE
            if build.event == PRIVILEGED and pull.is_fork
            else "check out the pull request's head, or CI's merge of it with the base",
        )


def projects(config: Config, names: tuple[str, ...]) -> tuple[Project, ...]:
    """The configured projects, or those called `names`. Raises UsageError for an unknown one."""
    known = {project.name: project for project in config.projects}
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no project {name!r}", next_step=f"use one of: {', '.join(known)}"
            )
    return tuple(known[name] for name in dict.fromkeys(names)) if names else config.projects
