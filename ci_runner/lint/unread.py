"""Say which statements the static parser could not read, so that only what they did is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_runner.dialects.operations import Data, Unparsed
from ci_runner.migrations.history import Step

_ONLY_SEEN = "only what it was seen doing is judged"


def unread(steps: Iterable[Step]) -> Iterator[str]:
    """A line for each such statement, with its place and why.

    What the parser says of a sensitive statement may hold its words, and is left out.
    """
    for step in steps:
        statement = step.statement
        for each in step.operations:
            match each:
                case Unparsed(reason):
                    why = "" if statement.sensitive else f" ({reason})"
                case Data(verb=verb, table=None) if verb:
                    why = f" (but for {verb})"
                case _:
                    continue
            ran = step.executed and step.failure is None
            then = _ONLY_SEEN if ran else "it was not run, so nothing of it is judged"
            yield (
                f"{statement.path}:{statement.line}: the static parser can't read the statement"
                f"{why}: {then}"
            )
