"""Send a request to a forge's API again where that is safe, and wait no longer than allowed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from random import SystemRandom
from typing import TypeVar

from ci_runner.errors import ForgeError
from ci_runner.forges.base import OutcomeUnknown, Refused
from ci_runner.frozen import frozen

T = TypeVar("T")
_TRIES = 5
_PASSING = frozenset({408, 425, 500, 502, 503, 504})
_REPLICAS = (1.0, 2.0)  # seconds to wait before a second and a third look
_UNSTATED_LIMIT_WAIT = 60.0
_RESET = ("x-ratelimit-reset", "ratelimit-reset")
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining")


@frozen
class Answer:
    """What the API said. The names in `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class NoAnswer(Exception):
    """The connection broke before an answer was read; says the kind of failure and no more.

    Made `from None`: what the client's library raised holds the request and with it the token.
    """


class Patience:
    """Tries of one forge's calls. Waits at most `max_wait` seconds in its whole life.

    `refused` makes the error of a status from (status, what, the answer's text).
    """

    def __init__(
        self,
        forge: str,
        refused: Callable[[int, str, str], Refused],
        *,
        sleep: Callable[[float], None],
        max_wait: float,
    ) -> None:
        self._forge = forge
        self._refused = refused
        self._sleep = sleep
        self._wait_left = max_wait

    def send(self, what: str, once: Callable[[], Answer], *, repeatable: bool) -> Answer:
        """The first answer that is no error. `what` completes "GitHub refuses to ...".

        Only what is repeatable is sent again after silence; what is not raises OutcomeUnknown.
        Rate limits are waited for either way: a request that met one was not carried out.
        """
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            backoff = 2.0**attempt + SystemRandom().uniform(0, 0.5)
            try:
                answer = once()
            except NoAnswer as failed:
                silence = f"{self._forge} did not answer: {what}"
                if not repeatable:
                    raise OutcomeUnknown(silence) from None
                if last or not self.wait(backoff):
                    raise ForgeError(silence, said=str(failed)) from None
                continue
            if answer.status < HTTPStatus.BAD_REQUEST:
                return answer
            refused = self._refused(answer.status, what, answer.text)
            if (pause := _rate_limit(answer)) is not None:
                if last or not self.wait(pause):
                    raise refused
            elif answer.status not in _PASSING:
                raise refused
            elif not repeatable:
                raise OutcomeUnknown(refused.what, said=refused.said)
            elif last or not self.wait(backoff):
                raise refused
        raise AssertionError("unreachable: the last try returns or raises")

    def soon(self, look: Callable[[], T]) -> T:
        """For what an event has just told of: a replica may not know it yet, and says 404."""
        for pause in _REPLICAS:
            try:
                return look()
            except Refused as refused:
                if refused.status != HTTPStatus.NOT_FOUND or not self.wait(pause):
                    raise
        return look()

    def wait(self, seconds: float) -> bool:
        """False, at once, where that is longer than what is left."""
        if seconds > self._wait_left:
            return False
        self._wait_left -= seconds
        self._sleep(seconds)
        return True


def _rate_limit(answer: Answer) -> float | None:
    """Seconds to wait where the refusal is a rate limit, else None."""
    if answer.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return None
    headers = answer.headers
    if (after := headers.get("retry-after", "")).isdigit():
        return float(after)
    reset = next((headers[name] for name in _RESET if name in headers), "")
    if "0" in {headers.get(name) for name in _REMAINING} and reset.isdigit():
        return max(0.0, float(reset) - time.time())
    limited = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    secondary = "secondary rate limit" in answer.text.lower()
    return _UNSTATED_LIMIT_WAIT if limited or secondary else None
