"""`schema-ci run` in a CircleCI job of a repository on GitHub."""

from __future__ import annotations

from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import Done
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene

SSH = """#!/bin/sh
# `ssh HOST COMMAND` with the host's repository on this machine.
eval "command=\\${{$#}}"
printf '%s\\n' "$command" >>'{log}'
exec sh -c "${{command%% *}} '{bare}'"
"""


def job(scene: PullRequestScene, *argv: str, **environ: str) -> Done:
    """A job of a GitHub OAuth project for what the forge has of the branch now."""
    scene.checkout.environ = {
        "CI": "true",
        "CIRCLECI": "true",
        "CIRCLE_BRANCH": BRANCH,
        "CIRCLE_SHA1": scene.fake.head(),
        "CIRCLE_BUILD_NUM": "31",
        "CIRCLE_BUILD_URL": "https://circleci.invalid/31",
        "CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git",
        "GITHUB_API_URL": scene.fake.url,
        "GITHUB_TOKEN": TOKEN,
        "SCHEMA_CI_API_MAX_WAIT": "0",
    }
    given = {name: value for name, value in environ.items() if value}
    for name in environ.keys() - given.keys():
        del scene.checkout.environ[name]
    return scene.checkout.run(*(argv or ("run",)), **given)


def as_a_person(scene: PullRequestScene) -> None:
    """Check runs are for apps: a personal token may only write statuses."""
    scene.fake.fail("POST", "/check-runs$", 403, times=99, message="must authenticate via an App")


def test_b19_the_pull_request_is_looked_up_and_reviewers_see_comment_and_status(
    scene: PullRequestScene,
) -> None:
    as_a_person(scene)

    done = job(scene)

    assert ExitCode.DRIFT == done.code, done.err
    assert 1 == len(scene.fake.comments)
    (status,) = [each for each in scene.fake.statuses if each["state"] != "pending"]
    assert ("failure", "schema-ci / all") == (status["state"], status["context"])
    assert "https://circleci.invalid/31" == status["target_url"]
    assert status["url"].endswith(scene.fake.head())
    assert 7 == scene.checkout.report()["build"]["pull_request"]
    assert TOKEN not in done.said
    assert len(scene.fake.requests) <= 12
    writes = [each for each in scene.fake.writes if not each[1].endswith("/check-runs")]

    again = job(scene)

    assert ExitCode.DRIFT == again.code, again.err
    assert writes == [each for each in scene.fake.writes if not each[1].endswith("/check-runs")]


def test_b19_a_missing_migration_is_pushed_with_the_write_key_of_the_checkout(
    scene: PullRequestScene, tmp_path: Path
) -> None:
    as_a_person(scene)
    for path in ("/graphql$", "/git/"):
        scene.fake.fail("POST", path, 403, times=9, message="Resource not accessible by token")
    ssh, log = tmp_path / "ssh", tmp_path / "ssh.log"
    ssh.write_text(SSH.format(log=log, bare=scene.fake.bare))
    ssh.chmod(0o755)
    scene.checkout.git("remote", "set-url", "origin", "git@github.com:acme/shop.git")
    before = scene.fake.head()

    done = job(scene, GIT_SSH_COMMAND=str(ssh), GIT_SSH_VARIANT="ssh", SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    assert before == scene.fake.git("rev-parse", f"{scene.fake.head()}^")
    assert "git-receive-pack 'acme/shop.git'" in log.read_text().splitlines()
    told = [each for each in scene.fake.statuses if each["url"].endswith(scene.fake.head())]
    assert ["success"] == [each["state"] for each in told]


def test_b19_before_the_pull_request_is_opened_its_commit_gets_the_status_that_it_will_need(
    scene: PullRequestScene,
) -> None:
    as_a_person(scene)
    scene.fake.opened = False

    done = job(scene, SCHEMA_CI_COMMIT="push")

    assert ExitCode.DRIFT == done.code, done.err
    assert "no open pull request comes from" in done.err
    assert "ADD COLUMN email" in done.out
    assert [] == scene.fake.comments
    (status,) = scene.fake.statuses
    assert ("failure", "schema-ci / all") == (status["state"], status["context"])
    assert status["url"].endswith(scene.fake.head())


def test_a19_a_fork_is_reviewed_without_a_token_where_its_base_is_given(
    scene: PullRequestScene,
) -> None:
    fork = {"CIRCLE_BRANCH": "pull/7", "CIRCLE_PR_USERNAME": "mallory", "GITHUB_TOKEN": ""}

    blind = job(scene, **fork)
    told = job(scene, "run", "--base", "main", **fork)

    assert ExitCode.USAGE == blind.code
    assert "GITHUB_TOKEN is not set" in blind.err
    assert "give --base REF" in blind.err
    assert ExitCode.DRIFT == told.code, told.err
    assert [] == scene.fake.requests


def test_what_has_no_forge_is_reviewed_and_says_why_nothing_is_published(
    scene: PullRequestScene,
) -> None:
    place = "git@bitbucket.org:acme/shop.git"

    done = job(scene, "run", "--base", "main", CIRCLE_REPOSITORY_URL=place)

    assert ExitCode.DRIFT == done.code, done.err
    assert "https://bitbucket.org/acme/shop.git is not on github.com" in done.err
    assert "ADD COLUMN email" in done.out
    assert [] == scene.fake.requests


def test_t1_an_app_project_that_hides_forks_takes_the_dev_database_from_the_base_only(
    scene: PullRequestScene,
) -> None:
    scene.checkout.write(
        "schema-ci.toml",
        (scene.checkout.root / "schema-ci.toml").read_text() + '[dev]\nurl = "local://nobody"\n',
    )
    scene.checkout.commit("name a server of mine")

    done = job(scene, "run", "--base", "main", CIRCLE_REPOSITORY_URL="")

    assert ExitCode.DRIFT == done.code, done.err
    assert "this CI does not tell whether the change is a fork's" in done.err
    assert "set GITHUB_REPOSITORY to OWNER/NAME" in done.err
    assert [] == scene.fake.requests
