from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.lookup import complete, is_complete
from tests.publish.conftest import BRANCH, Scene

SHOP = Repository("github", "acme/shop", "https://github.com/acme/shop", "https://api.github.com")


def pushed(scene: Scene) -> Build:
    return Build("circleci", SHOP, branch=BRANCH, sha=Sha(scene.fake.head()))


def named(scene: Scene) -> Build:
    """The number is known and nothing else, as CircleCI tells of a fork."""
    head = Sha(scene.fake.head())
    pull = PullRequest(7, head, "pull/7", "", Sha(""), "", "acme/shop")
    return Build("circleci", SHOP, pull, branch="pull/7", sha=head)


def test_b19_a_pushed_commit_is_found_in_its_pull_request(scene: Scene) -> None:
    found = complete(pushed(scene), scene.forge())

    pull = found.pull_request
    assert pull is not None
    assert (7, BRANCH, scene.fake.head()) == (pull.number, pull.head_branch, pull.head_sha)
    assert ("main", scene.fake.head("main")) == (pull.base_branch, pull.base_sha)
    assert is_complete(found)


def test_b19_before_it_is_opened_the_default_branch_is_what_it_goes_into(scene: Scene) -> None:
    scene.fake.opened = False

    found = complete(pushed(scene), scene.forge())

    assert (None, "main") == (found.pull_request, found.default_branch)


@pytest.mark.parametrize("unknown", ["f" * 40, "no-such-commit"])
def test_b19_a_commit_that_the_forge_does_not_know_is_in_no_pull_request(
    scene: Scene, unknown: str
) -> None:
    assert scene.forge().pull_request_of(BRANCH, Sha(unknown)) is None


@pytest.mark.parametrize("change", [{"state": "closed"}, {"head_slug": "mallory/shop"}])
def test_b19_closed_ones_and_those_of_other_repositories_do_not_count(
    scene: Scene, change: dict[str, str]
) -> None:
    for name, value in change.items():
        setattr(scene.fake, name, value)

    assert scene.forge().pull_request_of(BRANCH, Sha(scene.fake.head())) is None


def test_b19_a_pull_request_from_another_branch_at_the_same_commit_is_not_ours(
    scene: Scene,
) -> None:
    assert scene.forge().pull_request_of("other", Sha(scene.fake.head())) is None


def test_a19_whether_it_is_a_fork_is_what_the_forge_says(scene: Scene) -> None:
    scene.fake.head_slug = "mallory/shop"

    theirs = complete(named(scene), scene.forge()).pull_request
    scene.fake.head_slug = "acme/shop"
    ours = complete(named(scene), scene.forge()).pull_request

    assert theirs is not None
    assert ours is not None
    assert (True, False) == (theirs.is_fork, ours.is_fork)
    assert (BRANCH, "main") == (ours.head_branch, ours.base_branch)


def test_a_number_alone_is_a_pull_request_at_the_head_that_it_has_now(scene: Scene) -> None:
    build = Build("github-actions", SHOP, event="workflow_dispatch", number=7)

    found = complete(build, scene.forge()).pull_request

    assert not is_complete(build)
    assert found is not None
    assert (7, scene.fake.head(), "main") == (found.number, found.head_sha, found.base_branch)


def test_a7_the_head_stays_the_one_that_was_built(scene: Scene) -> None:
    build = named(scene)
    scene.fake.head_override = "f" * 40

    found = complete(build, scene.forge()).pull_request

    assert found is not None
    assert build.sha == found.head_sha


def test_a_build_that_tells_all_asks_nobody(scene: Scene) -> None:
    build = complete(pushed(scene), scene.forge())
    asked = len(scene.fake.requests)

    for complete_one in (build, replace(build, pull_request=None, branch="")):
        assert complete_one == complete(complete_one, scene.forge())
    assert asked == len(scene.fake.requests)


def test_a18_a_refusal_is_an_error_and_not_an_absent_pull_request(scene: Scene) -> None:
    scene.fake.fail("GET", "/commits/.*/pulls$", 401)

    with pytest.raises(ForgeError, match="find the pull request of a commit"):
        complete(pushed(scene), scene.forge())
