"""CircleCI: its environment, for repositories on GitHub.

CircleCI has no forge of its own. What it says of the repository depends on how the project is
connected (circleci.com/docs/reference/variables): GitHub OAuth projects have all variables, GitHub
App projects neither the repository's URL nor, before it is opened, the pull request. So each can
be given: GITHUB_REPOSITORY (OWNER/NAME), CIRCLE_PULL_REQUEST, and for GitHub Enterprise Server
GITHUB_SERVER_URL and GITHUB_API_URL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.errors import ConfigError

_GITHUB = "https://github.com"
_SLUG = re.compile(r"[\w.-]+/[\w.-]+")
_SSH = re.compile(r"(?:ssh://)?[\w.-]+@(?P<host>[\w.-]+)(?::\d+/|[:/])(?P<path>.+)")
_PULL = re.compile(r"/(?P<slug>[^/]+/[^/]+)/pull/(?P<number>\d+)")
_FORK_BRANCH = re.compile(r"pull/(\d+)")


def detect(environ: Mapping[str, str]) -> Build | None:
    """Raises ConfigError for a variable that was set by hand and makes no sense."""
    if environ.get("CIRCLECI") != "true":
        return None
    repository = _repository(environ)
    number = _number(environ, repository)
    return Build(
        provider="circleci",
        repository=repository,
        pull_request=_pull_request(environ, repository, number) if number else None,
        # Only OAuth projects tell which builds are of forks.
        event="push" if environ.get("CIRCLE_REPOSITORY_URL") else "",
        run_id=environ.get("CIRCLE_BUILD_NUM", ""),
        run_url=environ.get("CIRCLE_BUILD_URL", ""),
        branch=environ.get("CIRCLE_BRANCH", ""),
        sha=Sha(environ.get("CIRCLE_SHA1", "")),
    )


def _repository(environ: Mapping[str, str]) -> Repository:
    """The one that reviewers look at: for a fork's build that of the pull request."""
    server = _server(environ)
    api = environ.get("GITHUB_API_URL", "").rstrip("/") or (
        "https://api.github.com" if server == _GITHUB else f"{server}/api/v3"
    )
    if slug := environ.get("GITHUB_REPOSITORY", ""):
        if not _SLUG.fullmatch(slug):
            raise ConfigError(
                "GITHUB_REPOSITORY is not OWNER/NAME", said=slug, next_step="set it to OWNER/NAME"
            )
        return Repository("github", slug, f"{server}/{slug}", api)
    for url in (environ.get("CIRCLE_PULL_REQUEST", ""), environ.get("CIRCLE_REPOSITORY_URL", "")):
        if not url:
            continue
        host, path = _place(url)
        found = re.match(r"[^/]+/[^/]+", path)
        if host != urlsplit(server).netloc.lower() or found is None:
            return Repository("none", path, f"https://{host}/{path}", "")
        slug = found[0].removesuffix(".git")
        return Repository("github", slug, f"{server}/{slug}", api)
    return Repository("none", "", "", "")


def _server(environ: Mapping[str, str]) -> str:
    server = environ.get("GITHUB_SERVER_URL", "").rstrip("/") or _GITHUB
    if not re.fullmatch(r"https://[\w.-]+(?::\d+)?", server):
        raise ConfigError(
            "GITHUB_SERVER_URL is not the address of a server",
            said=server,
            next_step="set it to https://HOST of your GitHub Enterprise Server",
        )
    return server


def _place(url: str) -> tuple[str, str]:
    """Host in lower case, with its port if one is said, and path without the slash before it."""
    if ssh := _SSH.fullmatch(url):
        return ssh["host"].lower(), ssh["path"]
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return host, parts.path.strip("/")


def _number(environ: Mapping[str, str], repository: Repository) -> int:
    """The pull request's, 0 where CircleCI knows none.

    A branch can be the head of several; CIRCLE_PULL_REQUEST is any of them. The lowest number is
    the same one in every run.
    """
    if repository.forge != "github":
        return 0
    if fork := _FORK_BRANCH.fullmatch(environ.get("CIRCLE_BRANCH", "")):
        return int(fork[1])
    several = environ.get("CIRCLE_PULL_REQUESTS", "").split(",")
    urls = [each.strip() for each in several if each.strip()]
    found = []
    for url in urls or [environ.get("CIRCLE_PULL_REQUEST", "")]:
        if not url:
            continue
        if (match := _PULL.fullmatch(urlsplit(url).path)) is None:
            raise ConfigError(
                "CIRCLE_PULL_REQUEST is not the URL of a GitHub pull request",
                said=url,
                next_step="leave it as CircleCI sets it, or give https://HOST/OWNER/NAME/pull/N",
            )
        if match["slug"].lower() == repository.slug.lower():
            found.append(int(match["number"]))
    return min(found, default=0)


def _pull_request(environ: Mapping[str, str], repository: Repository, number: int) -> PullRequest:
    """The base is not in the environment: the forge knows it."""
    return PullRequest(
        number=number,
        head_sha=Sha(environ.get("CIRCLE_SHA1", "")),
        head_branch=environ.get("CIRCLE_BRANCH", ""),
        head_slug=_head_slug(environ, repository),
        base_sha=Sha(""),
        base_branch="",
        base_slug=repository.slug,
    )


def _head_slug(environ: Mapping[str, str], repository: Repository) -> str:
    """Where the head lives, "" where that is not told; a fork's head is built as `pull/N`."""
    if owner := environ.get("CIRCLE_PR_USERNAME", ""):
        name = environ.get("CIRCLE_PR_REPONAME", "") or repository.slug.partition("/")[2]
        return f"{owner}/{name}"
    if _FORK_BRANCH.fullmatch(environ.get("CIRCLE_BRANCH", "")):
        return ""
    return _place(environ.get("CIRCLE_REPOSITORY_URL", ""))[1].removesuffix(".git")
