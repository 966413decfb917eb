"""What an API of JSON is to every forge: calls that are tried again as far as that is safe."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from ci_runner.errors import ForgeError
from ci_runner.forges.base import Refused
from ci_runner.forges.retry import Answer, Patience


class JsonApi(ABC):
    """Calls on one API host of `forge`. Waits at most `max_wait` seconds in its whole life."""

    def __init__(self, forge: str, *, sleep: Callable[[float], None], max_wait: float) -> None:
        self._patience = Patience(forge, self._refused, sleep=sleep, max_wait=max_wait)

    def call(
        self,
        what: str,
        verb: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        repeatable: bool | None = None,
    ) -> Any:  # noqa: ANN401 - the JSON edge
        """The JSON of the answer. `what` completes "GitHub refuses to ...".

        Only repeatable calls are sent twice (by default all but POST). A call that is not and that
        got no clear answer raises OutcomeUnknown.
        """
        return self._send(what, verb, path, body, repeatable=repeatable)[1]

    def get_soon(self, what: str, path: str) -> Any:  # noqa: ANN401 - the JSON edge
        """As `call`, for what an event has just told of: a replica may not know it yet."""
        return self._patience.soon(lambda: self.call(what, "GET", path))

    def _send(
        self,
        what: str,
        verb: str,
        path: str,
        body: Mapping[str, object] | None,
        *,
        repeatable: bool | None,
    ) -> tuple[Mapping[str, str], Any]:
        """Headers and JSON of the answer."""
        again = verb != "POST" if repeatable is None else repeatable
        answer = self._patience.send(what, lambda: self._once(verb, path, body), repeatable=again)
        try:
            return answer.headers, json.loads(answer.text) if answer.text else None
        except ValueError:
            raise self._no_json(what, answer.text) from None

    @abstractmethod
    def _once(self, verb: str, path: str, body: Mapping[str, object] | None) -> Answer:
        """One request and its answer, whatever its status. Raises NoAnswer and ForgeError."""

    @abstractmethod
    def _refused(self, status: int, what: str, text: str) -> Refused:
        """The error of an answer with this status and text."""

    @abstractmethod
    def _no_json(self, what: str, text: str) -> ForgeError:
        """The error of an answer of somebody who is not the forge."""
