"""The pull request that a build is about, where its CI tells only a number or a commit."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from ci_runner.context import Build, Upstream
from ci_runner.errors import UsageError
from ci_runner.forges.base import Forge
from ci_runner.forges.locating import Locating
from ci_runner.forges.lookup import pull_request_at
from ci_runner.frozen import frozen


@frozen
class Overtaken:
    """No open pull request has the commit that an earlier run was about."""

    reason: str


def located(build: Build, forge: Forge, number: int) -> Build | Overtaken:
    """`build` with its pull request as the forge knows it; `number` 0 where none was asked for.

    Raises UsageError where there is no telling which one is meant.
    """
    wanted = number or build.number
    if wanted:
        return replace(build, pull_request=pull_request_at(forge.pull_request(wanted)))
    if build.upstream is None:
        _unknown("this build belongs to no pull request: there is nothing to publish to")
    return _of_upstream(build, build.upstream, forge)


def _of_upstream(build: Build, upstream: Upstream, forge: Forge) -> Build | Overtaken:
    where = f"{upstream.head_slug or 'a fork that is gone'}:{upstream.head_branch}"
    if not upstream.head_slug:
        return Overtaken(f"{where} has no open pull request")
    if not isinstance(forge, Locating):
        _unknown(f"this forge does not list the pull requests of {where}")
    several = [forge.pull_request(each) for each in _listed(forge, upstream)]
    found = [
        each
        for each in several
        if each.open
        and each.head_sha == upstream.head_sha
        and each.head_slug.lower() == upstream.head_slug.lower()
    ]
    if len(found) > 1:
        numbers = ", ".join(str(each.number) for each in found)
        _unknown(f"{where} is the head of several pull requests: {numbers}")
    if not found:
        return Overtaken(
            f"no open pull request from {where} has the head {upstream.head_sha[:7]} any more"
        )
    return replace(build, pull_request=pull_request_at(found[0]))


def _listed(forge: Locating, upstream: Upstream) -> tuple[int, ...]:
    return forge.open_pull_requests(upstream.head_slug, upstream.head_branch)


def _unknown(what: str) -> NoReturn:
    raise UsageError(what, next_step="name it: `--pull-request NUMBER`")
