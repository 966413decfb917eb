from __future__ import annotations

import pytest

from ci_runner.context import Sha
from ci_runner.forges.base import Annotation, Check, OutcomeUnknown, StaleHead
from tests.publish.conftest import BRANCH, Scene


@pytest.mark.parametrize("graphql", [200, 404])
def test_b6_commit_on_a_moved_head_is_stale(scene: Scene, graphql: int) -> None:
    if graphql != 200:
        scene.fake.fail("POST", "/graphql", graphql)
    old, now = Sha(scene.fake.head("main")), scene.fake.head()

    assert StaleHead(Sha(now)) == scene.forge().commit(BRANCH, old, {"a.sql": b"x"}, "m")
    assert now == scene.fake.head()


def test_b6_commit_whose_answer_was_lost_is_recognised(scene: Scene) -> None:
    scene.fake.fail("POST", "/graphql", 502, after_write=True)

    made = scene.forge().commit(BRANCH, Sha(scene.fake.head()), {"a.sql": b"x"}, "m\n\nbody\n")

    assert scene.fake.head() == made


def test_a14_annotations_go_in_chunks_of_fifty(scene: Scene) -> None:
    line = Annotation("a.sql", 1, 1, "warning", "rule", "text")
    sha = Sha(scene.fake.head())
    check = Check("schema-ci / all", sha, "failure", "t", "s", annotations=(line,) * 120)

    scene.forge().write_check(check, None, "0123456789abcdef")

    assert [120] == [run["output"]["annotations_count"] for run in scene.fake.check_runs]


def test_a16_post_is_never_sent_twice_and_get_is(scene: Scene) -> None:
    scene.fake.fail("POST", "/comments", 502)
    scene.fake.fail("GET", "/pulls/7$", 502, times=2)
    forge = scene.forge()

    with pytest.raises(OutcomeUnknown):
        forge.create_comment(7, "text")
    assert forge.pull_request(7).open
    assert 1 == len(scene.fake.writes)
    assert [1, 2] == [int(wait) for wait in scene.waits]


def test_viewer_of_an_installation_token_is_the_actions_bot(scene: Scene) -> None:
    scene.fake.fail("POST", "/graphql", 403)
    scene.fake.fail("GET", "/user", 403, message="Resource not accessible by integration")

    assert "github-actions[bot]" == scene.forge().viewer()


def test_a2_viewer_of_an_app_of_ones_own_is_that_app(scene: Scene) -> None:
    scene.fake.login = "acme-migrations[bot]"
    scene.fake.fail("GET", "/user", 403, times=9)

    assert "acme-migrations[bot]" == scene.forge().viewer()
