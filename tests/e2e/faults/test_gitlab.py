"""The same on GitLab: every call of a run in turn goes wrong, and nothing wrong is left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import Done
from tests.e2e.faults.soundness import HASTY, Call, at_once, calls_of, holds_the_migration
from tests.e2e.gitlab_scene import (
    BRANCH,
    JOB_TOKEN,
    TOKEN,
    MergeRequestScene,
    new_merge_request,
    origin_of,
)
from tests.fakes.gitlab import FakeGitLab
from tests.forked import ForkedCheckout

# Status, how often, whether the write takes place; all but 500 are of writes only.
WAYS = {"403": (403, 99, False), "500": (500, 1, False), "cut after the write": (0, 1, True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What rehearsals are copied from: the bare repository, and the job's work tree."""
    made = tmp_path_factory.mktemp("template") / "scene"
    made.mkdir()
    new_merge_request(made)
    return made


@contextmanager
def rehearsal(template: Path, folder: Path) -> Iterator[MergeRequestScene]:
    shutil.copytree(template, folder, symlinks=True)
    bare, checkout = folder / "bare.git", ForkedCheckout(folder / "work")
    with FakeGitLab(bare, BRANCH, token=TOKEN, job_token=JOB_TOKEN) as fake:
        checkout.git("remote", "add", "origin", origin_of(fake))
        checkout.git("fetch", "--quiet", "origin")
        yield MergeRequestScene(fake, checkout)


@pytest.fixture(scope="module")
def calls(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    with rehearsal(folder, tmp_path_factory.mktemp("clean") / "scene") as scene:
        before = scene.fake.head()
        done = scene.run("run", without=(), **HASTY)
        assert [] == list(unsound(scene, done, before)), done.err
        assert complete(scene, done), done.err
        found = calls_of(scene.fake.requests)
    assert 7 < len(found) < 30
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_call_to_gitlab_that_goes_wrong_leaves_nothing_wrong_behind(
    way: str, folder: Path, calls: list[Call], tmp_path: Path
) -> None:
    status, times, after_write = WAYS[way]

    def tried(call: Call) -> list[str]:
        with rehearsal(folder, tmp_path / str(calls.index(call))) as scene:
            fake, before = scene.fake, scene.fake.head()
            if call.nth:
                fake.fail(call.verb, call.pattern, 200, times=call.nth, after_write=True)
            fake.fail(call.verb, call.pattern, status, times, after_write=after_write)
            done = scene.run("run", without=(), **HASTY)
            problems = list(unsound(scene, done, before))
            if not complete(scene, done):
                fake.faults.clear()
                scene.follow()
                scene.checkout.git("clean", "--quiet", "-d", "--force")
                again = scene.run("run", without=(), CI_PIPELINE_ID="89", **HASTY)
                problems += unsound(scene, again, before)
                if not complete(scene, again):
                    problems.append(f"the next run does not put it right: {again.err}")
        return [f"{call}: {problem}" for problem in problems]

    concerned = [each for each in calls if each.verb != "GET" or way == "500"]
    assert [] == at_once(tried, concerned)


def unsound(scene: MergeRequestScene, done: Done, before: str) -> Iterator[str]:
    fake = scene.fake
    ours = [each for each in fake.notes if each["author"]["id"] == fake.user_id]
    made = commits(fake)
    if len(ours) > 1 or len(made) > 1:
        yield f"{len(ours)} notes and {len(made)} commits of ours"
    if before not in fake.git("rev-list", fake.head()).split():
        yield "a commit of the author is lost"
    for sha, state in states(fake).items():
        if state == "success" and not holds_the_migration(fake, sha):
            yield f"a green check on {sha[:7]}, where the migration is missing"
    if done.code not in {ExitCode.OK, ExitCode.DRIFT, ExitCode.FORGE}:
        yield f"ends with {done.code}: {done.err}"
    if done.code == ExitCode.OK and not made and "decides nothing" not in done.err:
        yield "ends with 0 and the migration is missing"
    if done.code == ExitCode.FORGE and "warning: could not publish" not in done.err:
        yield "ends with 6 and does not say why"
    if fake.obeyed or fake.violations:
        yield f"{fake.obeyed} {fake.violations}"
    if TOKEN in done.said or JOB_TOKEN in done.said:
        yield "tells a secret"


def complete(scene: MergeRequestScene, done: Done) -> bool:
    fake = scene.fake
    found = (done.code, len(fake.notes), commits(fake), states(fake).get(fake.head()))
    return found == (ExitCode.OK, 1, [fake.head()], "success")


def commits(fake: FakeGitLab) -> list[str]:
    listed = fake.git("log", "--format=%H", "--grep=^Schema-CI-Run: ", f"main..{fake.head()}")
    return listed.split()


def states(fake: FakeGitLab) -> dict[str, str]:
    """By commit, the newest state of our check."""
    return {each["sha"]: each["status"] for each in fake.statuses}
