"""Move a project's unmerged migrations behind the merged ones, and see that the schema stays."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.config.model import Project
from ci_runner.context import Sha
from ci_runner.devdb.reach import reach
from ci_runner.devdb.server import Server
from ci_runner.errors import ProofError, SqlError, UsageError
from ci_runner.frozen import frozen
from ci_runner.git import Git
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.reader import detect, files_on_disk, read_files
from ci_runner.migrations.rebase import Moves, rebased
from ci_runner.pipeline.options import sizes, terms
from ci_runner.pipeline.prove import remaining
from ci_runner.pipeline.workspace import Workspace
from ci_runner.schema.model import Schema

_SOME = 8


@frozen
class Rebased:
    """`moves` are (old, new) paths in order, `changes` what becomes of the work tree by path.

    `proof` says what the result was compared with.
    """

    moves: tuple[tuple[str, str], ...] = ()
    changes: Mapping[str, bytes | None] | None = None
    proof: str = ""


def rebase(
    server: Server, workspace: Workspace, project: Project, head: Sha, *, only_generated: bool
) -> Rebased:
    """What gives the unmerged files of `project` versions behind those of the base branch.

    Nothing where they have them. Raises UsageError for a merged file that was edited, SqlError
    for files that do not run or can't be moved, ProofError where another schema would come of it.
    """
    git, base = workspace.git, workspace.base
    if git is None or base is None:
        raise UsageError("there is no base to move behind", next_step="give --base REF")
    if workspace.directory(project).format == "liquibase":
        raise UsageError(
            "the order of change sets is that of their changelog, which no name changes",
            where=project.directory,
            next_step="move the include, or the change set within its file, behind the merged ones",
        )
    path, here = project.directory, _here(workspace, project)
    merged = _merged(git, workspace.base_ref, base, path, here)
    mine = {name: text for name, text in here.items() if name not in merged}
    mine.pop(checksum.NAME, None)
    style = detect({**merged, **here}) if project.format == "auto" else project.format
    sql = {name: text for name, text in merged.items() if name != checksum.NAME}
    when = workspace.time_of(head)
    moves = rebased(path, style, sql, mine, when, only_generated=only_generated)
    changes = _changes(path, style, here, moves)
    if not changes:
        return Rebased()
    proof = _prove(server, workspace, moves)
    order = ((f"{path}/{old}", f"{path}/{new}") for new, old in moves.names.items())
    return Rebased(tuple(order), changes, proof)


def _here(workspace: Workspace, project: Project) -> Mapping[str, bytes]:
    return files_on_disk(workspace.root, project.directory, sizes(workspace.config))


def _merged(
    git: Git, base_ref: str, base: Sha, path: str, here: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The base branch's files as they are now. What it has removed since is merged all the same."""
    before = git.files_at(base, path)
    tip = git.resolve(base_ref) if base_ref else None
    now = git.files_at(tip, path) if tip else before
    for name, text in here.items():
        known = {each[name] for each in (before, now) if name in each}
        if name != checksum.NAME and known and text not in known:
            raise UsageError(
                "a merged file was edited: databases that have run it will not run it again",
                where=f"{path}/{name}",
                next_step=f"git checkout {tip or base} -- {path}/{name}",
            )
    return {**{name: text for name, text in before.items() if name in here}, **now}


def _changes(
    path: str, style: str, here: Mapping[str, bytes], moves: Moves
) -> dict[str, bytes | None]:
    """Renames, and a checksum file for what will be in the work tree: not for what it lacks."""
    left = {name: text for name, text in here.items() if name not in moves.names.values()}
    after = {**left, **{new: here[old] for new, old in moves.names.items()}}
    changes: dict[str, bytes | None] = {f"{path}/{old}": None for old in moves.names.values()}
    changes |= {f"{path}/{new}": here[old] for new, old in moves.names.items()}
    directory = read_files(path, style, after)
    if moves.names and (directory.checksum is not None or FORMATS[style].has_checksum):
        changes[f"{path}/{checksum.NAME}"] = checksum.checksum_of(directory)
    return changes


def _prove(server: Server, workspace: Workspace, moves: Moves) -> str:
    """Replay both orders. Raises ProofError where they end in different schemas."""
    before = _reached(server, moves.before) if moves.before else None
    try:
        after = _replayed(server, moves.after)
    except SqlError as failed:
        raise SqlError(
            "in their new order the migrations do not run",
            where=failed.where,
            said=f"{failed.what}\n{failed.said}".strip(),
            next_step="correct the file, which was written for another order",
        ) from failed
    if before is None:
        return "they run; in their old order they did not, so there is nothing to compare with"
    rest = remaining(server.dialect, before, after, terms(workspace.config))
    if rest or before.unmanaged != after.unmanaged:
        found = "\n".join(each.summary for each in rest[:_SOME])
        raise ProofError(
            "in their new order the migrations lead to another schema",
            said=found or "objects that are not compared differ",
            next_step="change the files so that they do not depend on what was merged meanwhile",
        )
    return "they lead to the same schema as in their old order"


def _reached(server: Server, directory: Directory) -> Schema | None:
    """None where the old order does not run: that is what moves are for."""
    try:
        return _replayed(server, directory)
    except SqlError:
        return None


def _replayed(server: Server, directory: Directory) -> Schema:
    with reach(server, directory.files, directory.format) as connection:
        return server.dialect.inspect(connection)
