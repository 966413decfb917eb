"""Commit the generated files to the pull request's branch, where that is safe."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import PurePosixPath

from ci_runner.context import Build, Sha
from ci_runner.errors import ForgeError, GitError
from ci_runner.forges.base import Forge, PullRequestState, Refused, StaleHead
from ci_runner.publish.outcome import Skipped
from ci_runner.report.model import GeneratedFile, Report, ReportedProject

Push = Callable[[str, Sha, Mapping[str, bytes], str], Sha | None]
_TRIES = 3
_MAX_FILES = 100
_MAX_BYTES = 1 << 20
_FORBIDDEN = frozenset({".git", ".github", ".circleci", ".gitlab-ci.yml", ".gitlab"})
_RUN = "Schema-CI-Run"
_SOURCE = "Schema-CI-Source"
_TRAILER = re.compile(rf"(?m)^{_RUN}: ")
_ZERO_WIDTH_SPACE = "\u200b"


def commit_generated(
    forge: Forge,
    report: Report,
    pull: PullRequestState,
    build: Build,
    directories: tuple[str, ...],
    inputs: tuple[str, ...],
    max_auto_commits: int,
    push: Push | None = None,
) -> Sha | Skipped:
    """The new head, or why there is none. ForgeError where a generated file must not be written.

    `inputs` are the files and folders that the generated files were made from. `push` is the way
    that is left where the forge's API takes no commit.
    """
    files = tuple(file for project in report.projects for file in project.generated)
    if not files:
        return Skipped("commit", "nothing was generated")
    _refuse_unsafe(files, directories)
    if reason := _unwelcome(forge, pull):
        return Skipped("commit", reason)
    ours = [bool(_TRAILER.search(text)) for _, _, text in forge.commit_messages(pull.number)]
    if ours and ours[-1]:
        raise ForgeError(
            "the generator is not idempotent: the head is our own commit and a migration is "
            "still missing",
            next_step="report this with the pull request's schema; nothing was committed",
        )
    if sum(ours) >= max_auto_commits:
        return Skipped("commit", f"{sum(ours)} automatic commits are in this pull request already")
    contents = {file.path: file.content.encode() for file in files}
    text = message(files, build, pull)
    try:
        return _commit(forge, pull, contents, text, inputs)
    except Refused as refused:
        # Any other status leaves open what became of the branch.
        if refused.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise
        return _pushed(pull, contents, text, push, refused)


def _pushed(
    pull: PullRequestState,
    contents: Mapping[str, bytes],
    text: str,
    push: Push | None,
    refused: Refused,
) -> Sha | Skipped:
    """With the checkout's own credentials, if it has any. Raises what the API said, if not."""
    if push is None:
        raise refused
    try:
        made = push(pull.head_branch, pull.head_sha, contents, text)
    except GitError as also:
        refused.add_note(f"git push: {also.said}")
        raise refused from also
    return made or Skipped("commit", "the branch moved", stale=True)


def _commit(
    forge: Forge,
    pull: PullRequestState,
    contents: Mapping[str, bytes],
    text: str,
    inputs: tuple[str, ...],
) -> Sha | Skipped:
    """On a branch that moved meanwhile only where nothing moved that the files were made from."""
    head = pull.head_sha
    for _ in range(_TRIES):
        made = forge.commit(pull.head_branch, head, contents, text)
        if not isinstance(made, StaleHead):
            return made
        head = made.found
        if not _untouched(forge.changed_paths(pull.head_sha, head), inputs):
            break
    return Skipped("commit", f"the branch moved to {head[:7]}", stale=True)


def _untouched(changed: tuple[str, ...] | None, inputs: tuple[str, ...]) -> bool:
    if changed is None:
        return False
    roots = {PurePosixPath(path) for path in inputs}
    paths = (PurePosixPath(path) for path in changed)
    return not any(roots.intersection((path, *path.parents)) for path in paths)


def without_generated(report: Report) -> Report:
    """`report` as it reads when nothing was committed: what was generated is missing."""
    return replace(report, projects=tuple(_missing(project) for project in report.projects))


def _missing(project: ReportedProject) -> ReportedProject:
    if project.state != "generated":
        return project
    files = tuple(
        replace(file, status="missing") if file.status == "generated" else file
        for file in project.files
    )
    return replace(project, state="differs", files=files, generated=())


def message(files: tuple[GeneratedFile, ...], build: Build, pull: PullRequestState) -> str:
    """A conventional commit whose text from the repository can neither skip CI nor close issues."""
    name = _sane(PurePosixPath(files[0].path).stem)[:60]
    listing = "\n".join(f"- {_sane(file.path)}" for file in files)
    run = f"{build.run_id}.{build.run_attempt}" if build.run_id else "local"
    trailers = f"{_RUN}: {_sane(run)}\n{_SOURCE}: {pull.head_sha}"
    return f"chore(db): add migration {name}\n\n{listing}\n\n{trailers}\n"


def _sane(text: str) -> str:
    """One line without mentions, references or `[skip ci]` in any of its spellings."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return re.sub(r"([@#\[]|\*{3})", rf"\1{_ZERO_WIDTH_SPACE}", line)


def _unwelcome(forge: Forge, pull: PullRequestState) -> str:
    if not pull.open:
        return "the pull request is closed"
    if pull.head_slug.lower() != pull.base_slug.lower():
        return "the pull request comes from a fork"
    if pull.head_branch == pull.default_branch:
        return "the branch is the default branch"
    if forge.is_protected(pull.head_branch):
        return "the branch is protected"
    return ""


def _refuse_unsafe(files: tuple[GeneratedFile, ...], directories: tuple[str, ...]) -> None:
    if len(files) > _MAX_FILES:
        raise ForgeError(f"refuses to commit {len(files)} files: at most {_MAX_FILES}")
    roots = tuple(PurePosixPath(directory) for directory in directories)
    for file in files:
        path = PurePosixPath(file.path)
        odd = "\\" in file.path or not file.path.isprintable() or str(path) != file.path
        parts = {part.lower() for part in path.parts}
        if odd or path.is_absolute() or ".." in parts or parts & _FORBIDDEN:
            raise ForgeError("refuses to commit to this path", where=ascii(file.path))
        if not any(root in path.parents for root in roots):
            raise ForgeError(
                "refuses to commit outside the migration directories", where=ascii(file.path)
            )
        if len(file.content.encode()) > _MAX_BYTES:
            raise ForgeError("refuses to commit a file over 1 MiB", where=file.path)
