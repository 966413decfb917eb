"""The few git commands that we run, hardened: no hooks, no prompts, no option from a ref's name."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from ci_runner.config.commits import Author
from ci_runner.context import Sha
from ci_runner.errors import GitError
from ci_runner.frozen import frozen

# protocol.file stays at git's own `user`: an origin that is a folder is fetched from when asked
# for, and never for a submodule. B13's `never` would refuse the origin of a local clone.
_HARDENED = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "log.showSignature=false",
    "--literal-pathspecs",
)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BLOB_MODES = frozenset({b"100644", b"100755"})
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_QUOTED = 4000
_LARGEST = 256 * 2**20
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
# What a CI sets so that git may fetch. The others, GIT_DIR for one, would lead us elsewhere.
_ACCESS = re.compile(
    r"GIT_(?:ASKPASS|SSH|SSH_COMMAND|SSL_\w+|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))"
)


@frozen
class Git:
    """One checkout. Every method may raise GitError."""

    root: Path

    def head(self) -> Sha:
        found = self.head_if_any()
        if found is None:
            raise GitError(
                "the repository has no commit yet",
                where=str(self.root),
                next_step="commit something first",
            )
        return found

    def head_if_any(self) -> Sha | None:
        """None in a repository without a commit."""
        return self._commit("HEAD")

    def parents(self, sha: Sha) -> tuple[Sha, ...]:
        """As the commit itself names them, also where a shallow clone lacks them."""
        raw = _run(self.root, "cat-file", "commit", sha)
        header = raw.partition(b"\n\n")[0].decode(errors="replace").splitlines()
        return tuple(Sha(line[7:]) for line in header if line.startswith("parent "))

    def branch(self) -> str | None:
        """The branch that is checked out; None when the head is detached."""
        done = _run(self.root, "symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))
        return done.decode().strip() or None

    def merge_base(self, ref: str, head: str = "HEAD") -> Sha:
        """The commit that `head` and `ref` share.

        What a shallow or single-branch clone lacks is fetched from its origin.
        """
        found = self._known_merge_base(ref, head)
        if found is not None:
            return found
        said = self._fetch(ref)
        found = self._known_merge_base(ref, head)
        if found is not None:
            return found
        if self.is_shallow():
            said = f"the clone is shallow\n{said}".rstrip()
        if self.resolve(ref) is not None:
            raise GitError(f"HEAD and {ref!r} share no commit", said=said, next_step=_FETCH)
        what = f"there is no branch or commit {ref!r} here"
        if near := get_close_matches(ref, self._branches(), 1):
            raise GitError(f"{what}; did you mean {near[0]!r}?", next_step=_FETCH)
        raise GitError(what, said=said, next_step=_FETCH)

    def tip(self, ref: str) -> Sha:
        """The newest commit of a branch as the origin has it, fetched where it is not here.

        A local branch does not count: its name is whoever's who made the checkout's commits. A
        commit by its hash does, and a name that says its remote.
        """
        if not ref or ref.startswith("-") or _UNPRINTABLE.search(ref):
            raise GitError(f"{ref!r} is no name of a branch or commit")
        branch = ref.removeprefix("origin/")
        name = ref if _SHA.fullmatch(ref) else f"refs/remotes/origin/{branch}"
        if found := self._commit(name):
            return found
        said = self._fetch(branch)
        if found := self._commit(name):
            return found
        raise GitError(f"the origin has no branch {ref!r}", said=said, next_step=_FETCH)

    def fetch_commit(self, sha: Sha) -> None:
        """Have a commit with its files; its history is not asked for. Nothing where it is here."""
        if self._commit(sha) is None:
            _run(self.root, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--depth=1",
                 "--end-of-options", "origin", sha)  # fmt: skip

    def export(self, commit: Sha, folder: Path) -> None:
        """Write the files of a commit into `folder`; work tree and index stay as they are."""
        with tempfile.TemporaryDirectory(prefix="schema-ci-") as place:
            index = {"GIT_INDEX_FILE": str(Path(place, "index"))}
            _run(self.root, "read-tree", commit, extra=index)
            _run(self.root, "checkout-index", "--all", "--quiet", f"--prefix={folder}/",
                 extra=index)  # fmt: skip

    def is_ancestor(self, old: Sha, new: Sha) -> bool:
        """Whether `new` holds `old`; a commit holds itself."""
        return not _run(self.root, "rev-list", "--max-count=1", f"{new}..{old}", "--")

    def _branches(self) -> list[str]:
        """The names of all branches that the clone knows, its own and the remote's."""
        listed = _run(
            self.root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin"
        )
        names = listed.decode(errors="replace").splitlines()
        return [re.sub(r"refs/(?:heads|remotes/origin)/", "", name, count=1) for name in names]

    def changed_paths(self, base: Sha, head: Sha) -> tuple[str, ...]:
        """Paths that differ between two commits; a rename counts as both its names."""
        listed = _run(
            self.root, "diff-tree", "-r", "-z", "--name-only", "--no-renames",
            "--end-of-options", base, head,
        )  # fmt: skip
        return tuple(os.fsdecode(path) for path in listed.split(b"\0") if path)

    def uncommitted_paths(self, paths: Sequence[str]) -> tuple[str, ...]:
        """What below `paths` differs from HEAD in the work tree, files git does not track included.

        Ignored files are not seen.
        """
        listed = _run(
            self.root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames",
            "--", *paths,
        )  # fmt: skip
        return tuple(os.fsdecode(entry[3:]) for entry in listed.split(b"\0") if entry)

    def push_files(
        self,
        branch: str,
        parent: Sha,
        changes: Mapping[str, bytes | None],
        message: str,
        access: Mapping[str, str] | None = None,
        *,
        author: Author | None = None,
    ) -> Sha | None:
        """One commit of `changes` on `parent`, pushed to `branch` of the origin; None if it moved.

        None as content deletes a file. Work tree and index stay as they are. The lease makes it a
        compare-and-swap: a branch that is not at `parent` stays as it is. `access` is what git's
        environment holds besides: who commits, and what lets us in where the checkout does not.
        `author` is whom the commit is by where that is somebody else.
        """
        access = access or {}
        who = {**_AUTHOR, **access, **(author.for_git if author else {})}
        made = self.commit_files(parent, changes, message, who)
        try:
            _run(self.root, "push", "--quiet", "--no-verify",
                 f"--force-with-lease=refs/heads/{branch}:{parent}",
                 "--end-of-options", "origin", f"{made}:refs/heads/{branch}",
                 extra=access)  # fmt: skip
        except GitError as refused:
            if "stale info" in refused.said:
                return None
            raise
        return made

    def commit_files(
        self,
        parent: Sha,
        changes: Mapping[str, bytes | None],
        message: str,
        who: Mapping[str, str] | None = None,
    ) -> Sha:
        """One commit of `changes` on `parent` that no branch has yet, by `who` or git's own user.

        None as content deletes a file. Work tree and index stay as they are.
        """
        with tempfile.TemporaryDirectory(prefix="schema-ci-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            _run(self.root, "read-tree", parent, extra=index)
            for path, content in changes.items():
                if content is None:
                    _run(self.root, "update-index", "--force-remove", "--", path, extra=index)
                    continue
                blob = _run(self.root, "hash-object", "-w", "--stdin", stdin=content).decode()
                entry = f"100644,{blob.strip()},{path}"
                _run(self.root, "update-index", "--add", "--cacheinfo", entry, extra=index)
            tree = _run(self.root, "write-tree", extra=index).decode().strip()
        return Sha(
            _run(self.root, "commit-tree", tree, "-p", parent, stdin=message.encode(), extra=who)
            .decode()
            .strip()
        )

    def commit_here(self, changes: Mapping[str, bytes | None], message: str) -> Sha:
        """One commit of `changes`, which the work tree has already, on the checked-out head.

        What is staged or edited besides stays so.
        """
        head = self.head()
        made = self.commit_files(head, changes, message)
        _run(self.root, "update-ref", "-m", "schema-ci", "HEAD", made, head)
        _run(self.root, "reset", "--quiet", "HEAD", "--", *changes, accept=(0, 1))
        return made

    def is_merging(self) -> bool:
        return self._commit("MERGE_HEAD") is not None

    def is_shallow(self) -> bool:
        return _run(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def commit_time(self, sha: Sha) -> datetime:
        """The committer's time, UTC."""
        seconds = int(_run(self.root, "show", "--no-patch", "--format=%ct", sha))
        return datetime.fromtimestamp(seconds, UTC)

    def files_at(self, commit: Sha, directory: str) -> Mapping[str, bytes]:
        """Content by name relative to `directory`; links and submodules are left out."""
        prefix = "" if directory in {"", "."} else f"{directory}/"
        listed = _run(
            self.root, "ls-tree", "-r", "-z", "-l", "--full-tree", commit,
            *(["--", prefix] if prefix else []),
        )  # fmt: skip
        names: list[tuple[str, str]] = []
        total = 0
        for entry in filter(None, listed.split(b"\0")):
            mode_type_sha, _, path = entry.partition(b"\t")
            mode, _, sha, size = mode_type_sha.split()
            if mode in _BLOB_MODES:
                total += int(size)
                names.append((os.fsdecode(path).removeprefix(prefix), sha.decode()))
        if total > _LARGEST:
            raise GitError("the directory holds more than 256 MiB", where=directory)
        return dict(
            zip((name for name, _ in names), self._blobs([s for _, s in names]), strict=True)
        )

    def file_at(self, commit: Sha, path: str) -> bytes | None:
        """One file's content; None where the commit has no such file, or a link or folder there."""
        listed = _run(self.root, "ls-tree", "-z", "--full-tree", commit, "--", path)
        for entry in filter(None, listed.split(b"\0")):
            mode_type_sha, _, found = entry.partition(b"\t")
            mode, _, sha = mode_type_sha.split()
            if mode in _BLOB_MODES and os.fsdecode(found) == path:
                return self._blobs([sha.decode()])[0]
        return None

    def _blobs(self, shas: list[str]) -> list[bytes]:
        """The contents of many objects through one process."""
        if not shas:
            return []
        output = _run(self.root, "cat-file", "--batch", stdin="\n".join(shas).encode() + b"\n")
        found, position = [], 0
        for sha in shas:
            end = output.index(b"\n", position)
            answer = output[position:end].split(b" ")
            if len(answer) != 3:
                raise GitError(f"git lacks the object {sha}", next_step=_FETCH)
            size = int(answer[2])
            found.append(output[end + 1 : end + 1 + size])
            position = end + 1 + size + 1
        return found

    def _commit(self, revision: str) -> Sha | None:
        done = _run(
            self.root, "rev-parse", "--verify", "--quiet", "--end-of-options",
            f"{revision}^{{commit}}", accept=(0, 1, 128),
        )  # fmt: skip
        text = done.decode().strip()
        return Sha(text) if _SHA.fullmatch(text) else None

    def resolve(self, ref: str) -> Sha | None:
        """A branch as the remote has it, else a local branch, else any revision."""
        if not ref or ref.startswith("-") or _UNPRINTABLE.search(ref):
            raise GitError(f"{ref!r} is no name of a branch or commit")
        for spelled in (f"refs/remotes/origin/{ref}", f"refs/heads/{ref}", ref):
            if commit := self._commit(spelled):
                return commit
        return None

    def _known_merge_base(self, ref: str, head: str) -> Sha | None:
        other = self.resolve(ref)
        if other is None:
            return None
        done = _run(self.root, "merge-base", head, other, accept=(0, 1, 128)).decode().strip()
        return Sha(done) if done else None

    def _fetch(self, ref: str) -> str:
        """Fetch the branch `ref`, if it can be one, and all history. Returns git's complaint."""
        wanted = (
            [f"+refs/heads/{ref}:refs/remotes/origin/{ref}"] if self._can_be_branch(ref) else []
        )
        depth = ["--unshallow"] if self.is_shallow() else []
        try:
            _run(self.root, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", *depth,
                 "--end-of-options", "origin", *wanted)  # fmt: skip
        except GitError as failed:
            return failed.said
        return ""

    def _can_be_branch(self, name: str) -> bool:
        shown = _run(self.root, "check-ref-format", "--branch", name, accept=(0, 1, 128))
        return bool(shown)


# GitHub's own bot: its id is part of the address, by which GitHub shows who it was.
_BOT = {
    "NAME": "github-actions[bot]",
    "EMAIL": "41898282+github-actions[bot]@users.noreply.github.com",
}
_AUTHOR = {
    f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _BOT.items()
}
_FETCH = "fetch it: `fetch-depth: 0` with actions/checkout, `git fetch origin BRANCH` by hand"


def open_repository(start: Path) -> Git:
    """The checkout that `start` is in. Raises GitError when there is none, or no git."""
    top = _run(start, "rev-parse", "--show-toplevel").decode().rstrip("\n")
    return Git(Path(top))


def find_repository(start: Path) -> Git | None:
    """The checkout that `start` is in; None where there is none."""
    if not any((each / ".git").exists() for each in (start, *start.parents)):
        return None
    return open_repository(start)


def _workspace(folder: Path) -> Path:
    """The checkout that `folder` is in, found without git: git asks first who owns it."""
    here = folder.resolve()
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), here)


def _run(
    root: Path,
    *arguments: str,
    stdin: bytes = b"",
    accept: tuple[int, ...] = (0,),
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """Standard output of one git command. Raises GitError with git's own words."""
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or _ACCESS.fullmatch(name)
        },
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        **(extra or {}),
    }
    try:
        done = subprocess.run(
            ["git", "-c", f"safe.directory={_workspace(root)}", *_HARDENED, *arguments],
            cwd=root,
            env=environment,
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise GitError("git is not installed", next_step="install git") from missing
    if done.returncode not in accept:
        said = _USERINFO.sub("***@", done.stderr[:_QUOTED].decode(errors="replace").strip())
        if "not a git repository" in said:
            raise GitError(
                "this is not a git repository",
                where=str(root),
                next_step="run in a checkout: the base of a change is read from git",
            )
        raise GitError(f"git {arguments[0]} failed", said=said, next_step=_FETCH)
    return done.stdout
