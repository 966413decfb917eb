"""Real repositories: clones that are shallow, heads that are detached, names that are odd."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ci_runner.context import Sha
from ci_runner.errors import GitError
from ci_runner.git import Git, open_repository
from tests.conftest import require

WHEN = "2024-05-06T07:08:09+0200"


def git(folder: Path, *arguments: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_COMMITTER_DATE": WHEN,
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, bytes], message: str = "work") -> str:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """`main` with two commits; `change`, which is checked out, with two more on the first."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {"migrations/1.sql": b"one"})
    git(folder, "switch", "-q", "-c", "change")
    commit(folder, {"migrations/2.sql": b"two"})
    commit(folder, {"migrations/3.sql": b"three"})
    git(folder, "switch", "-q", "main")
    commit(folder, {"README": b"read"})
    git(folder, "switch", "-q", "change")
    return folder


def base_of(origin: Path) -> str:
    return git(origin, "merge-base", "main", "change")


def test_merge_base_is_the_commit_that_both_branches_share(origin: Path) -> None:
    assert base_of(origin) == Git(origin).merge_base("main")


def test_a_subfolder_opens_the_whole_checkout(origin: Path) -> None:
    assert origin == open_repository(origin / "migrations").root


def test_a_shallow_single_branch_clone_is_deepened(origin: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "change", f"file://{origin}", "clone")
    clone = Git(tmp_path / "clone")

    assert clone.is_shallow()
    assert base_of(origin) == clone.merge_base("main")
    assert not clone.is_shallow()


def test_a_detached_checkout_of_one_commit_finds_its_base(origin: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    git(clone, "init", "-q")
    git(clone, "remote", "add", "origin", f"file://{origin}")
    git(clone, "fetch", "-q", "--depth=1", "origin", "+refs/heads/change:refs/remotes/pull/1/merge")
    git(clone, "checkout", "-q", "refs/remotes/pull/1/merge")

    assert Git(clone).branch() is None
    assert base_of(origin) == Git(clone).merge_base("main")


def test_a_shallow_clone_without_its_origin_says_how_to_get_history(
    origin: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "change", f"file://{origin}", "clone")
    origin.rename(tmp_path / "gone")

    with pytest.raises(GitError) as refused:
        Git(tmp_path / "clone").merge_base("main")

    assert "there is no branch or commit 'main' here" == refused.value.what
    assert "the clone is shallow" in refused.value.said
    assert "does not appear to be a git repository" in refused.value.said
    assert "fetch-depth: 0" in refused.value.next_step


def test_branches_without_a_common_commit_are_an_error(origin: Path) -> None:
    git(origin, "switch", "-q", "--orphan", "other")
    commit(origin, {"x": b"y"})

    with pytest.raises(GitError, match="share no commit"):
        Git(origin).merge_base("main")


@pytest.mark.parametrize("name", ["it's", 'say"hi"', "a$(id)b", "a;b&c", "ünï/côdé", "@x"])
def test_odd_branch_names_work(origin: Path, tmp_path: Path, name: str) -> None:
    git(origin, "branch", name, "main")
    git(tmp_path, "clone", "-q", "--single-branch", "-b", "change", f"file://{origin}", "clone")

    assert base_of(origin) == Git(tmp_path / "clone").merge_base(name)


def test_the_checked_out_branch_is_named(origin: Path) -> None:
    git(origin, "switch", "-q", "-c", "it's")

    assert "it's" == Git(origin).branch()


@pytest.mark.parametrize(
    "name", ["", "--upload-pack=touch pwned", "-f", "a b", "a\nb", "a\0b", "x..y", "a:b"]
)
def test_what_is_no_branch_is_refused(origin: Path, name: str) -> None:
    with pytest.raises(GitError):
        Git(origin).merge_base(name)
    assert not (origin / "pwned").exists()


def test_the_remote_branch_wins_over_a_stale_local_one(origin: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "-b", "change", f"file://{origin}", "clone")
    git(tmp_path / "clone", "branch", "-q", "--no-track", "main", "origin/change")

    assert base_of(origin) == Git(tmp_path / "clone").merge_base("main")


def test_files_are_read_by_name_within_the_directory(origin: Path) -> None:
    (origin / "migrations" / "link.sql").symlink_to("/etc/passwd")
    head = commit(origin, {"migrations/a b\n'.sql": b"\0\nblob\n", "migrations2/x": b"no"})
    repository = Git(origin)

    assert {"1.sql": b"one", "2.sql": b"two", "3.sql": b"three", "a b\n'.sql": b"\0\nblob\n"} == (
        repository.files_at(repository.head(), "migrations")
    )
    assert head == repository.head()


def test_wildcards_in_a_directory_name_are_letters(origin: Path) -> None:
    assert {} == Git(origin).files_at(Git(origin).head(), "mig*")


def test_the_root_is_a_directory_too(origin: Path) -> None:
    found = Git(origin).files_at(Git(origin).merge_base("main"), ".")

    assert {"migrations/1.sql": b"one"} == found


def test_commit_time_is_utc(origin: Path) -> None:
    assert datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC) == Git(origin).commit_time(Git(origin).head())


