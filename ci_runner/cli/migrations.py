"""`schema-ci diff`, `hash` and `validate`: the commands of somebody who writes migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import (
    Common,
    common,
    config_option,
    declaring,
    given,
    online_option,
    project_option,
    selecting,
)

if TYPE_CHECKING:
    from ci_runner.pipeline.review import Reviewed


@click.command()
@click.argument("name", default="")
@click.option("--check", is_flag=True, help="Only say whether one is missing; exit with 3 if so.")
@declaring
@selecting
@config_option
@project_option
@online_option
@common
def diff(
    common: Common,
    /,
    name: str,
    config: str,
    names: tuple[str, ...],
    *,
    check: bool,
    **flags: object,
) -> None:
    """Write the migration that leads from the directory to the desired schema.

    NAME becomes part of the file's name; without it the file is named after what it does. Files
    that are not committed yet count as new.
    """
    from ci_runner.cli.planned import refuse_open_ends
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import DriftError
    from ci_runner.pipeline.files import write_migrations
    from ci_runner.pipeline.run import examine, unreviewed, without_secrets
    from ci_runner.pipeline.servers import servers
    from ci_runner.pipeline.workspace import projects

    log = common.out.log
    workspace = open_workspace(common, config=config, flags=given(flags))
    missing: list[str] = []
    with servers(workspace, log) as server:
        for project in projects(workspace.config, names):
            change = workspace.change(project, name, may_be_missing=True)
            examined = examine(server(project), workspace, change, log)
            reviewed = without_secrets(examined, common.out.redactor)
            if reviewed.problem:
                raise unreviewed(reviewed)
            lacks = _lacks_a_migration(common, reviewed)
            if workspace.config.strict:
                refuse_open_ends(reviewed.unmanaged, reviewed.questions)
            if not lacks:
                continue
            missing.append(project.name)
            if not check:
                _refuse_unwritten(reviewed)
                write_migrations(workspace.root, change.head.path, reviewed.files)
                for path in reviewed.files:
                    log.info(f"wrote {path}")
    if check and missing:
        raise DriftError(
            f"a migration is missing in {', '.join(missing)}",
            next_step="run `schema-ci diff` and commit what it writes",
        )


def _lacks_a_migration(common: Common, reviewed: Reviewed) -> bool:
    """Print the plan, if there is one, and name what was not compared."""
    from ci_runner.lint.notices import LEFT_OUT, RENAME_QUESTION
    from ci_runner.migrations.plan import sql

    name, log = reviewed.change.name, common.out.log
    for identity in reviewed.unmanaged:
        log.warn(f"{name}: not compared: {identity}")
    for each in reviewed.findings:
        if each.rule in {LEFT_OUT.id, RENAME_QUESTION.id}:
            log.warn(f"{name}: {each.message}")
    if not reviewed.change.schema:
        log.warn(f"{name}: no desired schema is configured: nothing to compare with")
    if reviewed.plan is None or not reviewed.plan.statements:
        log.info(f"{name}: nothing is missing among what is compared")
        return False
    common.out.verbatim(sql(reviewed.plan))
    return True


def _refuse_unwritten(reviewed: Reviewed) -> None:
    """SqlError where a new file would be no part of the directory, or bless what was edited."""
    from ci_runner.errors import SqlError
    from ci_runner.lint.notices import CLOSED_DIRECTORY

    if closed := reviewed.change.head.closed:
        raise SqlError(
            "the changelog includes each file by its name, so nothing was written",
            where=closed,
            next_step=CLOSED_DIRECTORY.instead,
        )
    if not reviewed.files:
        broken = [each for each in reviewed.findings if each.rule == "checksum"]
        raise SqlError(
            "the checksum file does not fit the directory, so nothing was written",
            where="\n".join(f"{each.path}:{each.line}" for each in broken),
            said="\n".join(each.message for each in broken),
            next_step="restore the files, or run `schema-ci hash` when they are as they should be",
        )


@click.command("hash")
@config_option
@project_option
@common
def hash_(common: Common, config: str, names: tuple[str, ...]) -> None:
    """Write the checksum file anew, after migration files were edited on purpose."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.migrations import checksum
    from ci_runner.migrations.formats import FORMATS
    from ci_runner.pipeline.files import write_migrations
    from ci_runner.pipeline.workspace import projects

    log = common.out.log
    workspace = open_workspace(common, config=config)
    for project in projects(workspace.config, names):
        directory = workspace.directory(project)
        if not FORMATS[directory.format].has_checksum and directory.checksum is None:
            log.info(f"{project.name}: {directory.format} directories have no checksum file")
            continue
        path = f"{directory.path}/{checksum.NAME}"
        content = checksum.checksum_of(directory)
        if content == directory.checksum:
            log.info(f"{path} fits already")
            continue
        write_migrations(workspace.root, directory.path, {path: content})
        log.info(f"wrote {path}")


@click.command()
@config_option
@project_option
@common
def validate(common: Common, config: str, names: tuple[str, ...]) -> int:
    """Compare the checksum file with the directory; exit with 1 when they differ."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import ExitCode
    from ci_runner.log import neutral
    from ci_runner.migrations import checksum
    from ci_runner.migrations.formats import FORMATS
    from ci_runner.pipeline.workspace import projects

    log = common.out.log
    workspace = open_workspace(common, config=config)
    bad = 0
    for project in projects(workspace.config, names):
        directory = workspace.directory(project)
        if directory.checksum is None and not FORMATS[directory.format].has_checksum:
            log.info(f"{project.name}: {directory.format} directories have no checksum file")
            continue
        problems = checksum.verify(directory)
        for problem in problems:
            place = f"{directory.path}/{checksum.NAME}:{problem.line}"
            common.out.result(neutral(f"{place}: {problem.message}"))
        if not problems:
            log.info(f"{project.name}: {checksum.NAME} fits {len(directory.files)} files")
        bad += len(problems)
    return ExitCode.FINDINGS if bad else ExitCode.OK
