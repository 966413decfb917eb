from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.errors import ConfigError
from ci_runner.providers import detect

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com/",
    "GITHUB_RUN_ID": "5",
}


def test_github_pull_request_with_a_deleted_fork_is_a_fork(tmp_path: Path) -> None:
    base = {"ref": "main", "sha": "b", "repo": {"full_name": "acme/shop"}}
    pull = {"number": 7, "head": {"ref": "a b'c", "sha": "a", "repo": None}, "base": base}
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"pull_request": pull}))

    build = detect({**GITHUB, "GITHUB_EVENT_PATH": str(path)})

    assert build.repository is not None
    assert "https://api.github.com" == build.repository.api_url
    assert build.pull_request is not None
    assert "a b'c" == build.pull_request.head_branch
    assert build.pull_request.is_fork


@pytest.mark.parametrize("text", ["{", "[]", '{"pull_request": {}}'])
def test_broken_event_names_variable_and_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "event.json"
    path.write_text(text)

    with pytest.raises(ConfigError, match="GITHUB_EVENT_PATH") as caught:
        detect({**GITHUB, "GITHUB_EVENT_PATH": str(path)})
    assert str(path) == caught.value.where


def test_gitlab_merge_request() -> None:
    build = detect({"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3", "CI_COMMIT_SHA": "a"})

    assert build.pull_request is not None
    assert (3, "a") == (build.pull_request.number, build.pull_request.head_sha)


def test_circleci_pull_request_is_on_github() -> None:
    build = detect(
        {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/9"}
    )

    assert build.pull_request is not None
    assert (9, "acme/shop") == (build.pull_request.number, build.pull_request.base_slug)


def test_plain_shell_is_local() -> None:
    assert "local" == detect({}).provider
