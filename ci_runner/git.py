"""The few git commands that we run, hardened: no hooks, no prompts, no option from a ref's name."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ci_runner.context import Sha
from ci_runner.errors import GitError

_HARDENED = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "commit.gpgsign=false",
    "--literal-pathspecs",
)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BLOB_MODES = frozenset({b"100644", b"100755"})


@dataclass(frozen=True, slots=True)
class Git:
    """One checkout. Every method may raise GitError."""

    root: Path

    def head(self) -> Sha:
        return self._commit("HEAD")

    def branch(self) -> str | None:
        """The branch that is checked out; None when the head is detached."""
        done = _run(self.root, "symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))
        return done.decode().strip() or None

    def merge_base(self, ref: str) -> Sha:
        """The commit that HEAD and `ref` share. A shallow clone is deepened from its origin."""
        other = self._resolve(ref)
        found = self._merge_base(other)
        if found is None and self.is_shallow():
            _run(self.root, "fetch", "--quiet", "--unshallow", "origin", accept=(0, 1, 128))
            found = self._merge_base(self._resolve(ref))
        if found is None:
            raise GitError(
                f"HEAD and {ref!r} share no commit",
                said="the clone is shallow" if self.is_shallow() else "",
                next_step="fetch the whole history: `fetch-depth: 0` with actions/checkout",
            )
        return found

    def is_shallow(self) -> bool:
        return _run(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def commit_time(self, sha: Sha) -> datetime:
        """The committer's time, UTC."""
        seconds = int(_run(self.root, "show", "--no-patch", "--format=%ct", sha))
        return datetime.fromtimestamp(seconds, UTC)

    def files_at(self, commit: Sha, directory: str) -> Mapping[str, bytes]:
        """Content by name relative to `directory`; links and submodules are left out."""
        listed = _run(
            self.root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", f"{directory}/"
        )
        names: list[tuple[str, str]] = []
        for entry in filter(None, listed.split(b"\0")):
            mode_type_sha, _, path = entry.partition(b"\t")
            mode, _, sha = mode_type_sha.split(b" ")
            if mode in _BLOB_MODES:
                name = path.decode(errors="surrogateescape").removeprefix(f"{directory}/")
                names.append((name, sha.decode()))
        return dict(
            zip((name for name, _ in names), self._blobs([s for _, s in names]), strict=True)
        )

    def _blobs(self, shas: list[str]) -> list[bytes]:
        """The contents of many objects through one process."""
        if not shas:
            return []
        output = _run(self.root, "cat-file", "--batch", stdin="\n".join(shas).encode() + b"\n")
        found, position = [], 0
        for _ in shas:
            end = output.index(b"\n", position)
            size = int(output[position:end].split(b" ")[2])
            found.append(output[end + 1 : end + 1 + size])
            position = end + 1 + size + 1
        return found

    def _commit(self, revision: str) -> Sha:
        done = _run(
            self.root, "rev-parse", "--verify", "--quiet", "--end-of-options",
            f"{revision}^{{commit}}", accept=(0, 1, 128),
        )  # fmt: skip
        text = done.decode().strip()
        if not _SHA.fullmatch(text):
            raise GitError(f"there is no commit {revision!r} here", next_step=_FETCH)
        return Sha(text)

    def _resolve(self, ref: str) -> Sha:
        """A branch as the remote has it, else a local branch, else any revision."""
        if ref.startswith("-"):
            raise GitError(f"{ref!r} is no name of a branch or commit")
        for spelled in (f"refs/remotes/origin/{ref}", f"refs/heads/{ref}", ref):
            try:
                return self._commit(spelled)
            except GitError:
                continue
        raise GitError(f"there is no branch or commit {ref!r} here", next_step=_FETCH)

    def _merge_base(self, other: Sha) -> Sha | None:
        done = _run(self.root, "merge-base", "HEAD", other, accept=(0, 1, 128)).decode().strip()
        return Sha(done) if done else None


_FETCH = "fetch it: `fetch-depth: 0` with actions/checkout, `git fetch origin BRANCH` by hand"


def open_repository(start: Path) -> Git:
    """The checkout that `start` is in. Raises GitError when there is none, or no git."""
    top = _run(start, "rev-parse", "--show-toplevel").decode().rstrip("\n")
    return Git(Path(top))


def _run(root: Path, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
    """Standard output of one git command. Raises GitError with git's own words."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(
            ["git", "-c", f"safe.directory={root}", *_HARDENED, *arguments],
            cwd=root,
            env=environment,
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise GitError("git is not installed", next_step="install git") from missing
    if done.returncode not in accept:
        said = done.stderr.decode(errors="replace").strip()
        if "not a git repository" in said:
            raise GitError(
                "this is not a git repository",
                where=str(root),
                next_step="run in a checkout: the base of a change is read from git",
            )
        raise GitError(f"git {arguments[0]} failed", said=said, next_step=_FETCH)
    return done.stdout
