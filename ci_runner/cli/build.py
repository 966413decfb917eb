"""The CI run that we are part of: what its environment says, and what its forge adds."""

from __future__ import annotations

import os

from ci_runner.cli.terminal import Terminal
from ci_runner.context import Build
from ci_runner.errors import UsageError
from ci_runner.forges.lookup import complete, is_complete
from ci_runner.forges.opening import Unavailable, open_forge
from ci_runner.providers import detect

# Configuration is not read yet: which of its copies counts depends on the pull request.
_MAX_WAIT = 120.0


def this_build(out: Terminal) -> Build:
    """The build with its pull request; a forge is asked only where the CI does not tell.

    Where none can be asked the build is what the CI tells. Raises ForgeError.
    """
    build = detect(os.environ)
    if is_complete(build) or build.repository is None:
        return build
    secret = out.redactor.register
    forge = open_forge(build.repository, os.environ, max_wait=_MAX_WAIT, secret=secret, reads=True)
    if isinstance(forge, Unavailable):
        out.log.info(f"no forge was asked about this change: {forge.reason}")
        return build
    found = complete(build, forge)
    if found.pull_request is None:
        out.log.info(f"no open pull request comes from {build.branch} at {build.sha[:7]} yet")
    return found


def merged_into(build: Build) -> str:
    """The branch that the change will be merged into. Raises UsageError."""
    pull = build.pull_request
    if build.merge_group is not None:
        return build.merge_group.base_branch
    if pull is not None and pull.base_branch:
        return pull.base_branch
    if pull is None and build.sha and build.default_branch:
        return build.default_branch
    known = is_complete(build)
    raise UsageError(
        "no pull request was found in the environment"
        if known
        else f"{build.provider} does not tell what this change will be merged into",
        next_step="give --base REF, the branch that the change will be merged into"
        + ("" if known else ", or let the forge be asked: what it lacks is said above"),
    )
