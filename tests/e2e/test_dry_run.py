"""`--dry-run`: the forge is read, what would be written is printed, and nothing is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import Done
from tests.e2e.conftest import TOKEN, PullRequestScene
from tests.e2e.gitlab_scene import MergeRequestScene


def would(done: Done) -> list[Any]:
    lines = [line for line in done.out.splitlines() if line.startswith('{"would"')]
    return [json.loads(line) for line in lines]


def test_a26_a_run_prints_what_it_would_send_and_sends_nothing(scene: PullRequestScene) -> None:
    head = scene.fake.head()

    done = scene.run("run", "--dry-run", SCHEMA_CI_COMMIT="push", SCHEMA_CI_LABELS="true")

    assert ExitCode.OK == done.code, done.err
    assert ([], head) == (scene.fake.writes, scene.fake.head())
    told = {each["would"]: each for each in would(done)}
    assert {
        "show a check in progress",
        "commit",
        "create a comment",
        "add labels",
        "write a check",
    } == told.keys()
    assert head == told["commit"]["parent"]
    assert any(path.endswith(".sql") for path in told["commit"]["bytes"])
    assert "Generated migration" in told["create a comment"]["body"]
    assert TOKEN not in done.said


def test_a26_the_next_real_run_does_what_was_printed(scene: PullRequestScene) -> None:
    (printed,) = (
        each["body"]
        for each in would(scene.run("run", "--dry-run"))
        if each["would"] == "create a comment"
    )

    scene.run()

    def told(body: str) -> list[str]:
        """Without the lines that name the time."""
        return [line for line in body.splitlines()[1:] if "UTC" not in line]

    assert told(scene.fake.comments[0]["body"]) == told(printed)


@pytest.mark.parametrize("mode", ["hide-and-new", "delete-and-new"])
def test_a26_publishing_a_report_again_says_what_would_become_of_the_old_comment(
    scene: PullRequestScene, mode: str
) -> None:
    scene.run(SCHEMA_CI_FAIL_ON="note")
    scene.run("run", "--no-publish", SCHEMA_CI_COMMIT="check")
    scene.fake.comments[0]["body"] += "edited"
    writes = len(scene.fake.writes)

    done = scene.run(
        *("publish", "--from", "schema-ci-report", "--dry-run"), SCHEMA_CI_COMMENT_MODE=mode
    )

    said = {"hide-and-new": "hide our comment", "delete-and-new": "delete our comment"}[mode]
    assert {"create a comment", said} <= {each["would"] for each in would(done)}
    assert writes == len(scene.fake.writes)


def test_a26_on_gitlab_too(merge_request: MergeRequestScene) -> None:
    scene = merge_request

    done = scene.run("run", "--dry-run", without=(), SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    assert ([], 0) == (scene.fake.writes, scene.fake.pushes)
    assert {"commit", "create a comment", "write a check"} <= {
        each["would"] for each in would(done)
    }
