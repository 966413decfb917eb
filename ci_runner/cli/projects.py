"""`schema-ci projects`: which projects a change touches, in the words of the CI that fans out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, config_option, shard_option
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from ci_runner.config.model import Project
    from ci_runner.pipeline.shards import Shard

# As many jobs one matrix may start: docs.github.com, Actions limits; docs.gitlab.com, parallel.
_GITHUB_JOBS = 256
_GITLAB_JOBS = 200


@frozen
class Listed:
    """One project with the number of SQL files in its directory."""

    project: Project
    files: int


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github-matrix", "gitlab", "circleci"]),
    default="text",
    help="For people, or for a CI to start jobs by.",
)
@click.option("--base", default="", metavar="REF", help="What the change will be merged into.")
@click.option("--all", "every", is_flag=True, help="All that are configured, touched or not.")
@shard_option
@click.option(
    "--include", metavar="FILE", default=".gitlab/schema-ci.yml", help="Of format gitlab: the jobs."
)
@config_option
@common
def projects(
    common: Common,
    /,
    format_: str,
    base: str,
    shard: Shard | None,
    include: str,
    config: str,
    *,
    every: bool,
) -> int:
    """List the projects whose files or configuration this change touches."""
    from ci_runner.cli.build import merged_into, this_build
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.pipeline.shards import migration_files, share
    from ci_runner.pipeline.touched import touched_projects

    if every:
        workspace = open_workspace(common, config=config)
        chosen = workspace.config.projects
    else:
        # A base that is given needs no forge to be asked for.
        into = base or merged_into(this_build(common.out))
        workspace = open_workspace(common, config=config, base=into)
        chosen = touched_projects(workspace)
    mine = share(shard, chosen, workspace.root)
    listed = [Listed(each, migration_files(workspace.root, each)) for each in mine]
    if format_ == "gitlab":
        common.out.result(gitlab(listed, include))
    else:
        common.out.result(_FORMATS[format_](listed))
    return 0


def text(listed: Sequence[Listed]) -> str:
    """One name a line, "" for none."""
    return "".join(f"{each.project.name}\n" for each in listed)


def as_json(listed: Sequence[Listed]) -> str:
    """A list of objects: name, dialect, directory, number of files."""
    return json.dumps([_entry(each) for each in listed], indent=2) + "\n"


def github_matrix(listed: Sequence[Listed]) -> str:
    """Lines for GITHUB_OUTPUT: `any`, the `matrix`, and the names as `projects`.

    GitHub fails a job whose matrix is empty, so that job runs only `if` there is `any`. All of it
    is ASCII without line breaks: no name can add an output.
    """
    _refuse_more("GitHub", _GITHUB_JOBS, listed)
    matrix = {"include": [_entry(each) for each in listed]}
    names = [each.project.name for each in listed]
    return (
        f"any={json.dumps(bool(listed))}\nmatrix={json.dumps(matrix)}\n"
        f"projects={json.dumps(names)}\n"
    )


def gitlab(listed: Sequence[Listed], include: str) -> str:
    """A child pipeline, as JSON, which is YAML: one job for each project.

    `include` is the file that says, as `.schema-ci`, what such a job does. GitLab fails a pipeline
    without jobs, so that of no project has one that does nothing.
    """
    _refuse_more("GitLab", _GITLAB_JOBS, listed)
    if not listed:
        idle = {"script": ["true"], "variables": {"GIT_STRATEGY": "none"}}
        return json.dumps({"schema-ci": idle}, indent=2) + "\n"
    names = [{"SCHEMA_PROJECT": [each.project.name for each in listed]}]
    job = {"extends": ".schema-ci", "parallel": {"matrix": names}}
    return json.dumps({"include": [{"local": include}], "schema-ci": job}, indent=2) + "\n"


def circleci(listed: Sequence[Listed]) -> str:
    """Parameters of a continuation: whether there is any, how many, and their names as JSON."""
    names = [each.project.name for each in listed]
    parameters = {
        "schema-ci-any": bool(listed),
        "schema-ci-count": len(listed),
        "schema-ci-projects": json.dumps(names),
    }
    return json.dumps(parameters, indent=2) + "\n"


_FORMATS: Mapping[str, Callable[[Sequence[Listed]], str]] = {
    "text": text,
    "json": as_json,
    "github-matrix": github_matrix,
    "circleci": circleci,
}


def _entry(each: Listed) -> dict[str, object]:
    project = each.project
    return {
        "project": project.name,
        "dialect": project.dialect,
        "directory": project.directory,
        "files": each.files,
    }


def _refuse_more(platform: str, most: int, listed: Sequence[Listed]) -> None:
    from ci_runner.errors import UsageError

    if len(listed) > most:
        raise UsageError(
            f"{len(listed)} projects are more jobs than {platform} starts of one matrix: {most}",
            next_step="start a fixed number of jobs, each `schema-ci run --touched --shard I/N`",
        )
