"""`schema-ci chatops` in a job that a comment has started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import Checkout, Done
from tests.publish.conftest import TOKEN, Scene, scene

__all__ = ["scene"]
EVENT: dict[str, Any] = {
    "action": "created",
    "issue": {"number": 7, "pull_request": {}},
    "comment": {
        "id": 55,
        "body": "/schema-ci plan\r\nplease",
        "user": {"login": "alice", "type": "User"},
        "created_at": "2026-01-01T12:00:00Z",
    },
}


def started(scene: Scene, folder: Path, event: Any, name: str = "issue_comment") -> Done:
    path = folder / "event.json"
    path.write_text(json.dumps(event))
    folder.joinpath("work").mkdir()
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_SERVER_URL": "https://github.invalid",
        "GITHUB_API_URL": scene.fake.url,
        "GITHUB_TOKEN": TOKEN,
    }
    return Checkout(folder / "work", environ).run("chatops", "--workflow", "schema.yml")


def test_a23_a_comment_starts_the_review_of_its_pull_request_again(
    scene: Scene, tmp_path: Path
) -> None:
    scene.fake.words.rights["alice"] = "write"
    run = {"id": 900, "head_sha": scene.head(), "event": "pull_request", "status": "completed"}
    times = {"created_at": "2026-01-01T11:00:00Z", "html_url": "https://github.invalid/runs/900"}
    scene.fake.workflow_runs.append({**run, **times})

    done = started(scene, tmp_path, EVENT)

    assert ExitCode.OK == done.code, done.err
    assert "plan: https://github.invalid/runs/900" in done.err
    assert [900] == scene.fake.reruns


def test_a_comment_on_an_issue_is_ignored(scene: Scene, tmp_path: Path) -> None:
    done = started(scene, tmp_path, {**EVENT, "issue": {"number": 7}})

    assert (ExitCode.OK, []) == (done.code, scene.fake.requests)


@pytest.mark.parametrize(
    ("event", "name", "code", "said"),
    [
        (EVENT, "pull_request", ExitCode.USAGE, "no comment started this job"),
        ({"issue": {"pull_request": {}}}, "issue_comment", ExitCode.CONFIG, "holds no comment"),
    ],
)
def test_what_is_no_comment_is_an_error_with_a_next_step(
    scene: Scene, tmp_path: Path, event: Any, name: str, code: ExitCode, said: str
) -> None:
    done = started(scene, tmp_path, event, name)

    assert code == done.code
    assert said in done.err
    assert [] == scene.fake.requests
