"""The message of a commit of ours, and how to know such a commit again."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ci_runner.context import Build
from ci_runner.forges.base import Changes, PullRequestState

_RUN = "Schema-CI-Run"
_SOURCE = "Schema-CI-Source"
_BASE = "Schema-CI-Base"
_ZERO_WIDTH_SPACE = "\u200b"
_LONGEST_NAME = 60


def message(
    changes: Changes, build: Build, pull: PullRequestState, verb: str, *, skip_ci: bool
) -> str:
    """A conventional commit whose text from the repository can neither skip CI nor close issues.

    `verb` is what is done to the first migration in `changes`. The trailers name the run, the head
    that it was made from and the base branch's commit.
    """
    written = [path for path, content in changes.items() if content is not None]
    first = next((path for path in (*written, *changes) if path.endswith(".sql")), "")
    name = sane(PurePosixPath(first).stem)[:_LONGEST_NAME]
    listing = "\n".join(
        f"- {sane(path)}" + ("" if content is not None else " (removed)")
        for path, content in changes.items()
    )
    run = f"{build.run_id}.{build.run_attempt}" if build.run_id else "local"
    trailers = f"{_RUN}: {sane(run)}\n{_SOURCE}: {pull.head_sha}\n{_BASE}: {base_of(build)}"
    subject = f"chore(db): {verb} {name}" + (" [skip ci]" if skip_ci else "")
    return f"{subject}\n\n{listing}\n\n{trailers}\n"


def base_of(build: Build) -> str:
    """The base branch's commit as the event has it, `unknown` where it has none."""
    return (build.pull_request.base_sha if build.pull_request else "") or "unknown"


def is_ours(text: str) -> bool:
    """Whether a commit's message has our trailer."""
    return bool(_trailer(text, _RUN))


def source_of(text: str) -> str:
    """The head that a commit of ours was made from; "" where the message does not say."""
    return _trailer(text, _SOURCE)


def said_base(text: str) -> str:
    """The base branch's commit as it was when a commit of ours was made; "" where unsaid."""
    return _trailer(text, _BASE)


def lists(text: str, path: str) -> bool:
    """Whether a commit of ours says that it changes `path`."""
    return bool({f"- {sane(path)}", f"- {sane(path)} (removed)"} & set(text.splitlines()))


def sane(text: str) -> str:
    """One line without mentions, references or `[skip ci]` in any of its spellings."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return re.sub(r"([@#\[]|\*{3})", rf"\1{_ZERO_WIDTH_SPACE}", line)


def _trailer(text: str, name: str) -> str:
    found = re.search(rf"(?m)^{name}: (\S+)", text)
    return found[1] if found else ""
