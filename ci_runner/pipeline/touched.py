"""Which projects the change of a work tree touches."""

from __future__ import annotations

from ci_runner.config.model import Project
from ci_runner.config.touched import touched
from ci_runner.pipeline.workspace import Workspace


def touched_projects(workspace: Workspace) -> tuple[Project, ...]:
    """By what differs from the base commit, edits that are not committed included."""
    git, base, head = workspace.git, workspace.base, workspace.head
    if git is None or base is None or head is None:
        return workspace.config.projects
    committed = git.changed_paths(base, head)
    return touched(workspace.config, (*committed, *git.uncommitted_paths(workspace.config.inputs)))
