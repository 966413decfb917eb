"""`schema-ci rebase`: unmerged migrations behind the merged ones, in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, config_option, project_option

if TYPE_CHECKING:
    from ci_runner.context import Build
    from ci_runner.forges.base import Changes
    from ci_runner.pipeline.workspace import Workspace


@click.command()
@click.option("--base", default="", metavar="REF", help="What the change will be merged into.")
@click.option("--only-generated", is_flag=True, help="Leave files as they are that people wrote.")
@click.option(
    "--commit/--no-commit",
    "commits",
    default=None,
    help="Commit the moves (default: in CI with `commit: push`).",
)
@config_option
@project_option
@common
def rebase(
    common: Common,
    base: str,
    config: str,
    names: tuple[str, ...],
    *,
    only_generated: bool,
    commits: bool | None,
) -> None:
    """Give unmerged migrations versions behind those of the base branch.

    Their order stays, and so does the schema: both orders are run on a dev database.
    """
    from ci_runner.cli.build import merged_into, this_build
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.pipeline.pushed import branch_of
    from ci_runner.pipeline.rebase import rebase as moved
    from ci_runner.pipeline.servers import servers
    from ci_runner.pipeline.workspace import projects

    log, build = common.out.log, this_build(common.out)
    workspace = open_workspace(common, config=config, base=base or merged_into(build), build=build)
    in_ci = build.pull_request is not None
    commits = in_ci and workspace.config.commits.pushes if commits is None else commits
    if commits:
        _refuse_unready(workspace, build)
    changes: dict[str, bytes | None] = {}
    head = workspace.reviewed_sha(build)
    with (
        servers(workspace, log) as server,
        branch_of(workspace, build, writes=commits and in_ci) as branch,
    ):
        for project in projects(workspace.config, names):
            place = branch or workspace
            found = moved(server(project), place, project, head, only_generated=only_generated)
            for old, new in found.moves:
                log.info(f"{project.name}: {old} becomes {new}")
            if found.changes:
                log.info(f"{project.name}: {found.proof}")
                changes |= found.changes
    if not changes:
        log.info("every file that is not merged comes behind those that are: nothing to move")
    elif commits and in_ci:
        _commit_to_branch(common, workspace, build, changes)
    else:
        _write(workspace, names, changes)
        if commits:
            made = _commit_here(workspace, changes)
            log.info(f"committed as {made[:7]}")


def _refuse_unready(workspace: Workspace, build: Build) -> None:
    """Raises UsageError where a commit would take with it what it should not."""
    from ci_runner.errors import UsageError

    git = workspace.git
    if git is None:
        raise UsageError("there is no repository to commit to", next_step="give --no-commit")
    if build.pull_request is None and git.is_merging():
        raise UsageError(
            "a merge is going on here",
            next_step="give --no-commit, then add the files and conclude the merge",
        )
    folders = [project.directory for project in workspace.config.projects]
    if dirty := git.uncommitted_paths(folders):
        raise UsageError(
            "the migration directories hold what is not committed",
            where="\n".join(dirty[:5]),
            next_step="commit it first, or give --no-commit",
        )


def _write(workspace: Workspace, names: tuple[str, ...], changes: Changes) -> None:
    from ci_runner.pipeline.files import write_migrations
    from ci_runner.pipeline.workspace import projects

    for project in projects(workspace.config, names):
        folder = f"{project.directory}/"
        own = {path: text for path, text in changes.items() if path.startswith(folder)}
        written = {path: text for path, text in own.items() if text is not None}
        gone = [path for path in own if path not in written]
        write_migrations(workspace.root, project.directory, written, gone)


def _commit_here(workspace: Workspace, changes: Changes) -> str:
    from ci_runner.errors import InternalError
    from ci_runner.publish.message import sane

    if workspace.git is None:
        raise InternalError("a commit without a repository")
    listing = "\n".join(f"- {sane(path)}" for path, text in changes.items() if text is not None)
    return workspace.git.commit_here(changes, f"chore(db): re-version migrations\n\n{listing}\n")


def _commit_to_branch(common: Common, workspace: Workspace, build: Build, changes: Changes) -> None:
    """Through the forge, on the head of the pull request."""
    from functools import partial

    from ci_runner.cli.publication import pull_request_talk
    from ci_runner.errors import ForgeError
    from ci_runner.publish.commit import CommitRules, commit_changes
    from ci_runner.publish.outcome import Skipped

    config, git = workspace.config, workspace.git
    talk = pull_request_talk(build, config, common.out, git)
    pull = talk.now().pull
    if pull.head_sha != talk.event.head_sha:
        common.out.log.info("a newer head is under review: nothing is committed")
        return
    directories = tuple(project.directory for project in config.projects)
    rules = CommitRules(directories, config.inputs, config.commits)
    push = partial(git.push_files, author=config.commits.author) if git else None
    made = commit_changes(talk.forge, changes, "re-version", pull, build, rules, push)
    if not isinstance(made, Skipped):
        common.out.log.info(f"committed as {made.sha[:7]}")
    elif made.stale:
        common.out.log.info(f"nothing is committed: {made.reason}")
    else:
        raise ForgeError(f"the moved files are not committed: {made.reason}")
