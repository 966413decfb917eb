from __future__ import annotations

import pytest

from ci_runner.context import Build, PullRequest, Repository
from ci_runner.errors import ConfigError
from ci_runner.providers.circleci import detect

SHA = "a" * 40
# As circleci.com/docs/reference/variables says that a GitHub OAuth project has them.
OAUTH = {
    "CI": "true",
    "CIRCLECI": "true",
    "CIRCLE_BRANCH": "feature",
    "CIRCLE_SHA1": SHA,
    "CIRCLE_BUILD_NUM": "31",
    "CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/shop/31",
    "CIRCLE_PROJECT_USERNAME": "acme",
    "CIRCLE_PROJECT_REPONAME": "shop",
    "CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git",
}
# A GitHub App project: organisation and project are ids, the repository is not told.
APP = {
    "CI": "true",
    "CIRCLECI": "true",
    "CIRCLE_BRANCH": "feature",
    "CIRCLE_SHA1": SHA,
    "CIRCLE_PROJECT_USERNAME": "Vc2Rd9wKcJRbSBeJdcrb2W",
    "CIRCLE_PROJECT_REPONAME": "Q7xY1gkmU4r5fXTeJ2kX9z",
}
SHOP = Repository("github", "acme/shop", "https://github.com/acme/shop", "https://api.github.com")


def build(environ: dict[str, str], **more: str) -> Build:
    found = detect({**environ, **more})
    assert found is not None
    return found


def pull(environ: dict[str, str], **more: str) -> PullRequest:
    found = build(environ, **more).pull_request
    assert found is not None
    return found


def url(number: int, host: str = "github.com") -> str:
    return f"https://{host}/acme/shop/pull/{number}"


def test_b19_the_pull_request_is_that_of_the_variable() -> None:
    found = pull(OAUTH, CIRCLE_PULL_REQUEST=url(9))

    assert (9, SHA, "feature") == (found.number, found.head_sha, found.head_branch)
    assert ("acme/shop", "acme/shop") == (found.head_slug, found.base_slug)
    assert not found.is_fork


def test_b19_of_several_pull_requests_every_run_takes_the_same() -> None:
    several = ",".join(map(url, (12, 9, 10)))

    for chosen in (9, 10, 12):
        found = pull(OAUTH, CIRCLE_PULL_REQUEST=url(chosen), CIRCLE_PULL_REQUESTS=several)
        assert 9 == found.number


def test_b19_without_the_variable_branch_and_commit_are_told_for_the_forge_to_look_up() -> None:
    found = build(OAUTH)

    assert SHOP == found.repository
    assert found.pull_request is None
    assert ("feature", SHA) == (found.branch, found.sha)


@pytest.mark.parametrize(
    "said",
    [
        "git@github.com:acme/shop.git",
        "ssh://git@github.com/acme/shop.git",
        "ssh://git@github.com:22/acme/shop.git",
        "https://github.com/acme/shop.git",
        "https://x-access-token:secret@GitHub.com/acme/shop",
    ],
)
def test_every_spelling_of_a_clone_url_is_the_same_repository(said: str) -> None:
    assert SHOP == build(OAUTH, CIRCLE_REPOSITORY_URL=said).repository


@pytest.mark.parametrize("url_given", [True, False])
def test_a19_a_fork_is_known_by_its_owner_and_by_its_branch(*, url_given: bool) -> None:
    given = {"CIRCLE_PULL_REQUEST": url(9)} if url_given else {}
    fork = {**OAUTH, "CIRCLE_BRANCH": "pull/9", **given}

    named = pull(fork, CIRCLE_PR_USERNAME="mallory", CIRCLE_PR_REPONAME="shop-of-mine")

    assert (9, "mallory/shop-of-mine") == (named.number, named.head_slug)
    assert named.is_fork
    assert pull(fork).is_fork


def test_a19_a_fork_that_builds_itself_publishes_to_the_pull_requests_repository() -> None:
    own = {"CIRCLE_REPOSITORY_URL": "git@github.com:mallory/shop.git"}

    found = build(OAUTH, CIRCLE_PULL_REQUEST=url(9), **own)

    assert SHOP == found.repository
    assert found.pull_request is not None
    assert ("mallory/shop", True) == (found.pull_request.head_slug, found.pull_request.is_fork)


def test_a_github_app_project_needs_to_be_told_its_repository() -> None:
    unknown, told = build(APP), build(APP, GITHUB_REPOSITORY="acme/shop")

    assert Repository("none", "", "", "") == unknown.repository
    assert SHOP == told.repository
    assert ("feature", SHA) == (told.branch, told.sha)


def test_t1_a_github_app_project_does_not_tell_forks_so_its_head_is_nobody_we_trust() -> None:
    assert pull(APP, CIRCLE_PULL_REQUEST=url(9)).is_fork
    assert "" == build(APP).event
    assert "push" == build(OAUTH).event


def test_a24_a_github_enterprise_server_is_named_by_its_variable() -> None:
    ghes = {**OAUTH, "CIRCLE_REPOSITORY_URL": "git@ghe.acme.example:acme/shop.git"}

    unnamed = build(ghes).repository
    named = build(ghes, GITHUB_SERVER_URL="https://ghe.acme.example/").repository

    assert (
        Repository("none", "acme/shop.git", "https://ghe.acme.example/acme/shop.git", "") == unnamed
    )
    web = "https://ghe.acme.example/acme/shop"
    assert Repository("github", "acme/shop", web, "https://ghe.acme.example/api/v3") == named


def test_a24_the_api_of_a_server_can_stand_elsewhere() -> None:
    found = build(OAUTH, GITHUB_API_URL="http://127.0.0.1:9/").repository

    assert found is not None
    assert "http://127.0.0.1:9" == found.api_url


@pytest.mark.parametrize(
    "given",
    [
        {"CIRCLE_REPOSITORY_URL": "git@bitbucket.org:acme/shop.git"},
        {"CIRCLE_REPOSITORY_URL": "https://gitlab.com/acme/group/shop.git"},
        {"CIRCLE_PULL_REQUEST": "https://bitbucket.org/acme/shop/pull-requests/9"},
    ],
)
def test_what_is_hosted_elsewhere_has_no_forge_and_no_pull_request(given: dict[str, str]) -> None:
    found = build(OAUTH, **given)

    assert found.repository is not None
    assert ("none", None) == (found.repository.forge, found.pull_request)
    assert found.repository.web_url.startswith("https://")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_SERVER_URL", "ghe.acme.example"),
        ("GITHUB_SERVER_URL", "http://ghe.acme.example"),
        ("GITHUB_SERVER_URL", "https://user:secret@ghe.acme.example"),
        ("GITHUB_REPOSITORY", "shop"),
        ("GITHUB_REPOSITORY", "acme/shop/../other"),
        ("CIRCLE_PULL_REQUEST", "https://github.com/acme/shop/issues/9"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named_with_what_to_do(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        detect({**OAUTH, name: value})

    assert caught.value.next_step


def test_other_environments_are_not_circleci() -> None:
    assert detect({"CI": "true"}) is None