def test_changed_paths_lie_between_two_commits(origin: Path) -> None:
    repository = Git(origin)
    base = repository.merge_base("main")

    assert ("migrations/2.sql", "migrations/3.sql") == (
        repository.changed_paths(base, repository.head())
    )


def test_a_folder_without_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        open_repository(tmp_path)


def test_a_repository_without_commits_is_an_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    with pytest.raises(GitError, match="no commit yet"):
        Git(tmp_path).head()


def test_a_machine_without_git_is_an_error(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))

    with pytest.raises(GitError, match="git is not installed"):
        open_repository(origin)


def test_git_dir_in_the_environment_leads_nowhere_else(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert git(origin, "rev-parse", "HEAD") == Git(origin).head()


def test_hooks_of_the_repository_do_not_run(origin: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--single-branch", "-b", "change", f"file://{origin}", "clone")
    hook = tmp_path / "clone/.git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)

    Git(tmp_path / "clone").merge_base("main")

    assert not (tmp_path / "ran").exists()


def test_a_token_in_the_origin_is_not_told(origin: Path) -> None:
    git(origin, "remote", "add", "origin", "https://tok3n@127.0.0.1:9/x.git")

    with pytest.raises(GitError) as refused:
        Git(origin).merge_base("nowhere")

    assert "127.0.0.1" in refused.value.said
    assert "tok3n" not in str(refused.value)


@pytest.mark.root
def test_a_checkout_that_another_user_owns_is_read(origin: Path) -> None:
    if os.geteuid() != 0:
        require("needs root to give a folder to another user")
    for path in (origin, *origin.rglob("*")):
        os.chown(path, 65534, 65534)

    assert base_of_main(origin) == open_repository(origin / "migrations").merge_base("main")


def base_of_main(origin: Path) -> str:
    return git(origin, "-c", f"safe.directory={origin}", "merge-base", "main", "change")


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Git:
    """A checkout of `change`; the origin itself has `main` checked out, so that it takes pushes."""
    git(origin, "switch", "-q", "main")
    git(tmp_path, "clone", "-q", "-b", "change", str(origin), "clone")
    return open_repository(tmp_path / "clone")


def test_files_are_pushed_as_one_commit_and_the_checkout_stays(origin: Path, clone: Git) -> None:
    files = {"migrations/4.sql": b"four\r\n", "new/atlas.sum": b"h1:\n"}

    made = clone.push_files("change", clone.head(), files, "add four\n\nWhy: not\n")

    assert made == git(origin, "rev-parse", "change")
    assert clone.head() == git(origin, "rev-parse", "change^")
    listed = git(origin, "diff-tree", "-r", "--name-only", "change^", "change")
    assert ["migrations/4.sql", "new/atlas.sum"] == listed.splitlines()
    assert "" == git(clone.root, "status", "--porcelain")


@pytest.mark.parametrize("moved", ["change~1", "main"])
def test_a_branch_that_is_not_where_it_was_gets_no_push(
    origin: Path, clone: Git, moved: str
) -> None:
    there = git(origin, "rev-parse", moved)
    git(origin, "update-ref", "refs/heads/change", there)

    assert clone.push_files("change", clone.head(), {"a.sql": b""}, "x") is None
    assert there == git(origin, "rev-parse", "change")


def test_a_push_that_is_refused_says_why(clone: Git) -> None:
    git(clone.root, "remote", "set-url", "origin", "/nonexistent")

    with pytest.raises(GitError, match="git push failed") as refused:
        clone.push_files("change", clone.head(), {"a.sql": b""}, "x")

    assert "/nonexistent" in refused.value.said


def test_a_pushed_commit_takes_files_away(origin: Path, clone: Git) -> None:
    (first, *_) = git(origin, "ls-tree", "-r", "--name-only", "change").splitlines()

    made = clone.push_files("change", clone.head(), {first: None, "a/b.sql": b"x"}, "replace\n")

    assert made is not None
    assert {first, "a/b.sql"} == set(clone.changed_paths(clone.head(), made))
    assert clone.file_at(made, first) is None
    assert "" == git(clone.root, "status", "--porcelain")


def test_b14_a_shallow_clone_fetches_the_one_commit_that_it_lacks(
    origin: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "main", f"file://{origin}", "shallow")
    shallow, head = open_repository(tmp_path / "shallow"), Sha(git(origin, "rev-parse", "change"))

    shallow.fetch_commit(head)

    shallow.export(head, tmp_path / "out")
    assert shallow.is_shallow()
    listed = git(origin, "ls-tree", "-r", "--name-only", head).splitlines()
    found = (path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert listed == sorted(path.relative_to(tmp_path / "out").as_posix() for path in found)
    assert "" == git(shallow.root, "status", "--porcelain")


def test_b14_a_commit_that_the_origin_lacks_is_an_error(clone: Git) -> None:
    with pytest.raises(GitError, match="git fetch failed"):
        clone.fetch_commit(Sha("0" * 39 + "1"))
