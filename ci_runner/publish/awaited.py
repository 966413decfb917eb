"""The check that reviewers see from the start of a run, which ends whatever becomes of the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from ci_runner.errors import ForgeError, SchemaCiError
from ci_runner.forges.base import Awaiting, Check, Conclusion, ExistingCheck, Refused
from ci_runner.publish.talk import Talk

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class AwaitedCheck:
    """`begun` is what stands on the head, None where nothing does or nobody may know.

    `settled` once a result was written for it.
    """

    begun: ExistingCheck | None = None
    settled: bool = False


@contextmanager
def awaited_check(
    talk: Talk, name: str, say: Callable[[str], None], tell: Callable[[str], str] = str
) -> Iterator[AwaitedCheck]:
    """Write `in progress` where no result of ours stands on the head yet; end it with the block.

    A block that ends without a result is one that was cancelled or failed, and the check says so.
    Trouble with the forge is told to `say` and hides no error of the block. `tell` takes the
    secrets out of an error's text.
    """
    awaited, forge = AwaitedCheck(), talk.forge
    if not isinstance(forge, Awaiting):
        yield awaited
        return
    try:
        awaited.begun = forge.begin_check(name, talk.event.head_sha, talk.build.run_url)
    except ForgeError as error:
        read_only = isinstance(error, Refused) and error.status == HTTPStatus.FORBIDDEN
        if not (talk.event.is_fork and read_only):
            say(f"could not show the check as in progress: {error}")
    ended: tuple[Conclusion, str] = ("cancelled", "the run was overtaken or wrote no result")
    try:
        yield awaited
    except (KeyboardInterrupt, SystemExit):
        ended = ("cancelled", "the run was cancelled")
        raise
    except SchemaCiError as error:
        ended = ("failure", f"the review did not come to its end: {tell(error.what)}")
        raise
    except BaseException:
        ended = ("failure", "the review did not come to its end: see the log of the run")
        raise
    finally:
        begun = awaited.begun
        if begun is not None and not begun.conclusion and not awaited.settled:
            _end(forge, talk, begun, ended, say)


def _end(
    forge: Awaiting,
    talk: Talk,
    begun: ExistingCheck,
    ended: tuple[Conclusion, str],
    say: Callable[[str], None],
) -> None:
    conclusion, title = ended
    check = Check(
        name=begun.name,
        sha=talk.event.head_sha,
        conclusion=conclusion,
        title=title[:255],
        summary="There is no result for this commit. The log of the run says more.",
        details_url=talk.build.run_url,
    )
    try:
        with _undisturbed():
            forge.end_check(check, begun)
    except ForgeError as error:
        say(f"could not end the check: {error}")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """GitHub sends SIGTERM some seconds after SIGINT: it must not cut the last words short."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(each, signal.getsignal(each)) for each in _SIGNALS]
    for each, _ in before:
        signal.signal(each, signal.SIG_IGN)
    try:
        yield
    finally:
        for each, handler in before:
            signal.signal(each, handler)
