"""What the forge knows of a build whose CI does not tell: its pull request, the base of that."""

from __future__ import annotations

from dataclasses import replace

from ci_runner.context import Build, PullRequest, Sha
from ci_runner.forges.base import Forge, PullRequestState


def is_complete(build: Build) -> bool:
    """False where a forge may know more: of a number alone, or of a branch and commit alone."""
    if build.pull_request is not None:
        return bool(build.pull_request.base_branch)
    if build.number:
        return False
    return not (build.branch and build.sha)


def complete(build: Build, forge: Forge) -> Build:
    """`build` with its pull request as `forge` has it; the head stays the one that was built.

    Without a pull request it is the default branch that the change will be merged into, as far as
    anybody knows. Raises ForgeError.
    """
    if is_complete(build):
        return build
    pull = build.pull_request
    number = pull.number if pull else build.number
    state = forge.pull_request(number) if number else forge.pull_request_of(build.branch, build.sha)
    if state is None:
        return replace(build, default_branch=build.default_branch or forge.default_branch())
    return replace(
        build,
        pull_request=pull_request_at(state, pull.head_sha if pull else build.sha),
        default_branch=state.default_branch,
    )


def pull_request_at(state: PullRequestState, built: Sha | None = None) -> PullRequest:
    """The pull request of a build of the commit `built`; None is the head that it has now."""
    return PullRequest(
        number=state.number,
        head_sha=built or state.head_sha,
        head_branch=state.head_branch,
        head_slug=state.head_slug,
        base_sha=state.base_sha,
        base_branch=state.base_branch,
        base_slug=state.base_slug,
        draft=state.draft,
    )
