from __future__ import annotations

import pytest

from ci_runner.context import Build, PullRequest, Repository
from ci_runner.errors import ConfigError
from ci_runner.forges.lookup import is_complete
from ci_runner.providers.gitlab_ci import detect

HEAD, MERGED, TARGET = "a" * 40, "b" * 40, "c" * 40
# docs.gitlab.com/ci/variables/predefined_variables
JOB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_PROJECT_ID": "1",
    "CI_PROJECT_PATH": "acme/shop",
    "CI_PROJECT_URL": "https://gitlab.example.com/acme/shop",
    "CI_PIPELINE_ID": "88",
    "CI_JOB_URL": "https://gitlab.example.com/acme/shop/-/jobs/5",
    "CI_DEFAULT_BRANCH": "main",
    "CI_COMMIT_SHA": HEAD,
}
DETACHED = {
    **JOB,
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_ID": "1",
    "CI_MERGE_REQUEST_PROJECT_PATH": "acme/shop",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/acme/shop",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/shop",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": TARGET,
}
MERGED_RESULT = {
    **DETACHED,
    "CI_COMMIT_SHA": MERGED,
    "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD,
    "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": TARGET,
}
TRAIN = {**MERGED_RESULT, "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train"}
FORK = {
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "mallory/shop",
}
# Started by a member in the project itself, and by the fork's owner in the fork.
FORKS = [
    {**DETACHED, **FORK},
    {
        **DETACHED,
        **FORK,
        "CI_PROJECT_PATH": "mallory/shop",
        "CI_PROJECT_URL": "https://gitlab.example.com/mallory/shop",
    },
]
SHOP = Repository(
    "gitlab",
    "acme/shop",
    "https://gitlab.example.com/acme/shop",
    "https://gitlab.example.com/api/v4",
)


def build(environ: dict[str, str], **more: str) -> Build:
    found = detect({**environ, **more})
    assert found is not None
    return found


def pull(environ: dict[str, str], **more: str) -> PullRequest:
    found = build(environ, **more).pull_request
    assert found is not None
    return found


@pytest.mark.parametrize("environ", [DETACHED, MERGED_RESULT, TRAIN])
def test_b2_the_head_is_the_branchs_own_commit_in_every_pipeline(environ: dict[str, str]) -> None:
    found = pull(environ)

    assert (7, HEAD, "feature") == (found.number, found.head_sha, found.head_branch)
    assert (TARGET, "main") == (found.base_sha, found.base_branch)
    assert not found.is_fork


@pytest.mark.parametrize("environ", [MERGED_RESULT, TRAIN])
def test_b2_a_merge_is_never_taken_for_the_head(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"):
        build(environ, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA="")


@pytest.mark.parametrize("environ", [DETACHED, MERGED_RESULT])
def test_a_pipeline_of_ones_own_merge_request_may_publish(environ: dict[str, str]) -> None:
    assert build(environ).restraint is None


def test_b20_a_merge_train_only_checks() -> None:
    restraint = build(TRAIN).restraint

    assert restraint is not None
    assert restraint.check


@pytest.mark.parametrize("environ", FORKS)
def test_b18_a_forks_pipeline_publishes_nothing(environ: dict[str, str]) -> None:
    found = build(environ)

    assert pull(environ).is_fork
    assert found.repository == SHOP
    assert found.restraint is not None
    assert not found.restraint.check


def test_b18_a_source_that_is_gone_is_a_fork() -> None:
    gone = {
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "",
    }

    assert pull(DETACHED, **gone).is_fork


def test_b18_of_an_id_and_a_path_that_disagree_the_id_counts() -> None:
    assert pull(DETACHED, CI_MERGE_REQUEST_SOURCE_PROJECT_ID="2").is_fork


def test_a_train_of_a_fork_publishes_nothing() -> None:
    restraint = build(TRAIN, **FORK).restraint

    assert restraint is not None
    assert not restraint.check


def test_a_branch_pipeline_leaves_its_merge_request_to_the_forge() -> None:
    found = build(JOB, CI_COMMIT_BRANCH="feature", CI_PIPELINE_SOURCE="push")

    assert found.pull_request is None
    assert ("feature", HEAD) == (found.branch, found.sha)
    assert not is_complete(found)


def test_a_tag_pipeline_has_no_merge_request() -> None:
    assert is_complete(build(JOB, CI_COMMIT_TAG="v1"))


def test_a24_addresses_are_the_runners() -> None:
    assert SHOP == build(DETACHED).repository
    assert SHOP == build(JOB).repository


def test_a_draft_is_known() -> None:
    assert pull(DETACHED, CI_MERGE_REQUEST_DRAFT="true").draft
    assert not pull(DETACHED).draft


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="CI_MERGE_REQUEST_IID") as wrong:
        build(DETACHED, CI_MERGE_REQUEST_IID="!7")
    assert "!7" == wrong.value.said
