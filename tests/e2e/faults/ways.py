"""The ways in which a call can go wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.e2e.faults.soundness import Call
from tests.fakes.forge import FakeForge


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
        """Of a call that only reads the answer gets lost or it does not: there is no "after"."""
        return self.after_write and self.status != 200


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


# After these the next run is watched for reads too: a read that went wrong has written nothing.
_WATCHED = ("403", "500")


def watched(call: Call, way: str) -> bool:
    """Whether it is worth a second run to see that it puts everything right."""
    return call.verb != "GET" or way in _WATCHED


def concerned(calls: Sequence[Call], wrong: Wrong) -> list[Call]:
    """Those that can go wrong in this way."""
    return [each for each in calls if each.verb != "GET" or not wrong.is_of_writes]


def fail(fake: FakeForge, call: Call, wrong: Wrong) -> None:
    """The calls before `call` pass. Those after it do too, but for what goes wrong for good."""
    if call.nth:
        fake.fail(call.verb, call.pattern, 200, times=call.nth, after_write=True)
    fake.fail(
        call.verb,
        call.pattern,
        wrong.status,
        wrong.times,
        after_write=wrong.after_write,
        headers=wrong.headers,
        message=wrong.message,
        seconds=wrong.seconds,
    )
