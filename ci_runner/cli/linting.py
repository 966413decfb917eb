"""What `lint` and `dry-run` look at: what is new since a commit, or the latest files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ci_runner.cli.common import Common
from ci_runner.cli.linted import Linted
from ci_runner.cli.workspace import open_workspace
from ci_runner.errors import UsageError
from ci_runner.migrations import checksum
from ci_runner.pipeline import assemble
from ci_runner.pipeline.files import write_migrations
from ci_runner.pipeline.policy import in_force, policy_findings
from ci_runner.pipeline.review import Reviewed
from ci_runner.pipeline.run import examine, unreviewed
from ci_runner.pipeline.servers import servers
from ci_runner.pipeline.workspace import Workspace
from ci_runner.report.model import ReportedStep


def lint_changes(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> Linted:
    """New files of every configured project."""
    reviewed, workspace = _reviewed(common, config, base, latest, flags)
    return Linted(
        (*policy_findings(workspace), *(found for each in reviewed for found in each.findings)),
        tuple(finding for each in reviewed for finding in each.known),
        tuple({step.statement.path: None for each in reviewed for step in each.steps}),
        in_force(workspace).baseline,
        workspace.config.fail_on,
        workspace.root,
    )


def fix(
    common: Common, config: str, base: str | None, latest: int | None, flags: Mapping[str, object]
) -> None:
    """Write new files in the safe form that their findings suggest, and the checksum file.

    Only what is new since `base`: nobody may change what has run elsewhere. All files of a project
    are written or none.
    """
    if base is None or latest is not None:
        raise UsageError(
            "--fix changes files, so it must know which are merged",
            next_step="give --base REF, and no files",
        )
    reviewed, workspace = _reviewed(common, config, base, None, flags)
    log = common.out.log
    for each in reviewed:
        if not each.rewritten:
            continue
        head = each.change.head
        safe = {rewritten.file.path: rewritten.file for rewritten in each.rewritten}
        files = {path: file.content for path, file in safe.items()}
        if head.checksum is not None:
            after = tuple(safe.get(file.path, file) for file in head.files)
            files[f"{head.path}/{checksum.NAME}"] = checksum.checksum_of(replace(head, files=after))
        write_migrations(workspace.root, head.path, files)
        for rewritten in each.rewritten:
            count = len(rewritten.replacements)
            log.info(f"{rewritten.file.path}: {count} replaced by their safe form")
    if not any(each.rewritten for each in reviewed):
        log.info("nothing to fix: no safe form was seen to reach the same schema")


def rehearsed(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> tuple[ReportedStep, ...]:
    """What each new statement did. Raises SqlError when what is merged does not run."""
    reviewed, _ = _reviewed(common, config, base, latest, flags)
    for each in reviewed:
        if each.problem:
            raise unreviewed(each)
    return tuple(step for each in reviewed for step in assemble.project(each, wrote=False).steps)


def _reviewed(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> tuple[list[Reviewed], Workspace]:
    if base is None and latest is None:
        raise UsageError("which files are new?", next_step="give --base REF or --latest N")
    if base is not None and latest is not None:
        raise UsageError("--base and --latest exclude each other", next_step="give one of them")
    workspace = open_workspace(common, config=config, base=base, flags=flags)
    found = []
    with servers(workspace, common.out.log) as server:
        for project in workspace.config.projects:
            if latest is None:
                change = replace(workspace.change(project), schema=())
            else:
                change = workspace.latest(project, latest)
            found.append(examine(server(project), workspace, change, common.out.log))
    return found, workspace
