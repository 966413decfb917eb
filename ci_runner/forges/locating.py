"""Find the pull request of a commit that CI names without it: what only some forges can tell."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Locating(Protocol):
    """A forge that lists pull requests by the branch that they come from."""

    def open_pull_requests(self, head_slug: str, branch: str) -> tuple[int, ...]:
        """Numbers of those to this repository from `branch` of the repository `head_slug`."""
