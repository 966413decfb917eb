"""Which forge a repository lives on: the registry of forges, each imported only when it is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ci_runner.context import ForgeName, Repository
from ci_runner.errors import ConfigError
from ci_runner.forges.base import Forge

# GitHub's guide to REST, best practices: a second between writes keeps clear of secondary limits.
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class _Known:
    """`tokens` are names of environment variables, the first that is set is taken."""

    tokens: tuple[str, ...]
    library: str
    extra: str
    connect: Callable[[Repository, str, float], Forge]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a build's results can be handed to nobody."""

    reason: str


def _github(repository: Repository, token: str, max_wait: float) -> Forge:
    from ci_runner.forges.github import github

    pause = min(_PAUSE, max_wait)
    return github(repository, token, max_wait=max_wait, seconds_between_writes=pause)


_FORGES: dict[ForgeName, _Known] = {
    "github": _Known(("GITHUB_TOKEN", "GH_TOKEN"), "PyGithub", "github", _github),
}


def open_forge(
    repository: Repository,
    environ: Mapping[str, str],
    *,
    max_wait: float,
    secret: Callable[[str], None],
) -> Forge | Unavailable:
    """The forge of `repository`; nothing is sent yet. `secret` is told the token first.

    `max_wait` seconds are what all its waiting may take: with 0 it does not pause between writes
    either. Raises ConfigError when the library that speaks to it is not installed.
    """
    if repository.forge == "none":
        return Unavailable(_nowhere(repository))
    if (known := _FORGES.get(repository.forge)) is None:
        return Unavailable(f"{repository.forge} is not supported yet")
    token = next((environ[name] for name in known.tokens if environ.get(name)), "")
    if not token:
        return Unavailable(f"{known.tokens[0]} is not set")
    secret(token)
    try:
        return known.connect(repository, token, max_wait)
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"publishing needs {known.library}",
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
