"""What became of each thing to publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ci_runner.errors import ForgeError

What = Literal["commit", "comment", "check", "inline", "labels"]


@dataclass(frozen=True, slots=True)
class Published:
    """`annotated` is a check whose findings stand beside the lines of the change."""

    what: What
    url: str
    annotated: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """An expected "not written"; `stale` where a newer head made us stop.

    `url` is of what is there and was left as it is.
    """

    what: What
    reason: str
    stale: bool = False
    annotated: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """`fatal` decides the exit code: a missing check does, a missing comment is a warning."""

    what: What
    error: ForgeError
    fatal: bool


Outcome = Published | Skipped | Failed
