"""`schema-ci run`, `lint` and `dry-run`: the commands of a pull request."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import click

from ci_runner.cli.common import (
    Common,
    common,
    config_option,
    dry_run_option,
    given,
    online_option,
    project_option,
    selecting,
    shard_option,
    stats_option,
    strict_option,
)

if TYPE_CHECKING:
    from ci_runner.config.model import Project
    from ci_runner.context import Build
    from ci_runner.errors import SchemaCiError
    from ci_runner.pipeline.shards import Shard
    from ci_runner.pipeline.workspace import Workspace
    from ci_runner.report.model import Report

_FAIL_ON = click.Choice(["error", "warning", "note", "never"])


@click.command()
@config_option
@project_option
@click.option("--base", default="", metavar="REF", help="What the change will be merged into.")
@click.option("--output-dir", metavar="DIR", help="For the report's files.")
@click.option("--fail-on", type=_FAIL_ON, help="The severity from which the run fails.")
@online_option
@click.option("--no-publish", is_flag=True, help="Write the report, tell no forge.")
@click.option("--touched", is_flag=True, help="Only projects that this change touches.")
@dry_run_option
@shard_option
@strict_option
@stats_option
@selecting
@common
def run(
    common: Common,
    /,
    config: str,
    names: tuple[str, ...],
    base: str,
    output_dir: str | None,
    fail_on: str | None,
    stats: str | None,
    shard: Shard | None,
    *,
    no_publish: bool,
    dry_run: bool,
    touched: bool,
    **more: object,
) -> int:
    """Review the change of a pull request: diff, lint, rehearse, report, publish."""
    from ci_runner.cli.build import merged_into, this_build
    from ci_runner.cli.job import mask_secrets
    from ci_runner.cli.publication import show_failure
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import SchemaCiError

    if shard and not no_publish:
        _refuse_part()
    build = this_build(common.out)
    flags = {"output-dir": output_dir, "lint.fail-on": fail_on, "stats.file": stats, **given(more)}
    try:
        workspace = open_workspace(
            common, config=config, base=base or merged_into(build), flags=flags, build=build
        )
    except SchemaCiError as error:
        if not (no_publish or dry_run):
            show_failure(build, common.out, names, error)
        raise
    mask_secrets(common.out)
    chosen = _chosen(workspace, names, shard, touched=touched)
    if no_publish:
        code, trouble = _alone(common, workspace, build, chosen, shard)
    else:
        code, trouble = _told(common, workspace, build, chosen, names, dry_run=dry_run)
    if trouble:
        raise trouble
    return code


def _alone(
    common: Common,
    workspace: Workspace,
    build: Build,
    chosen: tuple[Project, ...],
    shard: Shard | None,
) -> tuple[int, SchemaCiError | None]:
    """The exit code, and what kept a project from being reviewed at all."""
    from ci_runner.cli.job import leave_result
    from ci_runner.pipeline.run import exit_code
    from ci_runner.pipeline.run import run as review

    result = review(workspace, build, chosen, common.out.log, common.out.redactor)
    report = replace(result.report, shards=(str(shard),)) if shard else result.report
    _show(common, workspace, report)
    leave_result(report, build, common.out, report_path=_report_path(workspace))
    return exit_code(report), result.trouble


def _told(
    common: Common,
    workspace: Workspace,
    build: Build,
    chosen: tuple[Project, ...],
    names: tuple[str, ...],
    *,
    dry_run: bool,
) -> tuple[int, SchemaCiError | None]:
    """As `_alone`, and the pull request is told."""
    from ci_runner.cli.publication import publication
    from ci_runner.cli.publishing import publish_report
    from ci_runner.pipeline.run import run as review

    config, git = workspace.config, workspace.git
    with publication(
        *(build, config, common.out, git, workspace.base),
        names=names,
        report_path=_report_path(workspace),
        dry_run=dry_run,
    ) as through:
        result = review(workspace, build, chosen, common.out.log, common.out.redactor)
        show = partial(_show, common, workspace)
        code = publish_report(result.report, build, config, common.out, through, show=show, git=git)
    return code, result.trouble


def _report_path(workspace: Workspace) -> str:
    return str(workspace.root / workspace.config.output_dir / "report.json")


def _show(common: Common, workspace: Workspace, report: Report) -> None:
    from ci_runner.pipeline.run import write_offered, write_report
    from ci_runner.report.text import render

    place = workspace.root / workspace.config.output_dir
    write_report(report, place)
    write_offered(report, place)
    common.out.result(render(report, color=common.out.result_color))


def _refuse_part() -> NoReturn:
    from ci_runner.errors import UsageError

    raise UsageError(
        "a part of the review is not published by itself",
        next_step="add --no-publish; then `schema-ci report merge` and `schema-ci publish`",
    )


def _chosen(
    workspace: Workspace, names: tuple[str, ...], shard: Shard | None, *, touched: bool
) -> tuple[Project, ...]:
    """The projects that are asked for, in the order of the configuration."""
    from ci_runner.pipeline.shards import share
    from ci_runner.pipeline.touched import touched_projects
    from ci_runner.pipeline.workspace import projects

    asked = projects(workspace.config, names)
    if touched:
        found = touched_projects(workspace)
        asked = tuple(each for each in asked if each in found)
    return share(shard, asked, workspace.root)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
@click.option("--base", metavar="REF", help="Lint the files that are new since REF.")
@click.option("--latest", type=click.IntRange(1), metavar="N", help="Lint the last N files.")
@click.option("--setup", metavar="SQL", help="Run this file or folder first, with FILES.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif", "junit", "codequality", "github", "markdown"]),
    default="text",
    help="For people, or for a forge to show.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write what is found to FILE, to be known from now on.",
)
@click.option(
    "--fix", "fixing", is_flag=True, help="Write new files in their safe form, then judge them."
)
@click.option("--static", is_flag=True, help="Judge FILES by their text alone; nothing is run.")
@config_option
@click.option("--fail-on", type=_FAIL_ON, help="The severity from which the exit code is 1.")
@stats_option
@common
def lint(
    common: Common,
    /,
    files: tuple[str, ...],
    base: str | None,
    latest: int | None,
    *,
    setup: str | None,
    format_: str,
    write_baseline: str | None,
    fixing: bool,
    static: bool,
    config: str,
    fail_on: str | None,
    stats: str | None,
) -> int:
    """Judge migration files by what they say and by what they do on a dev database.

    FILES are judged alone, in the given order, and need no repository.
    """
    from ci_runner.cli.alone import lint_files
    from ci_runner.cli.linted import keep_baseline, shown
    from ci_runner.errors import UsageError
    from ci_runner.report.findings import render_text
    from ci_runner.report.formats import FORMATS
    from ci_runner.report.verdict import fails

    if static and (fixing or setup or not files):
        raise UsageError(
            "--static judges files by their text, without a database",
            next_step="give FILES, and neither --setup nor --fix",
        )
    flags = {"lint.fail-on": fail_on, "stats.file": stats}
    if fixing:
        from ci_runner.cli.linting import fix

        fix(common, config, None if files else base, latest, flags)
    if files:
        linted = lint_files(common, files, setup, config, flags, static=static)
    else:
        from ci_runner.cli.linting import lint_changes

        linted = lint_changes(common, config, base, latest, flags)
    if write_baseline:
        keep_baseline(linted, write_baseline, common.out.log)
        return 0
    if format_ == "text":
        text = render_text(shown(linted, files), color=common.out.result_color)
    else:
        text = FORMATS[format_](shown(linted), linted.level)
    common.out.result(text)
    return int(any(fails(each.severity, linted.level) for each in linted.findings))


@click.command("dry-run")
@click.option("--base", metavar="REF", help="Rehearse the files that are new since REF.")
@click.option("--latest", type=click.IntRange(1), metavar="N", help="Rehearse the last N files.")
@config_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@stats_option
@common
def dry_run(
    common: Common,
    base: str | None,
    latest: int | None,
    config: str,
    format_: str,
    stats: str | None,
) -> int:
    """Run new files on a dev database, statement by statement, and say what each did."""
    from ci_runner.cli.linting import rehearsed
    from ci_runner.report.steps import render_steps

    steps = rehearsed(common, config, base, latest, {"stats.file": stats})
    if format_ == "json":
        common.out.verbatim(json.dumps([asdict(step) for step in steps], indent=2))
    else:
        common.out.result(render_steps(steps, color=common.out.result_color))
    return int(any(step.outcome != "ok" for step in steps))
