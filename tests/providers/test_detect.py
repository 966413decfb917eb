from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.context import Build, MergeGroup, Sha, Upstream
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


def of_event(folder: Path, event: object) -> Build:
    path = folder / "event.json"
    path.write_text(json.dumps(event))
    return detect({**GITHUB, "GITHUB_EVENT_PATH": str(path)})


@pytest.mark.parametrize(
    ("repository", "slug"), [({"full_name": "mallory/shop"}, "mallory/shop"), (None, "")]
)
def test_a19_a_workflow_run_tells_the_commit_and_no_pull_request(
    tmp_path: Path, repository: object, slug: str
) -> None:
    run = {"id": 77, "head_sha": "a", "head_branch": "b c", "head_repository": repository}

    build = of_event(tmp_path, {"workflow_run": {**run, "html_url": "https://evil.example"}})

    expected = Upstream(Sha("a"), "b c", slug, "https://github.com/acme/shop/actions/runs/77")
    assert (None, expected) == (build.pull_request, build.upstream)


def test_a_dispatched_workflow_is_told_a_number(tmp_path: Path) -> None:
    assert 7 == of_event(tmp_path, {"inputs": {"pull-request": " #7 "}}).number
    assert 0 == of_event(tmp_path, {"inputs": None}).number
    with pytest.raises(ConfigError, match="no number of a pull request"):
        of_event(tmp_path, {"inputs": {"pull-request": "7; id"}})


def test_b20_a_merge_queue_tells_its_commit_and_branch(tmp_path: Path) -> None:
    group = {"head_sha": "a", "base_sha": "b", "base_ref": "refs/heads/release/1"}

    build = of_event(tmp_path, {"merge_group": group})

    assert MergeGroup(Sha("a"), "release/1") == build.merge_group


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", '{"pull_request": {}}'),
        *('{"workflow_run": {"id": 1}}', '{"merge_group": {}}', '{"inputs": 7}'),
    ],
)
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
