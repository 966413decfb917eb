"""Whose word counts for what reaches servers: the checkout's, or that of the base branch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ci_runner.config.dev import Copy
from ci_runner.config.load import NAME
from ci_runner.context import Build, Sha
from ci_runner.errors import GitError, UsageError
from ci_runner.frozen import frozen
from ci_runner.git import Git

# Events of GitHub without a pull request in them whose commit somebody with write access made.
# Others, such as workflow_run and issue_comment, are used to check out what a stranger wrote.
_OWN_EVENTS = frozenset({"push", "schedule", "workflow_dispatch", "merge_group", "release", ""})
PRIVILEGED = "pull_request_target"
REVIEW_ELSEWHERE = (
    "review it in a job for `pull_request`, which has no secrets, and publish its report from"
    " another one: docs/publishing.md, Forks"
)


@frozen
class Trust:
    """Where trusted configuration is read from.

    `reason` is why the work tree is not to be trusted, "" where it is; then `commit` is the base
    branch's, None where it could not be had and nothing is trusted, and `name` how it was asked
    for.
    """

    reason: str = ""
    commit: Sha | None = None
    name: str = ""

    def copy(self, git: Git | None, file: str) -> Copy | None:
        """The file to take trusted options from; None for the one that is there.

        A file outside of the checkout is not part of any pull request.
        """
        path = file or NAME
        if not self.reason or PurePosixPath(path).is_absolute():
            return None
        content = git.file_at(self.commit, path) if git and self.commit else None
        # A file that is not UTF-8 is no TOML: the replacement says so with its line.
        return Copy(f"{self.name}:{path}", (content or b"").decode(errors="replace"))

    def files(self, git: Git | None, root: Path, path: str) -> Mapping[str, bytes]:
        """The .sql file `path`, or those below it, by path. Raises UsageError for none.

        Read from where the configuration is that names it.
        """
        found: Mapping[str, bytes]
        if not self.reason:
            place = root / path
            named = sorted(place.rglob("*.sql")) if place.is_dir() else [place]
            found = {
                each.relative_to(root).as_posix(): each.read_bytes()
                for each in named
                if each.is_file() and each.resolve().is_relative_to(root.resolve())
            }
        elif git and self.commit:
            single = git.file_at(self.commit, path)
            below = {} if single is not None else git.files_at(self.commit, path)
            listed = {f"{path}/{name}": content for name, content in below.items()}
            found = {path: single} if single is not None else listed
        else:
            found = {}
        chosen = {name: found[name] for name in found if name == path or name.endswith(".sql")}
        if not chosen:
            raise UsageError(
                "`dev.setup` names no SQL file",
                where=f"{self.name}:{path}" if self.reason else path,
                next_step="create it, or correct `setup` in schema-ci.toml",
            )
        return chosen


def trust(build: Build, environ: Mapping[str, str], git: Git | None, base: str) -> Trust:
    """What to trust in this run; `base` is the ref that was asked for, "" where none was."""
    reason = _reason(build, environ)
    if not reason or git is None:
        return Trust(reason)
    pull = build.pull_request
    asked = base or (pull.base_branch if pull else "") or build.default_branch
    if not asked:
        return Trust(f"{reason}, and no base branch is known")
    try:
        return Trust(reason, git.tip(asked), asked)
    except GitError as missing:
        return Trust(f"{reason}, and {missing.what}")


def refuse_stranger(build: Build, git: Git | None) -> None:
    """Raises UsageError where a job that has secrets holds the commit of somebody who has none.

    GitHub starts a job for `pull_request_target` with the repository's secrets and a token that
    writes, for a fork too. It may hold the base branch; with the fork's commit checked out, its
    files would be read beside them (docs.github.com, "Securely using pull_request_target").
    """
    pull = build.pull_request
    if build.event != PRIVILEGED or git is None or pull is None or not pull.is_fork:
        return
    head = git.head_if_any()
    try:
        if head is not None and git.is_ancestor(head, git.tip(pull.base_branch)):
            return
    except GitError as missing:
        raise _stranger(pull.number, f"{missing.what}, so it is not known to be the base") from None
    where = f"HEAD is {head[:12]}" if head else "HEAD is no commit"
    raise _stranger(pull.number, f"{where}, which {pull.base_branch} does not hold")


def _stranger(number: int, where: str) -> UsageError:
    return UsageError(
        f"this job for {PRIVILEGED} has the secrets of the repository, and its checkout is not that"
        f" of the base branch: pull request {number} is a fork's",
        where=where,
        next_step=REVIEW_ELSEWHERE,
    )


def _reason(build: Build, environ: Mapping[str, str]) -> str:
    pull = build.pull_request
    if pull is not None:
        return f"pull request {pull.number} is a fork's" if pull.is_fork else ""
    if build.provider == "github-actions" and build.event not in _OWN_EVENTS:
        return f"a run for the event {build.event} may have checked out anybody's commit"
    hidden = build.provider == "circleci" and not build.event
    if hidden or (build.provider == "local" and environ.get("CI", "").lower() in {"true", "1"}):
        return "this CI does not tell whether the change is a fork's"
    return ""
