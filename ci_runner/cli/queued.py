"""Publish what a review came to of a commit that no pull request has."""

from __future__ import annotations

import os

from ci_runner.cli.job import leave_result
from ci_runner.cli.publication import Publication, unsent
from ci_runner.cli.terminal import Terminal
from ci_runner.config.model import Config
from ci_runner.context import Build, Sha
from ci_runner.forges.base import Forge
from ci_runner.forges.opening import Unavailable, open_forge
from ci_runner.publish.outcome import Outcome
from ci_runner.publish.queue import check_commit
from ci_runner.report.model import Report


def tell_of_commit(
    report: Report,
    build: Build,
    head: Sha,
    config: Config,
    out: Terminal,
    through: Publication,
) -> tuple[Outcome, ...]:
    """What became of the check on commit `head`; nothing where no forge can be told."""
    forge = _forge(build, config, out)
    told: tuple[Outcome, ...] = ()
    if isinstance(forge, Unavailable):
        out.log.warn(f"nothing published: {forge.reason}")
    else:
        settings, draw = through.settings, through.draw
        forge = unsent(forge, out) if through.dry_run else forge
        told = check_commit(report, forge, build, head, settings, draw)
    leave_result(report, build, out, told=told, report_path=through.report_path)
    return told


def _forge(build: Build, config: Config, out: Terminal) -> Forge | Unavailable:
    if build.repository is None:
        return Unavailable("the CI does not tell where the repository lives")
    return open_forge(
        build.repository,
        os.environ,
        max_wait=float(config.api_max_wait),
        secret=out.redactor.register,
    )
