"""How often, where and when the pull request is told: the options of the comment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ci_runner.publish.marker import read_marker
from ci_runner.publish.outcome import Failed, Published, Skipped
from ci_runner.publish.size import measure
from ci_runner.report.model import ReportedFinding
from tests.publish.conftest import ADDED, Scene, a_report

START = datetime(2026, 1, 1, tzinfo=UTC)
EMPTY = a_report(new="")
FAILING = a_report(findings=(ReportedFinding("drop-column", "error", "a loss", ADDED, 1, 1),))


def told(scene: Scene, text: str, run: int = 5, **more: Any) -> object:
    """What became of the comment that says `text`."""
    more.setdefault("render", lambda level: f"{text}\n")
    at = START + timedelta(minutes=run)
    return scene.publish(build=scene.build(str(run)), at=at, **more)[1]


def bodies(scene: Scene) -> list[str]:
    return [each["body"].partition("\n")[2] for each in scene.fake.comments]


def test_a4_new_writes_another_one_where_something_changed(scene: Scene) -> None:
    told(scene, "one", 1, mode="new")
    again = told(scene, "one", 2, mode="new")
    told(scene, "two", 3, mode="new")

    assert isinstance(again, Skipped)
    assert ["one\n", "two\n"] == bodies(scene)
    assert set() == scene.fake.minimized


def test_a4_hide_and_new_folds_those_of_before_once(scene: Scene) -> None:
    told(scene, "one", 1, mode="hide-and-new")
    told(scene, "two", 2, mode="hide-and-new")
    told(scene, "three", 3, mode="hide-and-new")
    writes = len(scene.fake.writes)
    told(scene, "three", 4, mode="hide-and-new")

    first, second, _ = (each["node_id"] for each in scene.fake.comments)
    assert {first, second} == scene.fake.minimized
    assert ["one\n", "two\n", "three\n"] == bodies(scene)
    assert writes == len(scene.fake.writes)
    assert 2 == sum(path == "/graphql" for _, path in scene.fake.writes)


@pytest.mark.parametrize("refusal", ["status", "answer"])
def test_a4_where_hiding_is_refused_the_text_folds_itself_and_never_twice(
    scene: Scene, refusal: str
) -> None:
    told(scene, "one", 1, mode="hide-and-new")
    if refusal == "status":
        scene.fake.fail("POST", "/graphql", 403, times=99)
    else:
        scene.fake.hides = False
    told(scene, "two", 2, mode="hide-and-new")
    told(scene, "three", 3, mode="hide-and-new")

    *before, last = bodies(scene)
    assert "three\n" == last
    assert ["one", "two"] == [text.splitlines()[2] for text in before]
    assert [1, 1] == [text.count("<details>") for text in before]
    assert [1, 1] == [text.count("</details>") for text in before]
    assert all(read_marker(each["body"]) for each in scene.fake.comments)


def test_a4_delete_and_new_leaves_only_the_last(scene: Scene) -> None:
    told(scene, "one", 1, mode="delete-and-new")
    other = scene.fake.add_comment("hello")
    told(scene, "two", 2, mode="delete-and-new")

    assert ["", "two\n"] == bodies(scene)
    assert other in scene.fake.comments


def test_a4_nothing_of_before_goes_when_the_new_one_is_refused(scene: Scene) -> None:
    told(scene, "one", 1, mode="delete-and-new")
    scene.fake.fail("POST", "/comments", 422)

    assert isinstance(told(scene, "two", 2, mode="delete-and-new"), Failed)
    assert ["one\n"] == bodies(scene)


def test_a4_off_says_nothing_and_asks_nothing(scene: Scene) -> None:
    assert isinstance(told(scene, "one", mode="off"), Skipped)
    assert [] == scene.fake.comments


@pytest.mark.parametrize("mode", ["new", "hide-and-new", "delete-and-new"])
def test_a4_a_list_that_does_not_know_our_comment_yet_takes_nothing_away(
    scene: Scene, mode: str
) -> None:
    scene.fake.lagging = True

    assert isinstance(told(scene, "one", 1, mode=mode), Published)
    assert ["one\n"] == bodies(scene)


def test_a4_a8_the_same_told_by_two_runs_at_once_is_told_once(scene: Scene) -> None:
    told(scene, "one", 1, mode="new")
    theirs = scene.fake.comments.pop()
    scene.fake.before_comment.append(theirs)

    told(scene, "one", 2, mode="new")

    assert ["one\n"] == bodies(scene)


def test_a4_what_was_told_before_something_else_is_told_again(scene: Scene) -> None:
    for run, text in enumerate(("one", "two", "one"), 1):
        told(scene, text, run, mode="new")

    assert ["one\n", "two\n", "one\n"] == bodies(scene)


def test_a4_two_tellings_of_one_run_in_one_second_are_two(scene: Scene) -> None:
    told(scene, "one", mode="hide-and-new")
    told(scene, "two", mode="hide-and-new")

    assert {scene.fake.comments[0]["node_id"]} == scene.fake.minimized


@pytest.mark.parametrize(
    ("on", "report", "posts"),
    [
        ("always", EMPTY, True),
        ("changes", EMPTY, False),
        ("changes", a_report(), True),
        ("failures", a_report(), False),
        ("failures", FAILING, True),
        ("never", FAILING, False),
    ],
)
def test_a5_comment_on_says_which_results_are_told(
    scene: Scene, on: str, report: Any, posts: bool
) -> None:
    outcome = told(scene, "text", report=report, on=on)

    assert isinstance(outcome, Published if posts else Skipped)
    assert (["text\n"] if posts else []) == bodies(scene)


@pytest.mark.parametrize("delete", [False, True])
def test_a5_a_comment_that_has_nothing_more_to_tell_says_so_or_goes(
    scene: Scene, delete: bool
) -> None:
    told(scene, "a change", 1)
    told(scene, "no change", 2, report=EMPTY, delete_when_empty=delete)

    assert ([] if delete else ["no change\n"]) == bodies(scene)


def test_a5_of_several_comments_only_the_last_is_brought_up_to_date(scene: Scene) -> None:
    told(scene, "one", 1, mode="new")
    told(scene, "two", 2, mode="new")
    told(scene, "none", 3, mode="new", report=EMPTY)

    assert ["one\n", "none\n"] == bodies(scene)


@pytest.mark.parametrize("mode", ["update", "new"])
def test_a7_an_older_run_has_not_the_last_word_on_the_same_head(scene: Scene, mode: str) -> None:
    told(scene, "of run 10", 10, mode=mode)

    assert isinstance(told(scene, "of run 9", 9, mode=mode), Skipped)
    assert isinstance(told(scene, "", 9, mode=mode, report=EMPTY), Skipped)
    assert ["of run 10\n"] == bodies(scene)


LONG = "\n".join(f"| row {number} | {'x' * 100} |" for number in range(1500))
TABLE = f"### Long\n\n| a | b |\n| --- | --- |\n{LONG}\n"


def test_a9_a_long_text_takes_several_comments_and_gives_them_back(scene: Scene) -> None:
    told(scene, TABLE, 1, split=3)
    numbers = [each["id"] for each in scene.fake.comments]
    markers = [read_marker(each["body"]) for each in scene.fake.comments]
    writes = len(scene.fake.writes)
    told(scene, TABLE, 2, split=3)

    assert writes == len(scene.fake.writes)
    assert [(1, 3), (2, 3), (3, 3)] == [(each.seq, each.parts) for each in markers if each]
    assert 1500 == sum(text.count("| row ") for text in bodies(scene))
    assert all("| a | b |\n| --- | --- |\n" in text for text in bodies(scene))
    assert all(measure(each["body"]).characters <= 65_000 for each in scene.fake.comments)
    told(scene, "short", 3, split=3)
    assert ["short\n"] == bodies(scene)
    assert numbers[:1] == [each["id"] for each in scene.fake.comments]


def test_a9_what_takes_more_comments_than_allowed_leaves_parts_out(scene: Scene) -> None:
    told(scene, "", split=2, render=lambda level: TABLE if level == 0 else "the short one\n")

    assert ["the short one\n"] == bodies(scene)


def test_a13_a_comment_that_is_required_fails_the_run(scene: Scene) -> None:
    scene.fake.fail("POST", "/comments", 403, times=2)

    optional, required = told(scene, "one"), told(scene, "one", required=True)

    assert isinstance(optional, Failed)
    assert isinstance(required, Failed)
    assert [False, True] == [optional.fatal, required.fatal]


def test_a21_names_of_ones_own_keep_comments_and_checks_apart(scene: Scene) -> None:
    told(scene, "shop", id="shop")
    told(scene, "bank", id="bank")
    told(scene, "shop again", 6, id="shop")

    assert ["shop again\n", "bank\n"] == bodies(scene)
    assert {"schema-ci / shop", "schema-ci / bank"} == {
        run["name"] for run in scene.fake.check_runs
    }


def test_a22_labels_of_ours_come_and_go_and_others_stay(scene: Scene) -> None:
    scene.fake.labels = {"bug"}
    told(scene, "one", labels=True)
    with_change = set(scene.fake.labels)
    writes = len(scene.fake.writes)
    told(scene, "one", labels=True)
    unchanged = len(scene.fake.writes)
    told(scene, "two", 6, labels=True, report=EMPTY)

    assert {"bug", "schema-change"} == with_change
    assert writes == unchanged
    assert {"bug"} == scene.fake.labels
