"""Which hosts are spoken to, and that no other one ever gets the token."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ci_runner.context import Repository, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Refused
from ci_runner.forges.github import GitHubForge, github
from ci_runner.providers.github_actions import detect
from tests.fakes.github import FakeGitHub
from tests.publish.conftest import BRANCH, TOKEN, Scene


def forge_at(api_url: str, graphql_url: str = "") -> GitHubForge:
    where = Repository("github", "acme/shop", "https://github.invalid/acme/shop", api_url)
    where = replace(where, graphql_url=graphql_url)
    return github(where, TOKEN, sleep=lambda _: None, seconds_between_writes=0)


@pytest.mark.parametrize("told", [True, False])
def test_a24_an_enterprise_server_is_spoken_to_where_its_runner_says(
    scene: Scene, told: bool
) -> None:
    fake = scene.fake
    fake.enterprise = True
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_API_URL": f"{fake.url}/api/v3",
        **({"GITHUB_GRAPHQL_URL": f"{fake.url}/api/graphql"} if told else {}),
    }
    build = detect(environ)
    assert build is not None
    assert build.repository is not None

    forge = github(build.repository, TOKEN, seconds_between_writes=0)

    assert "schema-ci[bot]" == forge.conversation(7).viewer
    assert forge.pull_request(7).open
    paths = [path for _, path in fake.requests]
    assert ["/api/graphql", "/api/v3/repos/acme/shop/pulls/7"] == paths


def test_a24_a_graphql_address_on_another_host_gets_nothing(scene: Scene) -> None:
    with FakeGitHub(scene.fake.bare, BRANCH) as other:
        viewer = forge_at(scene.fake.url, f"{other.url}/graphql").viewer()

    assert scene.fake.login == viewer
    assert [] == other.requests


def test_a24_t16_a_next_page_on_another_host_is_not_followed(scene: Scene, tmp_path: Path) -> None:
    for number in range(150):
        scene.fake.add_comment(str(number))
    with FakeGitHub(scene.fake.bare, BRANCH) as other:
        scene.fake.next_page_host = other.url
        with pytest.raises(ForgeError, match="another host"):
            scene.forge().comments(7)

    assert [] == other.requests


def test_a24_a_certificate_of_ones_own_authority_is_taken_from_the_environment(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, key = tmp_path / "made.pem", tmp_path / "key.pem"
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-out", str(made)),
            *("-keyout", str(key), "-addext", "subjectAltName=IP:127.0.0.1"),
        ),
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made, key)
    with FakeGitHub(scene.fake.bare, BRANCH, tls=tls) as fake:
        with pytest.raises(ForgeError, match="signed by nobody") as refused:
            forge_at(fake.url).pull_request(7)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made))
        trusted = forge_at(fake.url).pull_request(7)

    assert "REQUESTS_CA_BUNDLE" in refused.value.next_step
    assert trusted.open


def test_what_is_not_github_is_an_error_that_says_so(scene: Scene) -> None:
    scene.fake.fail("GET", "/pulls/7", 299, message="<html>log in</html>")

    with pytest.raises(ForgeError, match="something that is not GitHub") as refused:
        scene.forge().pull_request(7)
    assert "proxy" in refused.value.next_step


def test_a17_a_pull_request_that_no_replica_knows_yet_is_asked_for_again(scene: Scene) -> None:
    scene.fake.fail("GET", "/pulls/7", 404, times=2)

    assert scene.forge().pull_request(7).open
    assert [1.0, 2.0] == scene.waits


def test_a17_one_that_does_not_exist_is_an_error_after_three_looks(scene: Scene) -> None:
    scene.fake.fail("GET", "/pulls/7", 404, times=9)

    with pytest.raises(Refused):
        scene.forge().pull_request(7)
    assert 3 == len(scene.fake.requests)


def test_a18_what_the_token_lacks_is_named_as_github_names_it(scene: Scene) -> None:
    scene.fake.fail(
        "POST",
        "/comments",
        403,
        message="Resource not accessible by integration",
        headers={"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"},
    )

    with pytest.raises(Refused) as refused:
        scene.forge().create_comment(7, "text")
    expected = "give the token the permission `issues: write` or `pull-requests: write`"
    assert expected == refused.value.next_step


def test_a18_words_of_a_header_that_are_no_permission_are_not_passed_on(scene: Scene) -> None:
    odd = {"X-Accepted-GitHub-Permissions": "`curl evil` =x"}
    scene.fake.fail("GET", "/branches/main", 403, headers=odd)

    with pytest.raises(Refused) as refused:
        scene.forge().is_protected("main")
    assert "curl" not in str(refused.value)


def test_a12_a_check_is_begun_once_on_a_commit(scene: Scene) -> None:
    sha = Sha(scene.fake.head())
    first, second = (scene.forge().begin_check("schema-ci / x", sha, "") for _ in range(2))

    assert first.id == second.id
    assert "" == second.conclusion
