"""Take in a report that another job wrote, as data, and tell what this job can stand for."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from ci_runner.cli.build import this_build
from ci_runner.cli.common import Common
from ci_runner.cli.located import Overtaken, located
from ci_runner.cli.workspace import open_workspace
from ci_runner.config.model import Project
from ci_runner.context import Build, PullRequest, Sha
from ci_runner.errors import UsageError
from ci_runner.forges.base import Forge
from ci_runner.forges.locating import Listing
from ci_runner.forges.opening import Unavailable, open_forge
from ci_runner.frozen import frozen
from ci_runner.migrations.reader import detect as detect_format
from ci_runner.migrations.reader import files_on_disk
from ci_runner.pipeline.workspace import Workspace
from ci_runner.providers import detect
from ci_runner.publish.vet import of_merge_group, vetted
from ci_runner.report.artifact import read_reports
from ci_runner.report.json import load
from ci_runner.report.merge import merge
from ci_runner.report.model import Report
from ci_runner.report.redact import redacted


@frozen
class Received:
    """What is to be published, for which build, by whose configuration."""

    report: Report
    build: Build
    workspace: Workspace


def receive(common: Common, source: str, config: str, number: int) -> Received | Overtaken:
    """The report in the folder or archive `source`, for the pull request that the forge tells of.

    Several that lie there side by side are merged. Raises UsageError for a report that is not
    sound, or of another commit than the pull request's.
    """
    report = redacted(_read(Path(source)), common.out.redactor.redact)
    told = detect(os.environ)
    build = told if number else this_build(common.out)
    # A job that is told a number, or an earlier run, has the base branch checked out.
    of_change = not (number or told.number or told.upstream)
    workspace = open_workspace(
        common, config=config, base=_base(build) or None if of_change else None, build=build
    )
    if build.merge_group and not number:
        head = build.merge_group.head_sha
        _same(report.build.head_sha, head, "the merge queue's commit")
        changed = _changed(workspace, head)
        believed = of_merge_group(report, workspace.config, changed, _formats(workspace, changed))
        return Received(believed, build, workspace)
    forge = _forge(common, build, workspace)
    if build.upstream and not number:
        _same(report.build.head_sha, build.upstream.head_sha, "the commit of the run before")
    if number or build.pull_request is None:
        if isinstance(forge, Unavailable):
            raise UsageError(
                "the pull request can't be asked for", said=forge.reason, next_step=_GIVE
            )
        found = located(build, forge, number)
        if isinstance(found, Overtaken):
            return found
        build = found
    if (pull := build.pull_request) is None:
        raise UsageError("this build belongs to no pull request", next_step=_NUMBER)
    _same(report.build.head_sha, pull.head_sha, "the pull request's head")
    _refuse_strangers_checkout(workspace, build, pull)
    changed = _changed(workspace, pull.head_sha)
    if changed is None and isinstance(forge, Listing):
        changed = forge.paths_of(pull.number)
    formats = _formats(workspace, changed)
    believed = vetted(report, build, pull, workspace.config, changed, formats)
    return Received(believed, build, workspace)


def _read(source: Path) -> Report:
    found = [load(content) for _, content in read_reports([source])]
    return found[0] if len(found) == 1 else merge(found)


def _base(build: Build) -> str:
    if build.merge_group is not None:
        return build.merge_group.base_branch
    return build.pull_request.base_branch if build.pull_request else ""


_GIVE = "give the job the token that its other calls use"
_NUMBER = "run it in the CI of a pull request, or name it: `--pull-request NUMBER`"


def _forge(common: Common, build: Build, workspace: Workspace) -> Forge | Unavailable:
    if build.repository is None:
        raise UsageError("this build belongs to no pull request", next_step=_NUMBER)
    return open_forge(
        build.repository,
        os.environ,
        max_wait=float(workspace.config.api_max_wait),
        secret=common.out.redactor.register,
    )


def _same(reported: str, head: Sha, whose: str) -> None:
    if reported != head:
        raise UsageError(
            "the report is of another commit",
            where=f"{reported[:12] or '(none)'}, {whose} is {head[:12]}",
            next_step="publish the report of this run",
        )


def _is_of(workspace: Workspace, head: Sha) -> bool:
    """Whether the checkout is of that commit, or CI's merge of it."""
    git, here = workspace.git, workspace.head
    return git is not None and here is not None and head in {here, *git.parents(here)}


def _refuse_strangers_checkout(workspace: Workspace, build: Build, pull: PullRequest) -> None:
    """With a token that writes, what is published goes by no file of a fork's.

    On `pull_request` GitHub gives a fork's run a token that only reads.
    """
    if pull.is_fork and build.event != "pull_request" and _is_of(workspace, pull.head_sha):
        raise UsageError(
            "the checkout is the fork's own: its configuration would decide what is published",
            where=f"HEAD is {workspace.head}, the head of pull request {pull.number}",
            next_step="check out the base branch in this job, and take only the report over",
        )


def _changed(workspace: Workspace, head: Sha) -> tuple[str, ...] | None:
    """What differs between the base and `head`; None where `head` is not checked out."""
    git, base, here = workspace.git, workspace.base, workspace.head
    if git is None or base is None or here is None or not _is_of(workspace, head):
        return None
    return git.changed_paths(base, here)


def _formats(workspace: Workspace, changed: tuple[str, ...] | None) -> dict[str, str]:
    return {
        project.name: _format(workspace.root, project, changed or ())
        for project in workspace.config.projects
    }


def _format(root: Path, project: Project, changed: tuple[str, ...]) -> str:
    """As configured, or as the files in its directory and the names in the change tell."""
    if project.format != "auto":
        return project.format
    folder = root / project.directory
    here = files_on_disk(root, project.directory) if folder.is_dir() else {}
    below = [PurePosixPath(path) for path in changed]
    mine = [each for each in below if each.is_relative_to(project.directory)]
    names = (str(each.relative_to(project.directory)) for each in mine)
    return detect_format({**dict.fromkeys(names, b""), **here})
