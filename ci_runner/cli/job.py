"""What a job of GitHub Actions gets besides the log: masks, annotations, summary, outputs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ci_runner.cli.terminal import Terminal
    from ci_runner.context import Build
    from ci_runner.publish.outcome import Outcome
    from ci_runner.publish.publish import Committed
    from ci_runner.report.model import Report


def mask_secrets(out: Terminal) -> None:
    """Let the runner hide what we hide, in later steps too: these lines are for it alone."""
    from ci_runner.providers.github_job import mask_commands

    out.obey(mask_commands(os.environ, out.redactor.spellings))


def leave_result(
    report: Report,
    build: Build,
    out: Terminal,
    *,
    told: Sequence[Outcome] = (),
    report_path: str = "",
    more: Mapping[str, str] | None = None,
) -> None:
    """Summary and outputs for later steps, and annotations where no check carries them.

    A file that the runner does not let us write is a warning: the result is in the log.
    """
    if build.provider != "github-actions":
        return
    from ci_runner.errors import ForgeError
    from ci_runner.providers.github_job import write_outputs
    from ci_runner.publish.outcome import Published, Skipped
    from ci_runner.report.outputs import OUTPUTS, result_outputs, truth

    stale = any(isinstance(each, Skipped) and each.stale for each in told)
    shown = any(isinstance(each, Published | Skipped) and each.annotated for each in told)
    if not shown and not stale:
        _annotate(report, out)
    urls = {each.what: each.url for each in told if isinstance(each, Published | Skipped)}
    outputs = {
        **dict.fromkeys(OUTPUTS, ""),
        **result_outputs(report),
        "stale": truth(stale),
        "commit-verified": "false",
        "needs-retrigger": "false",
        "comment-url": urls.get("comment", ""),
        "check-url": urls.get("check", ""),
        "report-path": report_path,
        **(more or {}),
    }
    try:
        write_outputs(os.environ, outputs)
        _summarise(report)
    except (OSError, ForgeError) as refused:
        out.log.warn(f"the job's summary or outputs can't be written: {refused}")


def commit_outputs(committed: Committed, viewer: str) -> dict[str, str]:
    """GitHub starts no workflow for what GITHUB_TOKEN pushes, whose login this is."""
    from ci_runner.publish.marker import same_login
    from ci_runner.report.outputs import truth

    made = bool(committed.report.committed)
    return {
        "commit-sha": committed.report.committed,
        "commit-verified": truth(made and committed.proven),
        "needs-retrigger": truth(made and same_login(viewer, "github-actions")),
    }


def _annotate(report: Report, out: Terminal) -> None:
    from ci_runner.report.annotations import render_few

    findings = [each for project in report.projects for each in project.findings]
    out.result(render_few(findings, "the step's summary"))


def _summarise(report: Report) -> None:
    from ci_runner.providers.github_job import append_summary, summary_room
    from ci_runner.publish.size import fullest
    from ci_runner.report.markdown import render

    if room := summary_room(os.environ):
        text = fullest(lambda level: render(report, level), characters=room, max_bytes=room)
        append_summary(os.environ, text)
