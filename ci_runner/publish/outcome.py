"""What became of each thing to publish."""

from __future__ import annotations

from typing import Literal

from ci_runner.errors import ForgeError
from ci_runner.frozen import frozen

What = Literal["commit", "comment", "check", "inline", "labels"]


@frozen
class Published:
    """`annotated` is a check whose findings stand beside the lines of the change."""

    what: What
    url: str
    annotated: bool = False


@frozen
class Skipped:
    """An expected "not written"; `stale` where a newer head made us stop.

    `url` is of what is there and was left as it is.
    """

    what: What
    reason: str
    stale: bool = False
    annotated: bool = False
    url: str = ""


@frozen
class Failed:
    """`fatal` decides the exit code: a missing check does, a missing comment is a warning."""

    what: What
    error: ForgeError
    fatal: bool


Outcome = Published | Skipped | Failed
