"""Every call of a run in turn goes wrong in every way, and nothing wrong is left behind.

The calls are those that a run without faults makes, so that none is forgotten.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import PullRequestScene
from tests.e2e.faults.soundness import (
    Call,
    at_once,
    complete,
    rehearsal,
    unhealed,
    unsound,
    unsound_forge,
)
from tests.e2e.faults.ways import WAYS, concerned, fail, watched


@pytest.mark.parametrize("way", WAYS)
def test_a_call_that_goes_wrong_leaves_nothing_wrong_behind(
    way: str, template: PullRequestScene, calls: list[Call], tmp_path: Path
) -> None:
    def tried(call: Call) -> list[str]:
        with rehearsal(template, tmp_path / str(calls.index(call))) as case:
            fail(case.fake, call, WAYS[way])
            done = case.run()
            problems = list(unsound(case, done))
            if not complete(case, done) and watched(call, way):
                problems += [*unhealed(case), *unsound_forge(case)]
        return [f"{call}: {problem}" for problem in problems]

    assert [] == at_once(tried, concerned(calls, WAYS[way]))
