"""GitHub's REST API through PyGithub's requester: retries, pages, and refusals in plain words."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import requests
from requests.utils import parse_header_links

from ci_runner.errors import ForgeError
from ci_runner.forges.base import OutcomeUnknown, Refused

if TYPE_CHECKING:
    from github.Requester import Requester

_TRIES = 5
_PASSING = frozenset({408, 425, 500, 502, 503, 504})
_SECONDARY_LIMIT_WAIT = 60.0
_REPLICAS = (1.0, 2.0)  # seconds to wait before a second and a third look
_PERMISSIONS = re.compile(r"[a-z_]+=[a-z]+(?:[,;] ?[a-z_]+=[a-z]+)*")
_NEXT_STEPS = {
    401: "give schema-ci a token that is valid: GITHUB_TOKEN, or one of your own",
    403: "give the job the permissions `contents: write`, `pull-requests: write`, `checks: write`; "
    "a locked conversation or an archived repository takes no writes",
    404: "see that the repository exists and that the token may read it",
    410: "GitHub has switched this off for the repository",
    422: "GitHub found the request wrong: its words above say what",
    429: "wait for the rate limit to reset, or use a token of your own",
}


def _refused(status: int, what: str, said: str, headers: Mapping[str, str]) -> Refused:
    next_step = _NEXT_STEPS.get(status, "run the job again; see githubstatus.com")
    # GitHub names what the token lacks: docs.github.com, rest, Troubleshooting the REST API.
    wanted = headers.get("x-accepted-github-permissions", "")
    if status == HTTPStatus.FORBIDDEN and _PERMISSIONS.fullmatch(wanted):
        named = wanted.replace("_", "-").replace("=", ": ").replace("; ", "` or `")
        next_step = f"give the token the permission `{named}`"
    return Refused(
        status, f"GitHub refuses to {what}: HTTP {status}", said=said, next_step=next_step
    )


class Api:
    """Calls on one API host. Waits at most `max_wait` seconds in its whole life."""

    def __init__(
        self,
        requester: Requester,
        api_url: str,
        token: str,
        *,
        sleep: Callable[[float], None],
        max_wait: float,
        graphql_url: str = "",
    ) -> None:
        self._requester = requester
        self._api_url = api_url
        self._graphql_url = graphql_url or requester.graphql_url
        self._token = token
        self._sleep = sleep
        self._wait_left = max_wait

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
        for pause in _REPLICAS:
            try:
                return self.call(what, "GET", path)
            except Refused as refused:
                if refused.status != HTTPStatus.NOT_FOUND or not self._wait(pause):
                    raise
        return self.call(what, "GET", path)

    def pages(self, what: str, path: str, key: str = "") -> Iterator[Any]:
        """Every element of every page. Links to another host are refused, not followed."""
        following = path
        while following:
            headers, page = self._send(what, "GET", following, None, repeatable=True)
            yield from page[key] if key else page
            following = self._next(headers.get("link", ""))

    def graphql(
        self, what: str, query: str, variables: Mapping[str, object], *, repeatable: bool = False
    ) -> Any:  # noqa: ANN401 - the JSON edge
        """The whole answer: GraphQL errors come with HTTP 200."""
        body = {"query": query, "variables": variables}
        return self.call(what, "POST", self._graphql_url, body, repeatable=repeatable)

    def _next(self, link: str) -> str:
        for entry in parse_header_links(link) if link else []:
            if entry.get("rel") == "next":
                url = str(entry["url"])
                if not url.startswith(self._api_url + "/"):
                    raise ForgeError("GitHub's next page is on another host; it was not followed")
                return url.removeprefix(self._api_url)
        return ""

    def _send(
        self,
        what: str,
        verb: str,
        path: str,
        body: Mapping[str, object] | None,
        *,
        repeatable: bool | None,
    ) -> tuple[Mapping[str, str], Any]:
        again = verb != "POST" if repeatable is None else repeatable
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            backoff = 2.0**attempt + SystemRandom().uniform(0, 0.5)
            try:
                status, headers, text = self._requester.requestJson(
                    verb, path, input=dict(body) if body is not None else None
                )
            except requests.RequestException as failed:
                # `from None`: the exception holds the request and with it the token.
                if not again:
                    raise OutcomeUnknown(f"GitHub did not answer: {what}") from None
                if last or not self._wait(backoff):
                    raise ForgeError(
                        f"GitHub did not answer: {what}", said=type(failed).__name__
                    ) from None
                continue
            except RuntimeError:
                raise ForgeError("GitHub redirects to another host; it was not followed") from None
            if status < HTTPStatus.BAD_REQUEST:
                return headers, json.loads(text) if text else None
            refused = _refused(status, what, self._said(text), headers)
            if (pause := _rate_limit(status, headers, text)) is not None:
                if last or not self._wait(pause):
                    raise refused
            elif status not in _PASSING:
                raise refused
            elif not again:
                raise OutcomeUnknown(refused.what, said=refused.said)
            elif last or not self._wait(backoff):
                raise refused
        raise AssertionError("unreachable: the last try returns or raises")

    def _wait(self, seconds: float) -> bool:
        if seconds > self._wait_left:
            return False
        self._wait_left -= seconds
        self._sleep(seconds)
        return True

    def _said(self, text: str) -> str:
        """GitHub's message and its field errors, or the start of what is no JSON."""
        try:
            answer = json.loads(text)
        except ValueError:
            said = text[:200]
        else:
            said = str(answer.get("message", "")) if isinstance(answer, dict) else ""
            errors = answer.get("errors") if isinstance(answer, dict) else None
            said += f"\n{json.dumps(errors)[:500]}" if errors else ""
        return said.replace(self._token, "***") if self._token else said


def _rate_limit(status: int, headers: Mapping[str, str], text: str) -> float | None:
    """Seconds to wait where the refusal is a rate limit, else None."""
    if status not in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return None
    if (after := headers.get("retry-after", "")).isdigit():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return max(0.0, float(reset) - time.time())
    limited = status == HTTPStatus.TOO_MANY_REQUESTS or "secondary rate limit" in text.lower()
    return _SECONDARY_LIMIT_WAIT if limited else None
