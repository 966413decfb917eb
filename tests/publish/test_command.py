"""Commands in comments: who is listened to, and what is started again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.errors import ForgeError
from ci_runner.providers.github_comment import CommentEvent
from ci_runner.publish.command import REVIEWS, Answer, Declined, Done, Ignored, answer, command_of
from tests.publish.conftest import Scene

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
EVENT = CommentEvent(7, 55, "/schema-ci plan", "alice", is_new=True, is_person=True, created_at=AT)
WORKFLOW = "schema.yml"


@pytest.fixture(autouse=True)
def pushed(scene: Scene) -> None:
    """The head has been reviewed, and alice may write."""
    scene.fake.words.rights["alice"] = "write"
    scene.fake.workflow_runs.append(run(scene, 900))


def run(scene: Scene, number: int, **more: str) -> dict[str, object]:
    return {
        "id": number,
        "head_sha": scene.head(),
        "event": "pull_request",
        "status": "completed",
        "created_at": "2026-01-01T11:00:00Z",
        "html_url": f"https://github.invalid/runs/{number}",
        **more,
    }


def asked(scene: Scene, event: CommentEvent = EVENT) -> Answer:
    return answer(event, scene.forge(), WORKFLOW)


@pytest.mark.parametrize("command", REVIEWS)
def test_a23_a_review_is_started_again_and_its_writer_sees_it(scene: Scene, command: str) -> None:
    done = asked(scene, replace(EVENT, line=f"/schema-ci {command}"))

    assert Done(command, "https://github.invalid/runs/900") == done
    assert ([900], ["eyes", "rocket"]) == (scene.fake.reruns, scene.fake.reactions[55])


def test_a23_help_is_an_answer(scene: Scene) -> None:
    asked(scene, replace(EVENT, line="/schema-ci help"))

    (comment,) = scene.fake.comments
    assert all(f"/schema-ci {name}" in comment["body"] for name in REVIEWS)
    assert [] == scene.fake.reruns


@pytest.mark.parametrize(
    "event",
    [
        replace(EVENT, author="mallory"),
        replace(EVENT, is_new=False),
        replace(EVENT, is_person=False),
        replace(EVENT, line="/schema-ci approve"),
        replace(EVENT, line="thanks"),
    ],
)
def test_t22_whoever_does_not_count_gets_no_answer_at_all(
    scene: Scene, event: CommentEvent
) -> None:
    scene.fake.words.rights["mallory"] = "read"

    assert isinstance(asked(scene, event), Ignored)
    assert [] == scene.fake.writes


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("unknown", "no command"),
        ("fork", "from a fork"),
        ("closed", "closed"),
        ("moved", "head moved after the comment"),
        ("new head", "no run of the review yet"),
        ("running", "running already"),
    ],
)
def test_t22_what_can_not_be_done_is_told_by_a_reaction(
    scene: Scene, why: str, reason: str
) -> None:
    fake, event = scene.fake, EVENT
    if why == "unknown":
        event = replace(EVENT, line="/schema-ci drop")
    elif why == "fork":
        fake.head_slug = "mallory/shop"
    elif why == "closed":
        fake.state = "closed"
    elif why == "moved":
        fake.workflow_runs.append(run(scene, 901, created_at="2026-01-01T12:00:01Z"))
    elif why == "new head":
        scene.add_file("db/migrations/9.sql", b"SELECT 9;\n")
    else:
        fake.workflow_runs.append(
            run(scene, 902, created_at="2026-01-01T11:30:00Z", status="queued")
        )

    done = asked(scene, event)

    assert isinstance(done, Declined)
    assert reason in done.reason
    assert ([], ["eyes", "confused"]) == (fake.reruns, fake.reactions[55])


def test_trouble_is_an_error_and_seen_beside_the_comment(scene: Scene) -> None:
    scene.fake.fail("POST", "/rerun", 403, message="Resource not accessible by integration")

    with pytest.raises(ForgeError, match="start the review again"):
        asked(scene)
    assert ["eyes", "confused"] == scene.fake.reactions[55]


@pytest.mark.parametrize(
    "line",
    [
        *("schema-ci plan", "/schema-ci", "/schema-ci plan now", "x /schema-ci plan"),
        *("/schema-ci 'plan'", "/schema-ci  plan", "> /schema-ci plan", '/schema-ci "plan'),
    ],
)
def test_a23_only_the_exact_line_is_a_command(line: str) -> None:
    assert "" == command_of(line)


@given(st.text())
def test_a23_no_text_makes_reading_fail(line: str) -> None:
    assert command_of(line) in {"", line.strip().removeprefix("/schema-ci ")}
