"""The examples: `base` is in sync, `change` holds what it is there to show, in all formats."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ci_runner.config.load import load as load_config
from ci_runner.devdb.local import find_binaries
from ci_runner.errors import ExitCode
from ci_runner.lint.rules import RULES
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.reader import files_on_disk, read_files
from ci_runner.report.json import load
from ci_runner.report.model import Report
from tests.conftest import require

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ON_SQLITE = {"shop-sqlite", "shop-dbmate"}
NAMES = sorted(each.parent.name for each in EXAMPLES.glob("*/base"))


def review(example: str, state: str, tmp_path: Path) -> tuple[int, Report]:
    """Exit code and report of `schema-ci run` on the example, from `base` to `state`."""
    if example not in ON_SQLITE and find_binaries() is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")
    shutil.copytree(EXAMPLES / example / "base", tmp_path, dirs_exist_ok=True)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "base")
    git(tmp_path, "checkout", "-q", "-b", "work")
    if state == "change":
        shutil.copytree(EXAMPLES / example / "change", tmp_path, dirs_exist_ok=True)
        commit(tmp_path, "change")
    done = subprocess.run(
        (sys.executable, "-m", "ci_runner", "run", "--base", "main", "--no-publish"),
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    return done.returncode, load((tmp_path / "schema-ci-report/report.json").read_bytes())


def commit(place: Path, title: str) -> None:
    git(place, "add", "--all")
    git(place, "commit", "-q", "-m", title)


def git(place: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(("git", *who, *arguments), cwd=place, check=True)


@pytest.mark.parametrize("example", NAMES)
def test_the_base_of_an_example_is_in_sync(example: str, tmp_path: Path) -> None:
    code, report = review(example, "base", tmp_path)

    assert ExitCode.OK == code
    assert {"in-sync"} == {project.state for project in report.projects}
    assert [()] * len(report.projects) == [project.unmanaged for project in report.projects]


@pytest.mark.parametrize("example", NAMES)
def test_the_change_of_an_example_has_a_finding_and_lacks_a_migration(
    example: str, tmp_path: Path
) -> None:
    code, report = review(example, "change", tmp_path)

    assert ExitCode.FINDINGS == code
    assert {"differs"} == {project.state for project in report.projects}
    errors = {
        each.rule
        for project in report.projects
        for each in project.findings
        if each.severity == "error"
    }
    assert {"create-index-blocking" if example == "monorepo" else "drop-column"} == errors
    assert [] == [step for project in report.projects for step in project.steps if step.error]


def test_the_examples_show_every_format() -> None:
    shown = set()
    for example in NAMES:
        base = EXAMPLES / example / "base"
        for project in load_config(base, {}, {}, [rule.id for rule in RULES]).projects:
            files = files_on_disk(base, project.directory)
            shown.add(read_files(project.directory, project.format, files).format)

    assert set(FORMATS) == shown
