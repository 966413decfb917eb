"""SIGTERM, with which CI systems cancel a job, and SIGHUP end every open `with` block."""

from __future__ import annotations

import signal
from types import FrameType


def terminate_cleanly() -> None:
    """From now on both raise SystemExit, 143 and 129: servers stop, databases and folders go.

    Only the main thread may call it.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        # nohup(1) lets SIGHUP be ignored, and means it.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    # A second signal must not interrupt what the first one cleans up.
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)
