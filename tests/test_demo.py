"""`script/demo`, the first command of a new user, for both engines."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ci_runner.devdb.local import find_binaries
from tests.conftest import require

CHECKOUT = Path(__file__).resolve().parent.parent


def demo(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    """In `at`, so that nothing depends on the caller's folder; temporary files stay there too."""
    return subprocess.run(
        (str(CHECKOUT / "script/demo"), *arguments),
        cwd=at,
        env={**os.environ, "TMPDIR": str(at)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("dialect", "finding", "generated", "said"),
    [
        ("sqlite", "drops column", "migrations/0004_", "SQLite"),
        ("postgres", "builds index", "migrations/20260212163000_", "PostgreSQL"),
    ],
)
def test_the_demo_shows_comment_check_and_commit_and_writes_nothing_twice(
    dialect: str, finding: str, generated: str, said: str, tmp_path: Path
) -> None:
    if dialect == "postgres" and find_binaries() is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")

    done = demo("--dialect", dialect, "--html", "comment.html", at=tmp_path)

    assert ("", 0) == (done.stderr, done.returncode)
    changes, job, comment, check, commit, again, last = sections(done.stdout)
    assert "schema.sql" in changes
    assert f"wrote {generated}" in job
    assert "exit code 1" in job
    assert "published commit" in job
    assert said in comment
    assert "❌ Failed: 1 error" in comment
    assert "failure" in check
    assert f"+++ {generated}" in commit
    assert "+CREATE" in commit
    assert "skipped commit: nothing was generated" in again
    assert "written to GitHub: nothing; exit code 1" in last
    page = (tmp_path / "comment.html").read_text(encoding="utf-8")
    assert finding in page
    assert "<table>" in page
    assert ["comment.html"] == [each.name for each in tmp_path.iterdir()]


def test_kept_repositories_hold_the_commit_and_the_report(tmp_path: Path) -> None:
    done = demo("--keep", at=tmp_path)

    (kept,) = tmp_path.iterdir()
    log = subprocess.run(
        ("git", "--git-dir", str(kept / "github.git"), "log", "--format=%s", "feature/coupons"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"Kept: {kept}" in done.stdout
    assert 3 == len(log.stdout.splitlines())
    assert log.stdout.startswith("chore(db): add migration 0004_")
    assert (kept / "job-1/schema-ci-report/report.json").is_file()


def test_an_unknown_dialect_is_refused(tmp_path: Path) -> None:
    done = demo("--dialect", "oracle", at=tmp_path)

    assert 2 == done.returncode
    assert "'sqlite', 'postgres'" in done.stderr


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        (str(CHECKOUT / "script/demo"),),
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()

    assert "" == said
    assert [] == list(tmp_path.iterdir())


def sections(text: str) -> list[str]:
    """What stands under each title."""
    return [part.partition("\n")[2] for part in text.split("\n━━ ")[1:]]
