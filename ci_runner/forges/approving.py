"""What a forge must tell so that somebody's word for a plan can be believed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol, runtime_checkable

from ci_runner.context import Sha
from ci_runner.frozen import frozen

Way = Literal["review", "label", "comment"]


@frozen
class Approval:
    """Somebody's word that stands now; whether it counts is not the forge's to say.

    `said` is a label's name or a comment's first line; `sha` is the commit that a review is of.
    `edited` where the text is not what its author first wrote.
    """

    way: Way
    author: str
    said: str = ""
    sha: Sha = Sha("")
    is_bot: bool = False
    edited: bool = False


@runtime_checkable
class Approving(Protocol):
    """A forge that knows who said what, and who may write. Methods may raise ForgeError."""

    def author(self, number: int) -> str:
        """The login of whoever opened the pull request, "" where the account is gone."""

    def approvals(self, number: int, ways: Collection[str]) -> tuple[Approval, ...]:
        """Approving reviews that were not taken back, labels with who put them on last, comments.

        Only of these ways; every page; oldest first.
        """

    def may_write(self, login: str) -> bool:
        """Whether this account may push to the repository, by the forge's own list of rights."""
