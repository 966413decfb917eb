"""The pull request as it is read before each write: the head may move between any two calls."""

from __future__ import annotations

from ci_runner.context import Build, PullRequest
from ci_runner.forges.base import Conversation, Forge, conversation


class Talk:
    """One run's publishing to its pull request, which `event` is as the run knows it.

    `viewer` is our own login, once anything was read.
    """

    def __init__(self, forge: Forge, build: Build, event: PullRequest) -> None:
        self.forge = forge
        self.build = build
        self.event = event
        self.viewer = ""
        self._read: Conversation | None = None

    @property
    def number(self) -> int:
        return self.event.number

    def now(self) -> Conversation:
        """As it was after our last write, so that each write follows a look of its own."""
        if self._read is None:
            self._read = conversation(self.forge, self.number)
            self.viewer = self._read.viewer
        return self._read

    def wrote(self) -> None:
        """What was read is no longer so: to be called beside every write, before it is sent."""
        self._read = None
