"""What a session tells whoever watches it: that a statement runs, and how it can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from ci_runner.dialects.base import Failure
from ci_runner.frozen import frozen

STOPPED = "57014"  # query_canceled: postgresql.org, appendix A


@frozen
class Running:
    """`cancel` asks the server to stop what the session runs; `sever` closes our end of it.

    Any thread may call them, and neither raises: a cancel that does not get through is one that is
    not heeded. `process` is the server's process behind the session.
    """

    cancel: Callable[[], None]
    sever: Callable[[], None]
    process: int


class Guard(Protocol):
    """Times the statements of sessions, out of the reach of their SQL."""

    def watch(self, running: Running) -> AbstractContextManager[None]:
        """The block is one statement.

        What the block raises for want of time becomes StatementFailed where the statement was
        cancelled, and SqlError where the server had to be ended; a server that ended by itself is
        a DatabaseError with the reason, as far as it is known.
        """


class Unguarded:
    """Nobody watches: for sessions that run no SQL but ours."""

    def watch(self, _running: Running) -> AbstractContextManager[None]:
        return nullcontext()


UNGUARDED = Unguarded()


def stopped(seconds: float) -> Failure:
    """That of a statement which ran into the limit of `seconds`."""
    return Failure(
        f"stopped: the statement ran longer than {seconds:g} seconds",
        STOPPED,
        hint=raise_it("dev.statement-seconds"),
    )


def raise_it(option: str) -> str:
    """What a user can do about the limit that `option` sets."""
    variable = f"SCHEMA_CI_{option.upper().replace('.', '_').replace('-', '_')}"
    return f"make it smaller, or raise the limit `{option}`: set {variable} in the CI"
