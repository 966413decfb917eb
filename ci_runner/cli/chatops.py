"""`schema-ci chatops`: a comment starts the review of its pull request again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common

if TYPE_CHECKING:
    from ci_runner.publish.command import CommandedForge

# Configuration is not read here: it is the pull request's own.
_MAX_WAIT = 120.0


@click.command()
@click.option(
    "--workflow",
    required=True,
    metavar="FILE",
    help="The workflow that reviews pull requests, such as schema.yml.",
)
@common
def chatops(common: Common, /, workflow: str) -> None:
    """Answer a comment such as `/schema-ci plan`, in a job that a comment has started.

    Reads the event and asks GitHub; runs nothing of the pull request, and needs no checkout of it.
    """
    from ci_runner.providers.github_comment import comment_event
    from ci_runner.publish.command import Declined, Done, Ignored, answer

    event = comment_event(os.environ)
    if event is None:
        common.out.log.info("ignored: the comment is not on a pull request")
        return
    match answer(event, _forge(common), workflow):
        case Ignored(reason):
            common.out.log.info(f"ignored: {reason}")
        case Declined(reason):
            common.out.log.warn(f"refused: {reason}")
        case Done(what, url):
            common.out.log.info(f"{what}: {url}")


def _forge(common: Common) -> CommandedForge:
    from ci_runner.errors import UsageError
    from ci_runner.forges.github import GitHubForge
    from ci_runner.forges.opening import Unavailable, open_forge
    from ci_runner.providers import detect

    repository = detect(os.environ).repository
    if repository is None:
        raise UsageError("the CI does not tell where the repository lives")
    forge = open_forge(
        repository, os.environ, max_wait=_MAX_WAIT, secret=common.out.redactor.register
    )
    if isinstance(forge, Unavailable):
        raise UsageError(
            f"nobody can be answered: {forge.reason}",
            next_step="give the job `GITHUB_TOKEN` with the permissions in docs/commands.md",
        )
    if not isinstance(forge, GitHubForge):
        raise UsageError("comments start jobs on GitHub alone")
    return forge
