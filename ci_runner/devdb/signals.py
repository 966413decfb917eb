"""SIGTERM, with which CI systems cancel a job, ends every open `with` block."""

from __future__ import annotations

import signal
from types import FrameType


def terminate_cleanly() -> None:
    """From now on SIGTERM raises SystemExit(143): servers stop, databases and folders go.

    Only the main thread may call it.
    """
    signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    # A second SIGTERM must not interrupt what the first one cleans up.
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)
