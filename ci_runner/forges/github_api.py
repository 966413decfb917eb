"""GitHub's REST API through PyGithub's requester: retries, pages, and refusals in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from requests.utils import parse_header_links

from ci_runner.errors import ForgeError
from ci_runner.forges.base import Refused
from ci_runner.forges.json_api import JsonApi
from ci_runner.forges.retry import Answer, NoAnswer

if TYPE_CHECKING:
    from github.Requester import Requester

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


def _redirected(api_url: str) -> ForgeError:
    return ForgeError(
        "GitHub redirects to another address; it was not followed, since our token would go along",
        where=api_url,
        next_step="see whether the repository was renamed, or which proxy stands in between",
    )


class Api(JsonApi):
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
        self._wanted = ""
        super().__init__("GitHub", sleep=sleep, max_wait=max_wait)

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

    def _once(self, verb: str, path: str, body: Mapping[str, object] | None) -> Answer:
        try:
            status, headers, text = self._requester.requestJson(
                verb, path, input=dict(body) if body is not None else None
            )
        except requests.RequestException as failed:
            if "CERTIFICATE_VERIFY_FAILED" in str(failed):
                raise ForgeError(
                    "the certificate of GitHub's API is signed by nobody who is trusted here",
                    where=self._api_url,
                    next_step="set REQUESTS_CA_BUNDLE to the file of your authority's certificates",
                ) from None
            raise NoAnswer(type(failed).__name__) from None
        except RuntimeError:
            raise _redirected(self._api_url) from None
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise _redirected(self._api_url)
        # GitHub names what the token lacks: docs.github.com, rest, Troubleshooting the REST API.
        self._wanted = headers.get("x-accepted-github-permissions", "")
        return Answer(status, headers, text)

    def _refused(self, status: int, what: str, text: str) -> Refused:
        next_step = _NEXT_STEPS.get(status, "run the job again; see githubstatus.com")
        if status == HTTPStatus.FORBIDDEN and _PERMISSIONS.fullmatch(self._wanted):
            named = self._wanted.replace("_", "-").replace("=", ": ").replace("; ", "` or `")
            next_step = f"give the token the permission `{named}`"
        what = f"GitHub refuses to {what}: HTTP {status}"
        return Refused(status, what, said=self._said(text), next_step=next_step)

    def _no_json(self, what: str, text: str) -> ForgeError:
        return ForgeError(
            f"something that is not GitHub answered: {what}",
            where=self._api_url,
            said=self._said(text),
            next_step="see which proxy stands between this machine and the API",
        )

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
