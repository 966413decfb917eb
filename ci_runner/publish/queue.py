"""Tell of a commit that no pull request has: a check on it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from ci_runner.context import Build, Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Forge
from ci_runner.publish.check import result_check, write_check
from ci_runner.publish.outcome import Failed, Outcome, Skipped
from ci_runner.publish.publish import PublishSettings
from ci_runner.report.model import Report


def check_commit(
    report: Report,
    forge: Forge,
    build: Build,
    head: Sha,
    settings: PublishSettings,
    draw: Callable[[Report, int], str],
) -> tuple[Outcome, ...]:
    """The check on `head`, which no pull request has: there is nothing to comment on or commit to.

    Without it a merge queue would wait for a required check until it gives up, and so would a pull
    request that is opened after its last push. Forge trouble is an outcome, never raised.
    """
    silent = Skipped("comment", "no pull request has this commit")
    if not settings.check:
        return silent, Skipped("check", "checks are off")
    if report.build.head_sha != head:
        return silent, Skipped("check", "another commit than the one that was pushed was reviewed")

    def render(level: int) -> str:
        return draw(report, level)

    try:
        check = result_check(report, settings.check_name, render, build, head)
        return silent, write_check(forge, check, forge.find_check(head, check.name))
    except ForgeError as error:
        return silent, Failed("check", error, fatal=True)
