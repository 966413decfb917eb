"""The check: seen from the start of a run, concluded whatever becomes of it, written once."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest

from ci_runner.config.comments import Comments
from ci_runner.errors import DatabaseError
from ci_runner.publish.check import MOST_ANNOTATIONS, check_name
from ci_runner.publish.outcome import Failed, Published, Skipped
from ci_runner.report.model import GeneratedFile, Report, ReportedFinding
from tests.checkout import CHECKOUT
from tests.publish.conftest import ADDED, Scene, a_report

FILE = GeneratedFile("db/migrations/1_add.sql", "CREATE TABLE t (id int);\n")


def findings(number: int, severity: Any = "warning") -> Report:
    each = (ReportedFinding(f"r{n}", severity, "m", ADDED, n + 1, n + 1) for n in range(number))
    return a_report(findings=tuple(each))


def seen(scene: Scene) -> list[tuple[str, str | None]]:
    return [(run["status"], run["conclusion"]) for run in scene.fake.check_runs]


def test_a12_a_check_is_in_progress_while_the_review_runs_and_one_run_all_along(
    scene: Scene,
) -> None:
    with scene.awaited() as (talk, awaited):
        during = seen(scene)
        scene.tell(talk, awaited)

    assert [("in_progress", None)] == during
    assert [("completed", "success")] == seen(scene)
    assert scene.build().run_url == scene.fake.check_runs[0]["details_url"]


@pytest.mark.parametrize(
    ("raised", "conclusion", "said"),
    [
        (KeyboardInterrupt(), "cancelled", "was cancelled"),
        (SystemExit(143), "cancelled", "was cancelled"),
        (DatabaseError("no server at s3cret"), "failure", "no server at ***"),
        (ZeroDivisionError("s3cret"), "failure", "see the log"),
    ],
)
def test_a12_a_check_ends_whatever_ends_the_run(
    scene: Scene, raised: BaseException, conclusion: str, said: str
) -> None:
    with suppress(type(raised)), scene.awaited(hide="s3cret"):
        raise raised

    assert [("completed", conclusion)] == seen(scene)
    title = scene.fake.check_runs[0]["output"]["title"]
    assert said in title
    assert "s3cret" not in title


def test_a12_trouble_at_the_end_hides_no_error_of_the_run(scene: Scene) -> None:
    scene.fake.fail("PATCH", "/check-runs", 403, times=9)
    with pytest.raises(ZeroDivisionError), scene.awaited():
        raise ZeroDivisionError

    assert any("could not end the check" in each for each in scene.warnings)


def test_a12_a_refused_start_is_a_warning_and_the_result_is_written(scene: Scene) -> None:
    scene.fake.fail("POST", "/check-runs", 422)
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited)

    assert [("completed", "success")] == seen(scene)
    assert 1 == len(scene.warnings)


def test_a12_a_stale_run_cancels_its_check(scene: Scene) -> None:
    with scene.awaited() as (talk, awaited):
        scene.fake.head_override = "b" * 40
        outcomes = scene.tell(talk, awaited)

    assert all(isinstance(each, Skipped) and each.stale for each in outcomes)
    assert [("completed", "cancelled")] == seen(scene)


def test_a12_an_unchanged_run_shows_nothing_in_progress_and_writes_nothing(scene: Scene) -> None:
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited)
    writes = len(scene.fake.writes)
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited)

    assert writes == len(scene.fake.writes)


def test_a12_a_changed_result_is_a_run_of_its_own(scene: Scene) -> None:
    for report in (a_report(), findings(1, "error")):
        with scene.awaited() as (talk, awaited):
            scene.tell(talk, awaited, report)

    assert [("completed", "success"), ("completed", "failure")] == seen(scene)


def test_a12_what_a_killed_run_left_in_progress_is_concluded_by_the_next(scene: Scene) -> None:
    scene.forge().begin_check("schema-ci / all", scene.head(), "")
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited)

    assert [("completed", "success")] == seen(scene)


def test_a12_a_run_that_is_cancelled_leaves_the_result_of_another_alone(scene: Scene) -> None:
    with suppress(KeyboardInterrupt), scene.awaited():
        with scene.awaited() as (talk, awaited):
            scene.tell(talk, awaited)
        raise KeyboardInterrupt

    assert [("completed", "success")] == seen(scene)


def test_a12_of_two_runs_that_share_a_check_the_second_writes_nothing_twice(scene: Scene) -> None:
    with scene.awaited() as (first, awaited):
        with scene.awaited() as (second, also):
            scene.tell(second, also, findings(60))
        scene.tell(first, awaited, findings(60))

    counts = [run["output"]["annotations_count"] for run in scene.fake.check_runs]
    assert [60] == [count for count in counts if count]


def test_a12_each_of_two_runs_that_began_at_once_concludes_its_own(scene: Scene) -> None:
    with scene.awaited() as (talk, awaited):
        scene.fake.lagging = True
        with scene.awaited() as (second, also):
            scene.fake.lagging = False
            scene.tell(second, also)
        scene.tell(talk, awaited)

    assert [("completed", "success")] * 2 == seen(scene)
    assert 1 == len(scene.fake.comments)


@pytest.mark.parametrize("refused", [False, True])
def test_a8_a12_lists_that_do_not_know_yet_what_we_wrote_make_nothing_double(
    scene: Scene, refused: bool
) -> None:
    if refused:
        scene.fake.fail("POST", "/graphql", 403, times=99)
    scene.fake.lagging = True
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited)

    assert [("completed", "success")] == seen(scene)
    assert 1 == len(scene.fake.comments)


def test_a12_statuses_stand_in_where_check_runs_are_refused(scene: Scene) -> None:
    scene.fake.fail("POST", "/check-runs", 403, times=99)
    with scene.awaited() as (talk, awaited):
        during = [each["state"] for each in scene.fake.statuses]
        told = scene.tell(talk, awaited)
    writes = len(scene.fake.writes)
    with scene.awaited() as (talk, awaited):
        again = scene.tell(talk, awaited)

    assert ["pending"] == during
    assert ["pending", "success"] == [each["state"] for each in scene.fake.statuses]
    assert isinstance(told[-1], Published)
    assert not told[-1].annotated
    assert isinstance(again[-1], Skipped)
    refused = [each for each in scene.fake.writes[writes:] if "check-runs" not in each[1]]
    assert [] == refused


def test_a12_a_cancelled_status_is_an_error_and_never_pending(scene: Scene) -> None:
    scene.fake.fail("POST", "/check-runs", 403, times=99)
    with suppress(SystemExit), scene.awaited():
        raise SystemExit(143)

    assert ["pending", "error"] == [each["state"] for each in scene.fake.statuses]


def test_a12_no_change_is_neutral(scene: Scene) -> None:
    scene.publish(report=a_report(new=""))

    assert [("completed", "neutral")] == seen(scene)


def test_b11_the_result_is_on_our_commit_and_the_head_before_it_is_done(scene: Scene) -> None:
    before = scene.head()
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited, a_report(FILE))

    assert [(before, "cancelled"), (scene.head(), "success")] == [
        (run["head_sha"], run["conclusion"]) for run in scene.fake.check_runs
    ]
    assert scene.head()[:7] in scene.fake.check_runs[0]["output"]["title"]


@pytest.mark.parametrize("awaits", [True, False])
def test_a14_all_annotations_arrive_before_the_result_and_what_is_over_is_counted(
    scene: Scene, awaits: bool
) -> None:
    if awaits:
        with scene.awaited() as (talk, awaited):
            scene.tell(talk, awaited, findings(3000))
    else:
        scene.publish(report=findings(3000))

    (run,) = scene.fake.check_runs
    lines = [each["start_line"] for each in scene.fake.annotations[run["id"]]]
    assert list(range(1, MOST_ANNOTATIONS + 1)) == lines
    assert "2000 more findings" in run["output"]["summary"]
    states = scene.fake.run_states[run["id"]]
    assert "completed" == states[-1]
    assert {"in_progress"} == set(states[:-1])


def test_a14_the_worst_come_first(scene: Scene) -> None:
    mixed = (
        ReportedFinding("mild", "note", "m", ADDED, 1, 1),
        ReportedFinding("bad", "error", "m", ADDED, 2, 2),
    )
    scene.publish(report=a_report(findings=mixed))

    (run,) = scene.fake.check_runs
    levels = [each["annotation_level"] for each in scene.fake.annotations[run["id"]]]
    assert ["failure", "notice"] == levels


@pytest.mark.parametrize("after_write", [True, False])
def test_a14_a_chunk_whose_answer_is_lost_arrives_once(scene: Scene, after_write: bool) -> None:
    scene.fake.fail("PATCH", "/check-runs", 502, after_write=after_write)

    assert isinstance(scene.publish(report=findings(120))[-1], Published)
    (run,) = scene.fake.check_runs
    assert 120 == len(scene.fake.annotations[run["id"]])


def test_a14_a_result_that_can_not_be_written_is_fatal_and_never_green(scene: Scene) -> None:
    with scene.awaited() as (talk, awaited):
        scene.fake.fail("PATCH", "/check-runs", 422, times=1)
        check = scene.tell(talk, awaited)[-1]

    assert isinstance(check, Failed)
    assert check.fatal
    assert [("completed", "cancelled")] == seen(scene)


def test_a12_comments_that_are_off_leave_the_check(scene: Scene) -> None:
    scene.publish(mode="off")

    assert Comments().mode == "update"
    assert [("completed", "success")] == seen(scene)


def test_t23_a_check_of_our_name_that_another_job_wrote_is_not_taken_for_our_result(
    scene: Scene,
) -> None:
    """Who has the job's token can write a check of any name: ours stands after it all the same."""
    scene.publish(report=findings(1, "error"))
    ours = scene.fake.check_runs[0]
    scene.fake.check_runs.append(
        {**ours, "id": scene.fake.next_id(), "conclusion": "success", "external_id": "spoofed"}
    )

    scene.publish(report=findings(1, "error"))

    newest = max(scene.fake.check_runs, key=lambda run: int(run["id"]))
    assert ("failure", ours["external_id"]) == (newest["conclusion"], newest["external_id"])


def test_t23_a_result_is_bound_to_its_commit(scene: Scene) -> None:
    """A check's external id is of the head too: that of another commit is no result of this one."""
    scene.publish(report=findings(1))
    scene.add_file("db/migrations/2_more.sql", b"SELECT 2;\n")
    scene.publish(report=findings(1))

    first, second = scene.fake.check_runs
    assert first["head_sha"] != second["head_sha"]
    assert first["external_id"] != second["external_id"]


def test_t23_the_ruleset_to_copy_asks_for_the_check_of_one_app() -> None:
    page = (CHECKOUT / "docs" / "publishing.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?s)```json\n(.*?)```", page)

    ruleset = json.loads(block)

    (rule,) = (each for each in ruleset["rules"] if each["type"] == "required_status_checks")
    assert [{"context": check_name(""), "integration_id": 15368}] == (
        rule["parameters"]["required_status_checks"]
    )
    assert "active" == ruleset["enforcement"]
