"""`schema-ci report merge`, `show` and `validate`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ci_runner.cli.main import cli
from ci_runner.errors import ExitCode, SchemaCiError, UsageError
from ci_runner.report.json import dump
from ci_runner.report.model import Report
from tests.report.examples import PROJECT, REPORT

CLEAN = replace(PROJECT, steps=(), plan=(), findings=(), files=(), generated=(), state="in-sync")


def stored(folder: Path, *names: str, **changes: str) -> Path:
    folder.mkdir(parents=True)
    projects = tuple(replace(CLEAN, name=name) for name in names)
    report: Report = replace(REPORT, projects=projects)
    (folder / "report.json").write_bytes(dump(report))
    return folder


def start(*argv: object, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, [str(each) for each in argv], input=stdin, standalone_mode=False)


def test_a21_several_jobs_make_one_report(tmp_path: Path) -> None:
    stored(tmp_path / "jobs" / "b", "b")
    stored(tmp_path / "jobs" / "a", "a")
    expected = json.dumps([{"project": "a"}, "b"])

    done = start(
        *("report", "merge", tmp_path / "jobs", "--expect", 2, "--expect-projects", "-"),
        *("--output-dir", tmp_path / "out"),
        stdin=expected,
    )

    assert ExitCode.OK == done.return_value, done.output
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert ["a", "b"] == [project["name"] for project in report["projects"]]
    assert {"report.md", "report.sarif", "report.junit.xml"} < {
        place.name for place in (tmp_path / "out").iterdir()
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--expect", "2"), "1 of 2 reports are there"),
        (("--expect-projects", "-"), "project b is not in the report"),
    ],
)
def test_a21_what_is_missing_fails_the_merge(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    place = stored(tmp_path / "a", "a")

    done = start(
        "report", "merge", place, *options, "--output-dir", tmp_path / "out", stdin='["a", "b"]'
    )

    assert ExitCode.FINDINGS == done.return_value
    assert says in done.output
    assert "The report is not whole" in (tmp_path / "out" / "report.md").read_text()


def refused(*argv: object, stdin: str = "") -> SchemaCiError:
    done = start(*argv, stdin=stdin)
    assert isinstance(done.exception, UsageError), done.output
    assert done.exception.next_step
    return done.exception


def test_a21_nothing_is_merged_where_a_missing_report_would_go_unnoticed(tmp_path: Path) -> None:
    place = stored(tmp_path / "a", "a")

    error = refused("report", "merge", place, "--output-dir", tmp_path / "out")

    assert "--expect N" in error.next_step
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("listed", ["{", "{}", "[1]", '[{"name": "a"}]'])
def test_expected_projects_that_are_no_list_are_refused(tmp_path: Path, listed: str) -> None:
    place = stored(tmp_path / "a", "a")

    error = refused(
        *("report", "merge", place, "--expect-projects", "-", "--output-dir", tmp_path / "out"),
        stdin=listed,
    )

    assert "the expected projects" in error.what


def test_a_report_that_is_none_is_named_with_its_place(tmp_path: Path) -> None:
    stored(tmp_path / "jobs" / "a", "a")
    (stored(tmp_path / "jobs" / "b", "b") / "report.json").write_text("{}")

    error = refused("report", "validate", tmp_path / "jobs")

    assert f"{tmp_path}/jobs/b\nformat: expected 1" in error.where
    assert "a: 1 project, 4f1c2a90d7be" in start("report", "validate", tmp_path / "jobs/a").output


@pytest.mark.parametrize(
    ("format_", "begins"),
    [
        ("text", "pass: no findings"),
        ("markdown", "### "),
        ("json", '{\n  "tool_version"'),
        ("sarif", "{"),
        ("junit", "<?xml"),
        ("codequality", "["),
        ("github", ""),
    ],
)
def test_a_report_is_shown_again(tmp_path: Path, format_: str, begins: str) -> None:
    done = start("report", "show", stored(tmp_path / "a", "a"), "--format", format_)

    assert ExitCode.OK == done.return_value
    assert done.output.startswith(begins)
