"""Other people and other runs act between any two calls of a run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.checkout import Done
from tests.e2e.conftest import BRANCH, PullRequestScene
from tests.e2e.faults.soundness import (
    Call,
    Rehearsal,
    at_once,
    rehearsal,
    unhealed,
    unsound,
    unsound_forge,
)


def push(case: Rehearsal, path: str) -> str:
    """The author pushes one more line at the end of `path`, or a file that was not there."""
    fake, head = case.fake, case.fake.head()
    there = fake.git("ls-tree", "--name-only", head, path)
    old = fake.git("show", f"{head}:{path}") if there else ""
    blob = fake.git("hash-object", "-w", "--stdin", text=f"{old}\n-- more\n".encode())
    tree = fake.make_tree(head, [{"mode": "100644", "sha": blob, "path": path}])
    made = fake.git("commit-tree", tree, "-p", head, "-m", "meanwhile")
    fake.git("update-ref", f"refs/heads/{BRANCH}", made, head)
    return made


def between(case: Rehearsal, number: int, act: Callable[[], None]) -> None:
    """Let `act` happen after `number` calls of the run that comes next."""

    def before(arrived: int) -> None:
        if arrived == number:
            act()

    case.fake.before_answer = before


def statements(case: Rehearsal) -> int:
    """How many comments were written, and checks that say something about the change."""
    wrote = sum("/comments" in path for _, path in case.fake.writes)
    decided = {"success", "failure", "neutral"}
    runs = [run for run in case.fake.check_runs if run["conclusion"] in decided]
    states = [status for status in case.fake.statuses if status["state"] in decided]
    return wrote + len(runs) + len(states)


@pytest.mark.parametrize("path", ["schema.sql", "README.md"])
def test_a7_b7_the_head_moves_between_any_two_calls(
    path: str, template: PullRequestScene, calls: list[Call], tmp_path: Path
) -> None:
    def tried(number: int) -> list[str]:
        pushed: list[str] = []
        before: list[int] = []

        def act() -> None:
            before.append(statements(case))
            pushed.append(push(case, path))

        with rehearsal(template, tmp_path / str(number)) as case:
            between(case, number, act)
            done = case.run()
            problems = list(unsound(case, done))
            if path == "schema.sql" and (told := statements(case) - before[0]) > 1:
                problems.append(f"{told} things are told of a head that is not any more")
            if pushed[0] not in case.fake.git("rev-list", case.fake.head()).split():
                problems.append("the push of the author is lost")
            problems += [*unhealed(case), *unsound_forge(case)]
        return [f"before {calls[number]}: {problem}" for problem in problems]

    assert [] == at_once(tried, range(len(calls)))


@pytest.mark.parametrize("commit", ["push", "check"])
def test_a8_b6_another_run_takes_place_between_any_two_calls(
    commit: str, template: PullRequestScene, calls: list[Call], tmp_path: Path
) -> None:
    def tried(number: int) -> list[str]:
        others: list[Done] = []

        def act() -> None:
            others.append(twin.run(GITHUB_RUN_ID="32", SCHEMA_CI_COMMIT=commit))

        with rehearsal(template, tmp_path / str(number)) as case:
            twin = case.twin()
            between(case, number, act)
            done = case.run(SCHEMA_CI_COMMIT=commit)
            problems = list(unsound(case, done))
            if not others:
                return problems
            problems += unsound(twin, others[0])
            problems += [*unhealed(case), *unsound_forge(case)]
        return [f"before call {number}: {problem}" for problem in problems]

    assert [] == at_once(tried, range(len(calls)))


@pytest.mark.parametrize("commit", ["push", "check"])
def test_a8_b6_two_runs_start_together(
    commit: str, template: PullRequestScene, tmp_path: Path
) -> None:
    with rehearsal(template, tmp_path / "both") as case, ThreadPoolExecutor(2) as pool:
        twin = case.twin()
        runs = [
            pool.submit(each.run, GITHUB_RUN_ID=str(run), SCHEMA_CI_COMMIT=commit)
            for each, run in ((case, 40), (twin, 41))
        ]
        first, second = (each.result() for each in runs)

        assert [] == [*unsound(case, first), *unsound(twin, second)]
        assert [] == [*unhealed(case), *unsound_forge(case)]
