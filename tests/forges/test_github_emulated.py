"""The same forge against `emulate`, an independent server for the calls that it knows.

What it answers to each call of ours is in test_github_emulated_calls.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.publish.outcome import Published, Skipped
from ci_runner.report.model import ReportedFinding
from tests.forges.emulated import SLUG, Emulated
from tests.publish.conftest import a_report

pytestmark = pytest.mark.node


def test_a1_a2_a6_a12_comment_and_check_are_written_once_and_then_edited(
    emulated: Emulated,
) -> None:
    build = emulated.pull_request("work")
    assert build.pull_request is not None
    head, number = build.pull_request.head_sha, build.pull_request.number

    first = emulated.publish(build, a_report(), "one\n")
    again = emulated.publish(build, a_report(), "one\n")
    emulated.publish(build, a_report(), "two\n")

    assert [Skipped, Published, Published] == [type(each) for each in first]
    assert [Skipped] * 3 == [type(each) for each in again]
    (comment,) = emulated.call("GET", f"issues/{number}/comments")
    assert comment["body"].endswith("-->\ntwo\n")
    runs = emulated.call("GET", f"commits/{head}/check-runs")["check_runs"]
    assert {"completed"} == {run["status"] for run in runs}


def test_a14_annotations_arrive_with_the_result(emulated: Emulated) -> None:
    build = emulated.pull_request("annotated")
    assert build.pull_request is not None
    path = a_report().projects[0].files[0].path
    found = tuple(ReportedFinding(f"r{n}", "error", "m", path, n + 1, n + 1) for n in range(40))

    emulated.publish(build, a_report(findings=found), "text\n")

    runs = emulated.call("GET", f"commits/{build.pull_request.head_sha}/check-runs")["check_runs"]
    (run,) = (run for run in runs if run["name"] == "schema-ci / all")
    assert ("completed", "failure") == (run["status"], run["conclusion"])
    assert 40 == run["output"]["annotations_count"]


def test_a3_our_comment_is_found_behind_a_page_of_others(emulated: Emulated) -> None:
    build = emulated.pull_request("busy")
    assert build.pull_request is not None
    number = build.pull_request.number
    for each in range(105):
        emulated.call("POST", f"issues/{number}/comments", body=str(each))

    emulated.publish(build, a_report(), "one\n")
    emulated.publish(build, a_report(), "two\n")

    found = emulated.session.get(
        f"{emulated.url}/repos/{SLUG}/issues/{number}/comments?per_page=100&page=2", timeout=10
    ).json()
    assert 6 == len(found)
    assert found[-1]["body"].endswith("\ntwo\n")


def test_a4_a22_comments_are_replaced_and_labels_kept(emulated: Emulated) -> None:
    build = emulated.pull_request("replaced")
    assert build.pull_request is not None
    number = build.pull_request.number

    for run, text in (("5", "one\n"), ("6", "two\n")):
        later = replace(build, run_id=run)
        emulated.publish(later, a_report(), text, mode="delete-and-new", labels=True)

    (comment,) = emulated.call("GET", f"issues/{number}/comments")
    assert comment["body"].endswith("\ntwo\n")
    labels = emulated.call("GET", f"pulls/{number}")["labels"]
    assert ["schema-change"] == [label["name"] for label in labels]
