"""Commit files to the pull request's branch, where that is safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import PurePosixPath

from ci_runner.config.commits import Commits
from ci_runner.context import Build, Sha
from ci_runner.errors import ForgeError, GitError
from ci_runner.forges.base import Changes, Forge, PullRequestState, Refused, StaleHead
from ci_runner.frozen import frozen
from ci_runner.publish.message import base_of, is_ours, lists, message, said_base, source_of
from ci_runner.publish.outcome import Skipped
from ci_runner.report.model import Report, ReportedProject

Push = Callable[[str, Sha, Changes, str], Sha | None]
_TRIES = 3
_MAX_FILES = 100
_MAX_BYTES = 1 << 20
_FORBIDDEN = frozenset({".git", ".github", ".circleci", ".gitlab-ci.yml", ".gitlab"})


@frozen
class CommitRules:
    """What may be committed: below `directories`, and as the configuration says.

    `inputs` are the files and folders that the changes were made from.
    """

    directories: tuple[str, ...]
    inputs: tuple[str, ...]
    configured: Commits = Commits()


@frozen
class Made:
    """A commit of ours. `proven` when it was read back from the forge and is what we made."""

    sha: Sha
    proven: bool = True


def commit_generated(
    forge: Forge,
    report: Report,
    pull: PullRequestState,
    build: Build,
    rules: CommitRules,
    push: Push | None = None,
) -> Made | Skipped:
    """The new head, or why there is none. ForgeError where a generated file must not be written.

    `push` is the way that is left where the forge's API takes no commit.
    """
    changes = generated_changes(report)
    if not changes:
        return Skipped("commit", "nothing was generated")
    added = any(path.endswith(".sql") and text is not None for path, text in changes.items())
    verb = "add migration" if added else "remove migration"
    return commit_changes(forge, changes, verb, pull, build, rules, push)


def generated_changes(report: Report) -> dict[str, bytes | None]:
    """What was generated, behind what it replaces; not what is only offered to people."""
    changes: dict[str, bytes | None] = {}
    for project in (each for each in report.projects if not each.offered):
        changes |= dict.fromkeys(project.superseded)
        changes |= {file.path: file.content.encode() for file in project.generated}
    return changes


def commit_changes(
    forge: Forge,
    changes: Changes,
    verb: str,
    pull: PullRequestState,
    build: Build,
    rules: CommitRules,
    push: Push | None = None,
) -> Made | Skipped:
    """One commit of `changes` on the pull request's head, which `verb` speaks of.

    ForgeError where a file must not be written, or where we would answer ourselves for ever.
    """
    _refuse_unsafe(changes, rules.directories)
    if reason := _unwelcome(forge, pull, rules.configured):
        return Skipped("commit", reason)
    if reason := _loops(forge, pull, build, rules.configured.most):
        return Skipped("commit", reason)
    text = message(changes, build, pull, verb, skip_ci=rules.configured.skip_ci)
    try:
        return _commit(forge, pull, changes, text, rules.inputs)
    except Refused as refused:
        # Any other status leaves open what became of the branch.
        if refused.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise
        return _pushed(forge, pull, changes, text, push, refused)


def _loops(forge: Forge, pull: PullRequestState, build: Build, most: int) -> str:
    """Why there are enough commits of ours, "" if there are not.

    Raises ForgeError where the head is our own commit and nothing moved that it was made from.
    """
    commits = [(sha, text) for sha, _, text in forge.commit_messages(pull.number)]
    ours = [text for _, text in commits if is_ours(text)]
    if commits and is_ours(commits[-1][1]) and _as_made(forge, pull, commits):
        base = base_of(build)
        if base == "unknown" or said_base(commits[-1][1]) in {base, "", "unknown"}:
            raise ForgeError(
                "the generator is not idempotent: the head is our own commit and a migration is "
                "still missing",
                next_step="report this with the pull request's schema; nothing was committed",
            )
    if len(ours) >= most:
        return f"{len(ours)} automatic commits are in this pull request already"
    return ""


def _as_made(forge: Forge, pull: PullRequestState, commits: Sequence[tuple[Sha, str]]) -> bool:
    """Whether the last of `commits` is as we made it: nobody rebased it on others or amended it."""
    text = commits[-1][1]
    source = Sha(source_of(text))
    if not source or (len(commits) > 1 and commits[-2][0] != source):
        return False
    changed = forge.changed_paths(source, pull.head_sha)
    return changed is None or all(lists(text, path) for path in changed)


def _pushed(
    forge: Forge,
    pull: PullRequestState,
    changes: Changes,
    text: str,
    push: Push | None,
    refused: Refused,
) -> Made | Skipped:
    """With the checkout's own credentials, if it has any. Raises what the API said, if not."""
    if push is None:
        raise refused
    try:
        made = push(pull.head_branch, pull.head_sha, changes, text)
    except GitError as also:
        refused.add_note(f"git push: {also.said}")
        raise refused from also
    if made is None:
        return Skipped("commit", "the branch moved", stale=True)
    return Made(made, proven=forge.proves(made, pull.head_sha, changes))


def _commit(
    forge: Forge,
    pull: PullRequestState,
    changes: Changes,
    text: str,
    inputs: tuple[str, ...],
) -> Made | Skipped:
    """On a branch that moved meanwhile only where nothing moved that the files were made from."""
    head = pull.head_sha
    for _ in range(_TRIES):
        made = forge.commit(pull.head_branch, head, changes, text)
        if not isinstance(made, StaleHead):
            return Made(made)
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
    files = tuple(
        replace(file, status="missing")
        if file.status == "generated"
        else replace(file, status="new")
        if file.status == "replaced"
        else file
        for file in project.files
    )
    state = "differs" if project.state == "generated" else project.state
    return replace(project, state=state, files=files, generated=(), superseded=(), offered="")


def _unwelcome(forge: Forge, pull: PullRequestState, configured: Commits) -> str:
    if not pull.open:
        return "the pull request is closed"
    if pull.draft and not configured.drafts:
        return "the pull request is a draft"
    if pull.head_slug.lower() != pull.base_slug.lower():
        return "the pull request comes from a fork"
    if pull.head_branch == pull.default_branch:
        return "the branch is the default branch"
    if forge.is_protected(pull.head_branch):
        return "the branch is protected"
    return ""


def _refuse_unsafe(changes: Changes, directories: tuple[str, ...]) -> None:
    if len(changes) > _MAX_FILES:
        raise ForgeError(f"refuses to commit {len(changes)} files: at most {_MAX_FILES}")
    roots = tuple(PurePosixPath(directory) for directory in directories)
    for name, content in changes.items():
        path = PurePosixPath(name)
        odd = "\\" in name or not name.isprintable() or str(path) != name
        parts = {part.lower() for part in path.parts}
        if odd or path.is_absolute() or ".." in parts or parts & _FORBIDDEN:
            raise ForgeError("refuses to commit to this path", where=ascii(name))
        if not any(root in path.parents for root in roots):
            raise ForgeError(
                "refuses to commit outside the migration directories", where=ascii(name)
            )
        if content is None and not name.endswith((".sql", ".sql.conf")):
            raise ForgeError("refuses to delete what is no migration", where=name)
        if content is not None and len(content) > _MAX_BYTES:
            raise ForgeError("refuses to commit a file over 1 MiB", where=name)
