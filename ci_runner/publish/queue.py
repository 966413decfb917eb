"""Tell a merge queue what a review came to: a check on its commit, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from ci_runner.context import Build, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Forge
from ci_runner.publish.check import result_check, write_check
from ci_runner.publish.outcome import Failed, Outcome, Skipped
from ci_runner.publish.publish import PublishSettings
from ci_runner.report.model import Report


def check_merge_group(
    report: Report,
    forge: Forge,
    build: Build,
    head: Sha,
    settings: PublishSettings,
    draw: Callable[[Report, int], str],
) -> tuple[Outcome, ...]:
    """The check on `head`, which no pull request has: there is nothing to comment on or commit to.

    Without it the queue would wait for a required check until it gives up. Forge trouble is an
    outcome, never raised.
    """
    silent = Skipped("comment", "a merge queue's commit has no pull request")
    if not settings.check:
        return silent, Skipped("check", "checks are off")

    def render(level: int) -> str:
        return draw(report, level)

    try:
        check = result_check(report, settings.check_name, render, build, head)
        return silent, write_check(forge, check, forge.find_check(head, check.name))
    except ForgeError as error:
        return silent, Failed("check", error, fatal=True)
