"""Which forge a repository lives on: the registry of forges, each imported only when it is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ci_runner.config.commits import Author
from ci_runner.context import ForgeName, Repository, Sha
from ci_runner.errors import ConfigError
from ci_runner.forges.base import Changes, Forge
from ci_runner.frozen import frozen


class PushFiles(Protocol):
    """`Git.push_files` of the checkout."""

    def __call__(
        self, branch: str, parent: Sha, changes: Changes, message: str, access: Mapping[str, str], /
    ) -> Sha | None: ...


@frozen
class _Opening:
    """What a forge is opened with. `reads` where the token may do no more than that."""

    repository: Repository
    token: str
    reads: bool
    environ: Mapping[str, str]
    max_wait: float
    push: PushFiles | None
    author: Author | None


# GitHub's guide to REST, best practices: a second between writes keeps clear of secondary limits.
_PAUSE = 1.0


@frozen
class _Known:
    """`tokens` are names of environment variables, the first that is set is taken.

    Those of `readers` are taken after them, by who only wants to read. `without` says what to do
    when there is none.
    """

    tokens: tuple[str, ...]
    package: str
    extra: str
    connect: Callable[[_Opening], Forge]
    readers: tuple[str, ...] = ()
    without: str = ""


@frozen
class Unavailable:
    """Why a build's results can be handed to nobody."""

    reason: str


def _github(asked: _Opening) -> Forge:
    from ci_runner.forges.github import github

    pause = min(_PAUSE, asked.max_wait)
    return github(
        asked.repository,
        asked.token,
        author=asked.author,
        max_wait=asked.max_wait,
        seconds_between_writes=pause,
    )


def _gitlab(asked: _Opening) -> Forge:
    from ci_runner.forges.gitlab import gitlab
    from ci_runner.forges.gitlab_job import job_of

    return gitlab(
        asked.repository,
        asked.token,
        job=job_of(asked.environ),
        reads=asked.reads,
        push=asked.push,
        author=asked.author,
        max_wait=asked.max_wait,
    )


_FORGES: dict[ForgeName, _Known] = {
    "github": _Known(("GITHUB_TOKEN", "GH_TOKEN"), "PyGithub", "github", _github),
    "gitlab": _Known(
        ("SCHEMA_CI_GITLAB_TOKEN", "GITLAB_TOKEN"),
        "python-gitlab",
        "gitlab",
        _gitlab,
        readers=("CI_JOB_TOKEN",),
        without="; CI_JOB_TOKEN may only read, and a protected variable is not seen by pipelines "
        "of branches that are not protected",
    ),
}


def open_forge(
    repository: Repository,
    environ: Mapping[str, str],
    *,
    max_wait: float,
    secret: Callable[[str], None],
    push: PushFiles | None = None,
    author: Author | None = None,
    reads: bool = False,
) -> Forge | Unavailable:
    """The forge of `repository`; nothing is sent yet. `secret` is told the token first.

    `max_wait` seconds are what all its waiting may take: with 0 it does not pause between writes
    either. `push` is for forges that take commits by git before their API, `author` whom commits by
    the API are by; who only `reads` is content with a token that can do no more. Raises ConfigError
    when the library that speaks to it is not installed.
    """
    if (known := _FORGES.get(repository.forge)) is None:
        return Unavailable(_nowhere(repository))
    names = known.tokens + (known.readers if reads else ())
    name = next((name for name in names if environ.get(name)), "")
    if not name:
        return Unavailable(f"{known.tokens[0]} is not set{known.without}")
    secret(environ[name])
    asked = _Opening(
        repository, environ[name], name in known.readers, environ, max_wait, push, author
    )
    try:
        return known.connect(asked)
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"publishing needs {known.package}",
            next_step=f"pip install 'schema-ci[{known.extra}]'",
        ) from missing


def _nowhere(repository: Repository) -> str:
    if not repository.web_url:
        return (
            "the CI does not tell where the repository lives: set GITHUB_REPOSITORY to OWNER/NAME"
        )
    return (
        f"{repository.web_url} is not on github.com; for GitHub Enterprise Server set "
        "GITHUB_SERVER_URL, no other forge is supported with this CI"
    )
