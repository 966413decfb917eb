"""GitLab's REST API through python-gitlab: no redirects, no other host, refusals in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError

from ci_runner.errors import ConfigError, ForgeError
from ci_runner.forges.base import Refused
from ci_runner.forges.json_api import JsonApi
from ci_runner.forges.retry import Answer, NoAnswer

_VERSION = "/api/v4"
_SECONDS = 60.0
_NEXT_STEPS = {
    400: "GitLab found the request wrong: its words above say what",
    401: "SCHEMA_CI_GITLAB_TOKEN has expired or was revoked: make a project access token with the "
    "scope `api` and the role Developer",
    403: "give the token the scope `api` and the role Developer; a locked or archived project or "
    "discussion takes no writes",
    404: "see that the project exists and that the token may read it: GitLab hides what it may not",
    413: "the server takes no body of this size: see its administrator",
    429: "wait for the rate limit to reset, or ask the server's administrator for a higher one",
}


class Api(JsonApi):
    """Calls on one GitLab instance. Waits at most `max_wait` seconds in its whole life.

    `job` tells that `token` is CI_JOB_TOKEN. `ca_file` is a PEM file with the authorities that the
    server's certificate is checked against, "" for those of the system. Raises ConfigError for an
    `api_url` that is no address of an API.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        job: bool = False,
        ca_file: str = "",
        sleep: Callable[[float], None],
        max_wait: float,
    ) -> None:
        session = requests.Session()
        # A token in a header of GitLab's own would follow a redirect to any host.
        session.max_redirects = 0
        session.hooks["response"].append(self._keep)
        self._client = Gitlab(
            _server(api_url),
            private_token=None if job else token,
            job_token=token if job else None,
            ssl_verify=_existing(ca_file) or True,
            timeout=_SECONDS,
            session=session,
        )
        self._token = token
        self._kept: list[requests.Response] = []
        super().__init__("GitLab", sleep=sleep, max_wait=max_wait)

    def settles(self, seconds: float) -> bool:
        """Wait for what GitLab does behind an event; False where there is no time left for it."""
        return self._patience.wait(seconds)

    def pages(self, what: str, path: str) -> Iterator[Any]:
        """Every element of every page. Pages are asked for by number: no link is ever followed."""
        page, join = "1", "&" if "?" in path else "?"
        while page:
            asked = f"{path}{join}per_page=100&page={page}"
            headers, rows = self._send(what, "GET", asked, None, repeatable=True)
            yield from rows
            page = headers.get("x-next-page", "").strip()
            if page and not page.isdecimal():
                raise ForgeError("GitLab's next page is not a number", said=page)

    def _once(self, verb: str, path: str, body: Mapping[str, object] | None) -> Answer:
        """One request and its answer, whatever its status: tries are for Patience to make."""
        self._kept.clear()
        try:
            self._client.http_request(
                verb,
                path,
                post_data=dict(body) if body is not None else None,
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        except requests.TooManyRedirects:
            raise ForgeError("GitLab redirects elsewhere; it was not followed") from None
        except requests.exceptions.SSLError as untrusted:
            raise ForgeError(
                "GitLab's certificate is not trusted",
                said=type(untrusted).__name__,
                next_step="set `tls-ca-file` for the runner, or REQUESTS_CA_BUNDLE to a PEM file",
            ) from None
        except requests.RequestException as failed:
            raise NoAnswer(type(failed).__name__) from None
        except GitlabError:
            # Its status is in the answer that was kept; so are the headers, which it lacks.
            if not self._kept:
                raise
        kept = self._kept[-1]
        return Answer(
            kept.status_code,
            {name.lower(): value for name, value in kept.headers.items()},
            kept.content.decode("utf-8", "replace"),
        )

    def _keep(self, response: requests.Response, *_: object, **__: object) -> None:
        self._kept.append(response)

    def _refused(self, status: int, what: str, text: str) -> Refused:
        return Refused(
            status,
            f"GitLab refuses to {what}: HTTP {status}",
            said=self._said(text),
            next_step=_NEXT_STEPS.get(status, "run the job again; see the state of the server"),
        )

    def _no_json(self, what: str, text: str) -> ForgeError:
        return ForgeError(
            f"something that is not GitLab answered: {what}",
            said=self._said(text),
            next_step="see that CI_API_V4_URL is GitLab's, and what stands between",
        )

    def _said(self, text: str) -> str:
        """GitLab's own words, or the start of what is no JSON."""
        try:
            answer = json.loads(text)
        except ValueError:
            said = text[:200]
        else:
            parts = [
                answer[name] if isinstance(answer[name], str) else json.dumps(answer[name])
                for name in ("message", "error", "error_description")
                if isinstance(answer, dict) and answer.get(name)
            ]
            said = "\n".join(parts)[:500]
        return said.replace(self._token, "***") if self._token else said


def _server(api_url: str) -> str:
    parts = urlsplit(api_url)
    if not (parts.scheme in {"http", "https"} and parts.netloc and api_url.endswith(_VERSION)):
        raise ConfigError(
            "CI_API_V4_URL is not the address of GitLab's API",
            said=api_url or "(empty)",
            next_step="GitLab sets it: keep it. By hand it is https://HOST/api/v4",
        )
    return api_url.removesuffix(_VERSION)


def _existing(ca_file: str) -> str:
    if ca_file and not Path(ca_file).is_file():
        raise ConfigError(
            "CI_SERVER_TLS_CA_FILE names no file",
            where=ca_file,
            next_step="the runner writes it: mount it where the job runs, or unset the variable",
        )
    return ca_file
