"""`commit = "suggest"` and `"artifact"`: whole files for people, and no commit."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import Checkout
from tests.e2e.conftest import PullRequestScene


def generated(scene: PullRequestScene) -> dict[str, str]:
    (project,) = scene.checkout.report()["projects"]
    return {file["path"]: file["content"] for file in project["generated"]}


@pytest.mark.parametrize("mode", ["suggest", "artifact"])
def test_b1_what_is_missing_is_offered_and_the_check_fails(
    scene: PullRequestScene, mode: str
) -> None:
    head, files = scene.fake.head(), scene.checkout.files()

    done = scene.run(SCHEMA_CI_COMMIT=mode)

    assert ExitCode.DRIFT == done.code, done.err
    assert (head, files) == (scene.fake.head(), scene.checkout.files())
    assert "failure" == scene.fake.check_runs[-1]["conclusion"]
    body = scene.fake.comments[0]["body"]
    assert "migration missing" in body
    if mode == "suggest":
        assert all(content.rstrip() in body for content in generated(scene).values())
    else:
        assert all(name in unescape(body) for name in generated(scene))


def test_b1_the_files_of_the_artifact_are_what_is_missing(scene: PullRequestScene) -> None:
    scene.run(SCHEMA_CI_COMMIT="artifact")
    place = scene.checkout.root / "schema-ci-report" / "missing"
    laid = {path.relative_to(place).as_posix(): path.read_text() for path in files_of(place)}
    assert generated(scene) == laid

    take_over(scene.checkout, laid)

    assert ExitCode.OK == scene.checkout.run("run", "--no-publish", "--base", "main").code
    assert [] == files_of(place)


def test_b1_nothing_that_is_offered_is_committed_by_a_later_job(scene: PullRequestScene) -> None:
    scene.run("run", "--no-publish", SCHEMA_CI_COMMIT="artifact")
    head = scene.fake.head()

    done = scene.run("publish", "--from", "schema-ci-report", SCHEMA_CI_COMMIT="push")

    assert ExitCode.DRIFT == done.code, done.err
    assert head == scene.fake.head()


def files_of(place: Path) -> list[Path]:
    return [path for path in sorted(place.rglob("*")) if path.is_file()]


def take_over(checkout: Checkout, files: dict[str, str]) -> None:
    for path, content in files.items():
        checkout.write(path, content)
    checkout.commit("take it over")
