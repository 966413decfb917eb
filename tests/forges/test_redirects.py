"""An answer that leads elsewhere is not followed with our token."""

from __future__ import annotations

import pytest

from ci_runner.errors import ForgeError
from tests.fakes.github import FakeGitHub
from tests.publish.conftest import BRANCH, Scene


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_t16_a_redirect_is_not_followed_with_the_token(
    scene: Scene, status: int, host: str
) -> None:
    with FakeGitHub(scene.fake.bare, BRANCH) as other:
        elsewhere = other.url.replace("127.0.0.1", host)
        headers = {"Location": f"{elsewhere}/repos/acme/shop/pulls/7"}
        scene.fake.fail("GET", "/pulls/7$", status, times=9, headers=headers)

        with pytest.raises(ForgeError, match="redirect"):
            scene.forge().pull_request(7)

    assert [] == other.requests


def test_t16_a_write_that_is_redirected_is_not_sent_again(scene: Scene) -> None:
    with FakeGitHub(scene.fake.bare, BRANCH) as other:
        headers = {"Location": f"{other.url}/repos/acme/shop/issues/7/comments"}
        scene.fake.fail("POST", "/comments$", 307, times=9, headers=headers)

        with pytest.raises(ForgeError, match="redirect"):
            scene.forge().create_comment(7, "text")

    assert [] == other.requests
    assert 1 == sum(path.endswith("/comments") for _, path in scene.fake.writes)
