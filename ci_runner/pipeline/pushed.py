"""The pull request's own head, where CI has checked out its merge with the base."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ci_runner.context import Build
from ci_runner.migrations.directory import MigrationFile
from ci_runner.pipeline.review import Reviewed
from ci_runner.pipeline.workspace import Workspace


@contextmanager
def branch_of(workspace: Workspace, build: Build, *, writes: bool) -> Iterator[Workspace | None]:
    """The head that files are committed to, in a folder of its own.

    None where nothing is to be written, or where the checkout has what the head has. What a
    shallow clone lacks is fetched. Raises GitError.
    """
    pull, git = build.pull_request, workspace.git
    if not writes or git is None or pull is None or not workspace.merged_in(build):
        yield None
        return
    base = git.merge_base(workspace.base_ref, pull.head_sha) if workspace.base_ref else None
    with TemporaryDirectory(prefix="schema-ci-") as folder:
        git.export(pull.head_sha, Path(folder))
        yield replace(workspace, root=Path(folder), base=base, head=pull.head_sha)


def for_branch(merged: Reviewed, branch: Reviewed) -> tuple[Reviewed, str]:
    """The review of the merge with what is to be committed to the branch, or why nothing is.

    Only what is the same on both is committed: it was proven to lead to the desired schema before
    the merge and after it. Checksum files are the branch's own.
    """
    if _migrations(merged) == _migrations(branch) and not branch.problem:
        return replace(merged, files=branch.files, superseded=branch.superseded), ""
    why = f"the base has other migrations than the branch of {merged.change.name}"
    return replace(merged, files={}, superseded=()), f"{why}: update the branch"


def _migrations(reviewed: Reviewed) -> tuple[dict[str, bytes], tuple[MigrationFile, ...]]:
    written = {path: text for path, text in reviewed.files.items() if path.endswith(".sql")}
    return written, reviewed.superseded
