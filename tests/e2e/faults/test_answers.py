"""Every call of a run in turn goes wrong in every way, and nothing wrong is left behind.

The calls are those that a run without faults makes, so that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import PullRequestScene
from tests.e2e.faults.soundness import (
    Call,
    Rehearsal,
    at_once,
    complete,
    rehearsal,
    unhealed,
    unsound,
    unsound_forge,
)


@dataclass(frozen=True)
class Wrong:
    """A way to go wrong. `times` 99 is for good: a permission that is missing."""

    status: int
    times: int = 1
    after_write: bool = False
    headers: Mapping[str, str] | None = None
    seconds: float = 0.0
    message: str = "refused"

    @property
    def is_of_writes(self) -> bool:
        """A call that only reads has nothing to lose, and no conflict."""
        return self.status in {409, 422} or (self.after_write and self.status != 200)


WAYS = {
    "401": Wrong(401, times=99, message="Bad credentials"),
    "403": Wrong(403, times=99, message="Resource not accessible by integration"),
    "404 once": Wrong(404, message="Not Found"),
    "409": Wrong(409),
    "422": Wrong(422, times=99),
    "429 with Retry-After": Wrong(429, headers={"Retry-After": "0"}),
    "500": Wrong(500),
    "502 after the write": Wrong(502, after_write=True),
    "cut": Wrong(0),
    "cut after the write": Wrong(0, after_write=True),
    "slow": Wrong(200, after_write=True, seconds=0.3),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_call_that_goes_wrong_leaves_nothing_wrong_behind(
    way: str, template: PullRequestScene, calls: list[Call], tmp_path: Path
) -> None:
    def tried(call: Call) -> list[str]:
        with rehearsal(template, tmp_path / str(calls.index(call))) as case:
            fail(case, call, WAYS[way])
            done = case.run()
            problems = list(unsound(case, done))
            if not complete(case, done):
                problems += [*unhealed(case), *unsound_forge(case)]
        return [f"{call}: {problem}" for problem in problems]

    concerned = [each for each in calls if each.verb != "GET" or not WAYS[way].is_of_writes]
    assert [] == at_once(tried, concerned)


def fail(case: Rehearsal, call: Call, wrong: Wrong) -> None:
    """The calls before `call` pass. Those after it do too, but for what goes wrong for good."""
    if call.nth:
        case.fake.fail(call.verb, call.pattern, 200, times=call.nth, after_write=True)
    case.fake.fail(
        call.verb,
        call.pattern,
        wrong.status,
        wrong.times,
        after_write=wrong.after_write,
        headers=wrong.headers,
        message=wrong.message,
        seconds=wrong.seconds,
    )
