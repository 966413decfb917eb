"""Find the pull request of a commit that CI names without it, and what it changes."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Locating(Protocol):
    """A forge that lists pull requests by the branch that they come from."""

    def open_pull_requests(self, head_slug: str, branch: str) -> tuple[int, ...]:
        """Numbers of those to this repository from `branch` of the repository `head_slug`."""


@runtime_checkable
class Listing(Protocol):
    """A forge that lists the files of a pull request."""

    def paths_of(self, number: int) -> tuple[str, ...] | None:
        """Files that it changes since it left its base, by their names before and after.

        None where there are too many to tell.
        """
