"""What a forge must be able to do so that a comment can start a review again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from ci_runner.context import Sha
from ci_runner.frozen import frozen

Reaction = Literal["eyes", "rocket", "confused"]


@frozen
class WorkflowRun:
    """A run for a pull request. `created_at` is when the push reached the forge."""

    id: int
    sha: Sha
    done: bool
    created_at: datetime
    url: str


@runtime_checkable
class Commanding(Protocol):
    """A forge whose comments may start something. Methods may raise ForgeError."""

    def react(self, comment: int, reaction: Reaction) -> None:
        """Once is enough: the forge keeps one of a kind from each account."""

    def pull_request_runs(self, workflow: str, sha: Sha) -> tuple[WorkflowRun, ...]:
        """Runs of a workflow's file for the event `pull_request` on the commit, newest first."""

    def rerun(self, run: int) -> None:
        """Start it again: the same commit, event and rights as the first time."""
