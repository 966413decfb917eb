"""`schema-ci diff`, `hash` and `validate`: the commands of somebody who writes migrations."""

from __future__ import annotations

import click

from ci_runner.cli.terminal import common, terminal


@click.command()
@click.argument("name", default="")
@click.option("--check", is_flag=True, help="only say whether one is missing; exit with 3 if so")
@click.option("--config", default="", metavar="FILE", help="instead of schema-ci.toml")
@click.option("--project", "names", multiple=True, metavar="NAME", help="only this one")
@common
def diff(
    name: str,
    config: str,
    names: tuple[str, ...],
    *,
    check: bool,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> None:
    """Write the migration that leads from the directory to the desired schema."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.errors import DriftError, SqlError
    from ci_runner.migrations.plan import sql
    from ci_runner.pipeline.run import examine
    from ci_runner.pipeline.workspace import projects, write_files

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    flags = {"dev.url": dev_url, "dialect": dialect}
    workspace = open_workspace(out, config=config, base="", flags=flags)
    missing: list[str] = []
    for project in projects(workspace.config, names):
        change = workspace.change(project, name)
        reviewed = examine(workspace, change, project.dialect, say=out.detail, detail=out.detail)
        if reviewed.problem:
            where = [f"{each.path}:{each.line}" for each in reviewed.findings if each.line]
            said = "\n".join(each.evidence for each in reviewed.findings if each.evidence)
            raise SqlError(reviewed.problem, where="\n".join(where), said=said)
        for identity in reviewed.unmanaged:
            out.say(f"not compared: {identity}")
        if reviewed.plan is None or not reviewed.plan.statements:
            out.say(f"{project.name}: nothing is missing among what is compared")
            continue
        missing.append(project.name)
        out.result(sql(reviewed.plan))
        if not check:
            write_files(workspace.git.root, change.head, reviewed.files)
            for path in reviewed.files:
                out.say(f"wrote {path}")
    if check and missing:
        raise DriftError(
            f"a migration is missing in {', '.join(missing)}",
            next_step="run `schema-ci diff` and commit what it writes",
        )


@click.command("hash")
@click.option("--config", default="", metavar="FILE", help="instead of schema-ci.toml")
@common
def hash_(
    config: str,
    *,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> None:
    """Write the checksum file anew, after migration files were edited on purpose."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.migrations import checksum
    from ci_runner.migrations.formats import FORMATS
    from ci_runner.migrations.reader import files_on_disk, read_files
    from ci_runner.pipeline.workspace import write_files

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    workspace = open_workspace(
        out, config=config, base="", flags={"dialect": dialect, "dev.url": dev_url}
    )
    root = workspace.git.root
    for project in workspace.config.projects:
        directory = read_files(
            project.directory, project.format, files_on_disk(root, project.directory)
        )
        if not FORMATS[directory.format].has_checksum and directory.checksum is None:
            out.say(f"{project.name}: {directory.format} directories have no checksum file")
            continue
        path = f"{directory.path}/{checksum.NAME}"
        write_files(root, directory, {path: checksum.checksum_of(directory)})
        out.say(f"wrote {path}")


@click.command()
@click.option("--config", default="", metavar="FILE", help="instead of schema-ci.toml")
@common
def validate(
    config: str,
    *,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Compare the checksum file with the directory."""
    from ci_runner.cli.workspace import open_workspace
    from ci_runner.migrations import checksum
    from ci_runner.migrations.reader import files_on_disk, read_files

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    workspace = open_workspace(
        out, config=config, base="", flags={"dialect": dialect, "dev.url": dev_url}
    )
    bad = 0
    for project in workspace.config.projects:
        files = files_on_disk(workspace.git.root, project.directory)
        directory = read_files(project.directory, project.format, files)
        if directory.checksum is None and directory.format != "atlas":
            out.say(f"{project.name}: {directory.format} directories have no checksum file")
            continue
        for problem in checksum.verify(directory):
            bad += 1
            out.result(f"{directory.path}/{checksum.NAME}:{problem.line}: {problem.message}")
    return int(bad > 0)
