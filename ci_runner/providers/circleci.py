"""CircleCI: its environment, for repositories on GitHub."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.errors import ConfigError

_PULL_URL = re.compile(r"https://github\.com/([^/]+/[^/]+)/pull/(\d+)")


def detect(environ: Mapping[str, str]) -> Build | None:
    if environ.get("CIRCLECI") != "true":
        return None
    owner = environ.get("CIRCLE_PROJECT_USERNAME", "")
    name = environ.get("CIRCLE_PROJECT_REPONAME", "")
    slug = f"{owner}/{name}"
    return Build(
        provider="circleci",
        repository=Repository(
            "github", slug, f"https://github.com/{slug}", "https://api.github.com"
        ),
        pull_request=_pull_request(environ, slug),
        run_id=environ.get("CIRCLE_BUILD_NUM", ""),
        run_url=environ.get("CIRCLE_BUILD_URL", ""),
    )


def _pull_request(environ: Mapping[str, str], slug: str) -> PullRequest | None:
    """The base is not in the environment: the forge knows it."""
    if not (url := environ.get("CIRCLE_PULL_REQUEST", "")):
        return None
    if (match := _PULL_URL.fullmatch(url)) is None:
        raise ConfigError("CIRCLE_PULL_REQUEST is not the URL of a GitHub pull request", said=url)
    fork = environ.get("CIRCLE_PR_USERNAME", "")
    head = f"{fork}/{environ.get('CIRCLE_PR_REPONAME', '')}" if fork else slug
    return PullRequest(
        number=int(match[2]),
        head_sha=Sha(environ.get("CIRCLE_SHA1", "")),
        head_branch=environ.get("CIRCLE_BRANCH", ""),
        head_slug=head,
        base_sha=Sha(""),
        base_branch="",
        base_slug=match[1],
    )
