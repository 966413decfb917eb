"""What a run on our own commit finds told already, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ci_runner.publish.outcome import Outcome, Published, Skipped
from ci_runner.publish.result import SILENT, result_digest
from ci_runner.report.model import GeneratedFile, Report, ReportedFile, ReportedFinding
from tests.publish.conftest import Scene, a_report

FILE = GeneratedFile("db/migrations/1_add.sql", "CREATE TABLE t (id int);\n")
FINDING = ReportedFinding("r", "warning", "m", FILE.path, 1, 1)


def committing(status: str = "generated") -> Report:
    """The run that makes the commit, or the next one, which finds its file as a new one."""
    report = a_report(FILE, new="") if status == "generated" else a_report(new="")
    state = "generated" if status == "generated" else "in-sync"
    files = (ReportedFile(FILE.path, status, 1, "a" * 64),)  # type: ignore[arg-type]  # one of two
    project = replace(report.projects[0], state=state, files=files)  # type: ignore[arg-type]  # too
    return replace(report, projects=(project,))


def next_run(scene: Scene, report: Report, text: str = "in sync", **comments: Any) -> list[Outcome]:
    build = scene.build("6")
    told = scene.publish(report=report, build=build, render=lambda _: text, **comments)
    return list(told[1:])


@pytest.mark.parametrize("mode", ["update", "new", "hide-and-new", "delete-and-new"])
def test_a6_a_run_on_our_own_commit_has_nothing_to_add(scene: Scene, mode: str) -> None:
    scene.publish(report=committing(), render=lambda _: "generated", mode=mode)
    writes = len(scene.fake.writes)

    told = next_run(scene, committing("new"), mode=mode)

    assert [Skipped, Skipped] == [type(each) for each in told]
    assert writes == len(scene.fake.writes)


def test_what_it_finds_besides_is_told(scene: Scene) -> None:
    scene.publish(report=committing(), render=lambda _: "generated")
    report = committing("new")
    found = replace(report.projects[0], findings=(FINDING,))

    told = next_run(scene, replace(report, projects=(found,)))

    assert [Published, Published] == [type(each) for each in told]
    assert scene.fake.comments[0]["body"].endswith("\nin sync")


def test_a_comment_that_somebody_edited_is_written_again(scene: Scene) -> None:
    scene.publish(report=committing(), render=lambda _: "generated")
    scene.fake.comments[0]["body"] += "and more"

    told = next_run(scene, committing("new"))

    assert isinstance(told[0], Published)
    assert scene.fake.comments[0]["body"].endswith("\nin sync")


def test_without_a_commit_another_text_is_told(scene: Scene) -> None:
    scene.publish(report=committing("new"), render=lambda _: "one")

    assert isinstance(next_run(scene, committing("new"), "two")[0], Published)


def test_the_notice_of_the_commit_is_no_part_of_the_result() -> None:
    report = committing()

    assert result_digest(report) == result_digest(replace(report, notices=(SILENT,)))
    assert result_digest(report) != result_digest(replace(report, notices=("another",)))
    assert result_digest(report) != result_digest(replace(report, tool_version="2"))


def test_it_is_the_same_whoever_runs() -> None:
    report = committing()
    build = replace(report.build, run_url="https://ci.invalid/2", head_sha="b" * 40)

    assert result_digest(report) == result_digest(replace(report, build=build))
