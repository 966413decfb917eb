"""`schema-ci run`, `lint`, `dry-run` and `publish`: the commands of a pull request."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from ci_runner.cli.terminal import common, terminal


@click.command()
@click.option("--config", default="", metavar="FILE", help="instead of schema-ci.toml")
@click.option("--project", "names", multiple=True, metavar="NAME", help="only this one")
@click.option("--base", default="", metavar="REF", help="what the change will be merged into")
@click.option("--output-dir", metavar="DIR", help="for report.json and report.md")
@click.option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]))
@click.option("--no-publish", is_flag=True, help="write the report, tell no forge")
@common
def run(
    config: str,
    names: tuple[str, ...],
    base: str,
    output_dir: str | None,
    fail_on: str | None,
    *,
    no_publish: bool,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Review the change of a pull request: diff, lint, rehearse, report, publish."""
    from ci_runner.cli.workspace import base_of, open_workspace
    from ci_runner.pipeline.run import exit_code, write_report
    from ci_runner.pipeline.run import run as review
    from ci_runner.providers import detect
    from ci_runner.report.text import render

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    build = detect(os.environ)
    pull_request = build.pull_request
    ref = base_of(base, pull_request.base_branch if pull_request else "", None)
    flags = {
        "dev.url": dev_url,
        "dialect": dialect,
        "output-dir": output_dir,
        "lint.fail-on": fail_on,
    }
    workspace = open_workspace(out, config=config, base=ref, flags=flags)
    report = review(workspace, build, names, say=out.say, detail=out.detail)
    folder = workspace.git.root / workspace.config.output_dir
    write_report(report, folder)
    out.result(render(report, color=out.color))
    if not no_publish and build.repository is not None and pull_request is not None:
        from ci_runner.cli.publishing import publish_report

        publish_report(report, build, workspace.config, out)
    return exit_code(report)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
@click.option("--base", default="", metavar="REF", help="lint the files that are new since REF")
@click.option("--latest", type=click.IntRange(1), help="lint the last N files")
@click.option("--setup", metavar="SQL", help="a file to run first, when FILES are given")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--config", default="", metavar="FILE")
@click.option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]))
@common
def lint(
    files: tuple[str, ...],
    base: str,
    latest: int | None,
    setup: str | None,
    format_: str,
    config: str,
    fail_on: str | None,
    *,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Judge migration files by what they say and by what they do on a dev database."""
    from ci_runner.cli.linting import lint_changes, lint_files
    from ci_runner.lint.rule import Severity
    from ci_runner.pipeline.assemble import finding
    from ci_runner.report.findings import render_json, render_text

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    flags = {"dev.url": dev_url, "dialect": dialect, "lint.fail-on": fail_on}
    if files:
        found = lint_files(out, files, setup, flags)
    else:
        found = lint_changes(out, config, base, latest, flags)
    shown = tuple(finding(each) for each in found)
    out.result(render_json(shown) if format_ == "json" else render_text(shown, color=out.color))
    level = fail_on or "error"
    if level != "never" and any(each.severity.rank >= Severity(level).rank for each in found):
        return 1
    return 0


@click.command("dry-run")
@click.option("--base", default="", metavar="REF", help="rehearse the files that are new since REF")
@click.option("--latest", type=click.IntRange(1), help="rehearse the last N files")
@click.option("--config", default="", metavar="FILE")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@common
def dry_run(
    base: str,
    latest: int | None,
    config: str,
    format_: str,
    *,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Run new files on a dev database, statement by statement, and say what each did."""
    from ci_runner.cli.linting import rehearsed

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    steps = rehearsed(out, config, base, latest, {"dev.url": dev_url, "dialect": dialect})
    if format_ == "json":
        out.result(json.dumps([asdict(step) for step in steps], indent=2))
    else:
        for step in steps:
            rows = "" if step.rows is None else f", {step.rows} rows"
            out.result(f"{step.path}:{step.line}: {step.outcome}, {step.milliseconds:.1f} ms{rows}")
            remarks = (*step.changes, *(f"rewrites {each}" for each in step.rewritten), *step.locks)
            for remark in remarks:
                out.result(f"  {remark}")
            if step.error:
                out.result(f"  {step.error}")
    return int(any(step.outcome != "ok" for step in steps))


@click.command()
@click.option("--from", "folder", required=True, metavar="DIR", help="where report.json lies")
@click.option("--config", default="", metavar="FILE")
@common
def publish(
    folder: str,
    config: str,
    *,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Publish a report that an earlier job wrote."""
    from ci_runner.cli.publishing import publish_report
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import UsageError
    from ci_runner.providers import detect
    from ci_runner.report.json import load

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    place = Path(folder) / "report.json"
    if not place.is_file():
        raise UsageError("there is no report", where=str(place), next_step="run `schema-ci run`")
    workspace = open_workspace(
        out, config=config, base="", flags={"dialect": dialect, "dev.url": dev_url}
    )
    publish_report(load(place.read_bytes()), detect(os.environ), workspace.config, out)
    return 0
