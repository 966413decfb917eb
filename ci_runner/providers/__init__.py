"""Which CI runs us: the registry of providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ci_runner.context import Build
from ci_runner.providers import circleci, github_actions, gitlab_ci, local

_PROVIDERS: tuple[Callable[[Mapping[str, str]], Build | None], ...] = (
    github_actions.detect,
    gitlab_ci.detect,
    circleci.detect,
)


def detect(environ: Mapping[str, str]) -> Build:
    """The build that `environ` describes; a local one where no CI is recognised."""
    for detect_in in _PROVIDERS:
        if (build := detect_in(environ)) is not None:
            return build
    return local.detect(environ)
