"""Text that may be used but not shown."""

from __future__ import annotations

from ci_runner.secrets import MASK


class Secret(str):
    """A string whose `repr` is masked, so that no log of a value or traceback line tells it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Secret('{MASK if self else ''}')"
