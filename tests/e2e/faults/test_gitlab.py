"""The same on GitLab: every call in turn goes wrong in every way, and races between any two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.checkout import Done
from tests.e2e.faults.gitlab_case import (
    GitLabCase,
    complete,
    gitlab_rehearsal,
    our_notes,
    unhealed,
    unsound,
    unsound_forge,
)
from tests.e2e.faults.soundness import Call, at_once, calls_of
from tests.e2e.faults.ways import WAYS, concerned, fail, watched
from tests.e2e.gitlab_scene import BRANCH


@pytest.fixture(scope="session")
def gitlab_calls(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    with gitlab_rehearsal(folder, tmp_path_factory.mktemp("clean") / "scene") as case:
        done = case.run()
        assert complete(case, done), done.err
        assert [] == list(unsound(case, done)), done.err
        found = calls_of(case.fake.requests)
    assert 10 < len(found) < 30
    assert {"GET", "POST", "PUSH"} == {call.verb for call in found}
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_call_to_gitlab_that_goes_wrong_leaves_nothing_wrong_behind(
    way: str, folder: Path, gitlab_calls: list[Call], tmp_path: Path
) -> None:
    def tried(call: Call) -> list[str]:
        with gitlab_rehearsal(folder, tmp_path / str(gitlab_calls.index(call))) as case:
            fail(case.fake, call, WAYS[way])
            done = case.run()
            problems = list(unsound(case, done))
            if not complete(case, done) and watched(call, way):
                problems += [*unhealed(case), *unsound_forge(case)]
        return [f"{call}: {problem}" for problem in problems]

    assert [] == at_once(tried, concerned(gitlab_calls, WAYS[way]))


def between(case: GitLabCase, number: int, act: Callable[[], None]) -> None:
    """Let `act` happen after `number` calls of the run that comes next."""

    def before(arrived: int) -> None:
        if arrived == number:
            act()

    case.fake.before_answer = before


def push(case: GitLabCase) -> str:
    """The author pushes a change that the migration does not depend on."""
    fake, head = case.fake, case.fake.head()
    blob = fake.git("hash-object", "-w", "--stdin", text=b"more\n")
    tree = fake.make_tree(head, [{"mode": "100644", "sha": blob, "path": "README.md"}])
    made = fake.git("commit-tree", tree, "-p", head, "-m", "meanwhile")
    fake.git("update-ref", f"refs/heads/{BRANCH}", made, head)
    return made


def test_a7_b7_gitlabs_head_moves_between_any_two_calls(
    folder: Path, gitlab_calls: list[Call], tmp_path: Path
) -> None:
    def tried(number: int) -> list[str]:
        pushed: list[str] = []
        with gitlab_rehearsal(folder, tmp_path / str(number)) as case:
            between(case, number, lambda: pushed.append(push(case)))
            done = case.run()
            problems = list(unsound(case, done))
            if pushed[0] not in case.fake.git("rev-list", case.fake.head()).split():
                problems.append("the push of the author is lost")
            problems += [*unhealed(case), *unsound_forge(case)]
        return [f"before {gitlab_calls[number]}: {problem}" for problem in problems]

    assert [] == at_once(tried, range(len(gitlab_calls)))


def test_a8_b16_another_run_takes_place_between_any_two_calls_to_gitlab(
    folder: Path, gitlab_calls: list[Call], tmp_path: Path
) -> None:
    def tried(number: int) -> list[str]:
        others: list[Done] = []
        with gitlab_rehearsal(folder, tmp_path / str(number)) as case:
            twin = case.twin()
            between(case, number, lambda: others.append(twin.run(CI_PIPELINE_ID="89")))
            done = case.run()
            problems = [*unsound(case, done), *unsound(twin, others[0])]
            problems += [*unhealed(case), *unsound_forge(case)]
        return [f"before {gitlab_calls[number]}: {problem}" for problem in problems]

    assert [] == at_once(tried, range(len(gitlab_calls)))


@pytest.mark.parametrize("commit", ["push", "check"])
def test_a8_b16_two_runs_on_gitlab_start_together(
    commit: str, folder: Path, tmp_path: Path
) -> None:
    with gitlab_rehearsal(folder, tmp_path / "both") as case, ThreadPoolExecutor(2) as pool:
        twin = case.twin()
        runs = [
            pool.submit(each.run, CI_PIPELINE_ID=str(run), SCHEMA_CI_COMMIT=commit)
            for each, run in ((case, 88), (twin, 89))
        ]
        first, second = (each.result() for each in runs)

        assert [] == [*unsound(case, first), *unsound(twin, second)]
        assert [] == [*unhealed(case), *unsound_forge(case)]
        assert 1 == len(our_notes(case.fake))
