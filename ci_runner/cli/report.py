"""`schema-ci report`: merge the reports of several jobs, show one again, tell whether it is one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common

if TYPE_CHECKING:
    from ci_runner.report.model import Report

_FORMATS = ("text", "markdown", "json", "sarif", "junit", "codequality", "github")


@click.group()
def report() -> None:
    """Merge, show and check reports that other jobs wrote."""


@report.command()
@click.argument("places", nargs=-1, required=True, metavar="DIR...")
@click.option("--output-dir", required=True, metavar="OUT", help="For the merged report's files.")
@click.option(
    "--expect", type=click.IntRange(1), metavar="N", help="How many reports there must be."
)
@click.option(
    "--expect-projects",
    metavar="FILE",
    help="Names that must be there: a JSON list, as `schema-ci projects` writes; - is stdin.",
)
@common
def merge(
    common: Common,
    places: tuple[str, ...],
    output_dir: str,
    expect: int | None,
    expect_projects: str | None,
) -> int:
    """Make one report of those in DIR..., folders or .zip; ends as what it comes to.

    What is expected and missing makes it fail.
    """
    from ci_runner.errors import UsageError
    from ci_runner.pipeline.run import exit_code, write_report
    from ci_runner.report import merge as merging
    from ci_runner.report.artifact import LARGEST, read_reports
    from ci_runner.report.json import dump, load
    from ci_runner.report.redact import redacted
    from ci_runner.report.shortened import shortened
    from ci_runner.report.text import render

    names = () if expect_projects is None else _names(expect_projects)
    found = []
    for place, content in read_reports([Path(each) for each in places]):
        common.out.log.detail(f"read {place}")
        found.append(redacted(_in_place(load, content, place), common.out.redactor.redact))
    if expect is None and expect_projects is None and not all(each.shards for each in found):
        raise UsageError(
            "a report that is missing could not be noticed",
            next_step="say what must be there: `--expect N` or `--expect-projects FILE`",
        )
    merged = shortened(merging.merge(found, merging.Expected(expect or 0, names)))
    if (size := len(dump(merged))) > LARGEST:
        raise UsageError(
            f"the merged report has {size} bytes; at most {LARGEST} can be published",
            next_step="publish the reports of fewer projects together",
        )
    write_report(merged, Path(output_dir))
    common.out.result(render(merged, color=common.out.result_color))
    return exit_code(merged)


@report.command()
@click.argument("place", metavar="DIR")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text")
@common
def show(common: Common, place: str, format_: str) -> int:
    """Print the report in DIR, a folder or .zip, again."""
    from ci_runner.report.artifact import read_report
    from ci_runner.report.json import load

    found = load(read_report(Path(place)))
    common.out.result(_shown(found, format_, color=common.out.result_color))
    return 0


@report.command()
@click.argument("places", nargs=-1, required=True, metavar="DIR...")
@common
def validate(common: Common, places: tuple[str, ...]) -> int:
    """Tell whether each DIR, a folder or .zip, holds a report that can be read."""
    from ci_runner.report.artifact import read_reports
    from ci_runner.report.json import load
    from ci_runner.report.verdict import count

    for place, content in read_reports([Path(each) for each in places]):
        found = _in_place(load, content, place)
        about = found.build.head_sha[:12] or "no commit"
        common.out.result(f"{place}: {count(len(found.projects), 'project')}, {about}")
    return 0


def _in_place(read: Callable[[bytes], Report], content: bytes, place: Path) -> Report:
    """What `read` makes of it; its refusal says where the report lies."""
    from ci_runner.errors import UsageError

    try:
        return read(content)
    except UsageError as refused:
        raise UsageError(
            refused.what, where=f"{place}\n{refused.where}", next_step=refused.next_step
        ) from refused


def _names(file: str) -> tuple[str, ...]:
    """Names of projects: a list of them, or of objects that have one as `project`."""
    from ci_runner.errors import UsageError

    try:
        raw = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        listed = json.loads(raw)
    except (OSError, ValueError) as unreadable:
        raise UsageError(
            "the expected projects can't be read", where=file, said=str(unreadable), next_step=_LIST
        ) from unreadable
    entries = listed if isinstance(listed, list) else [None]
    names = [each.get("project") if isinstance(each, dict) else each for each in entries]
    found = tuple(name for name in names if isinstance(name, str))
    if len(found) < len(names):
        raise UsageError("the expected projects are no list of names", where=file, next_step=_LIST)
    return found


_LIST = "write it with `schema-ci projects --format json`"


def _shown(report: Report, format_: str, *, color: bool) -> str:
    from ci_runner.report.formats import FORMATS
    from ci_runner.report.json import dump
    from ci_runner.report.markdown import render as markdown
    from ci_runner.report.text import render as text

    if format_ == "text":
        return text(report, color)
    if format_ == "markdown":
        return markdown(report)
    if format_ == "json":
        return dump(report).decode()
    findings = tuple(each for project in report.projects for each in project.findings)
    return FORMATS[format_](findings, report.fail_on)
