"""Findings on their lines: one review of what is new, with suggestions that a click applies."""

from __future__ import annotations

from dataclasses import replace

from ci_runner.publish.inline import MOST
from ci_runner.publish.outcome import Failed, Outcome, Published, Skipped
from ci_runner.report.model import Report, ReportedFinding
from tests.fakes.github_talk import add_review_comment
from tests.publish.conftest import ADDED, Scene, a_report

INDEX = ReportedFinding(
    *("create-index-blocking", "error", "it blocks `users`", ADDED, 2, 3),
    instead="build it beside the writes",
    suggestion="CREATE INDEX CONCURRENTLY\n  i ON users (name);",
    fingerprint="a1",
)
OTHER = ReportedFinding("prefer-text", "note", "@everyone <b>", ADDED, 1, 1, fingerprint="b2")


def inline(scene: Scene, *findings: ReportedFinding) -> Outcome:
    scene.add_file(ADDED, b"x\n" * 5000)
    return scene.publish(report=a_report(findings=findings), inline=True)[2]


def bodies(scene: Scene) -> list[str]:
    return [each["body"].partition("\n")[2] for each in scene.fake.review_comments]


def test_a15_one_review_holds_the_findings_with_suggestions_on_equal_lines(scene: Scene) -> None:
    assert isinstance(inline(scene, OTHER, INDEX), Published)

    (review,) = scene.fake.reviews
    assert "2 findings" in review["body"]
    first, second = bodies(scene)
    assert "```suggestion\nCREATE INDEX CONCURRENTLY\n  i ON users (name);\n```" in first
    assert "schema-ci hash" in first
    assert "atlas&#46;sum" in first.replace("atlas.sum", "atlas&#46;sum")
    assert "<b>" not in second
    assert "@everyone" not in second
    asked = scene.fake.review_requests[0]["comments"]
    assert [(2, 3), (None, 1)] == [(each.get("start_line"), each["line"]) for each in asked]


def test_a15_what_is_said_already_is_not_said_again(scene: Scene) -> None:
    inline(scene, INDEX)
    writes = len(scene.fake.writes)

    assert isinstance(inline(scene, INDEX), Skipped)
    assert writes == len(scene.fake.writes)


def test_a15_a_finding_that_moved_keeps_its_comment_and_a_mended_one_loses_it(
    scene: Scene,
) -> None:
    inline(scene, INDEX, OTHER)
    inline(scene, replace(INDEX, line=7, end_line=8))

    (left,) = bodies(scene)
    assert "create&#45;index&#45;blocking" in left or "create-index-blocking" in left


def test_a15_an_outdated_comment_is_told_anew_and_the_old_one_goes(scene: Scene) -> None:
    inline(scene, INDEX)
    old = scene.fake.review_comments[0]
    del old["line"]
    inline(scene, INDEX)

    assert 1 == len(scene.fake.review_comments)
    assert old["id"] != scene.fake.review_comments[0]["id"]


def test_a15_one_that_was_answered_is_never_touched(scene: Scene) -> None:
    inline(scene, INDEX)
    old = scene.fake.review_comments[0]
    add_review_comment(scene.fake, "why?", "alice", answer_to=old["id"])
    del old["line"]

    assert isinstance(inline(scene, INDEX), Skipped)
    assert isinstance(inline(scene), Skipped)
    assert [old["id"]] == [e["id"] for e in scene.fake.review_comments if "schema-ci" in e["body"]]


def test_a15_comments_of_others_stay_even_with_our_marker(scene: Scene) -> None:
    inline(scene, INDEX)
    add_review_comment(scene.fake, scene.fake.review_comments[0]["body"], "mallory")
    inline(scene)

    assert ["mallory"] == [each["user"]["login"] for each in scene.fake.review_comments]


def test_a15_a_review_holds_thirty_and_says_how_many_more_there_are(scene: Scene) -> None:
    many = (replace(OTHER, rule=f"r{n}", fingerprint=f"f{n}", line=n + 1) for n in range(45))
    inline(scene, *many)

    assert MOST == len(scene.fake.review_comments)
    assert "15 more findings" in scene.fake.reviews[0]["body"]


def test_a15_files_that_are_not_new_get_no_comment(scene: Scene) -> None:
    elsewhere = replace(INDEX, path="db/migrations/old.sql")

    assert isinstance(inline(scene, elsewhere, replace(INDEX, line=0)), Skipped)
    assert [] == scene.fake.reviews


def test_a15_a_review_whose_answer_is_lost_is_not_written_twice(scene: Scene) -> None:
    scene.fake.fail("POST", "/reviews", 502, after_write=True)

    assert isinstance(inline(scene, INDEX), Published)
    assert 1 == len(scene.fake.reviews)


def test_a15_lines_that_github_does_not_take_are_a_warning(scene: Scene) -> None:
    outcome = inline(scene, replace(INDEX, line=9000, end_line=9000))

    assert isinstance(outcome, Failed)
    assert not outcome.fatal


def test_a15_is_off_by_default(scene: Scene) -> None:
    report: Report = a_report(findings=(INDEX,))

    assert {"commit", "comment", "check"} == {each.what for each in scene.publish(report=report)}
