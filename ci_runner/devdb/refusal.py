"""Say what a server refuses, with file and line, and without what must not be shown."""

from __future__ import annotations

from ci_runner.dialects.advice import advice
from ci_runner.dialects.base import Failure
from ci_runner.errors import SqlError
from ci_runner.migrations.history import Statement


class Refused(SqlError):
    """A server took a statement and said no; it can go on with the next one."""


def told(failure: Failure, *, sensitive: bool) -> Failure:
    """A failure as it may be told: the words on a sensitive statement may hold its data."""
    if not sensitive:
        return failure
    return Failure(
        "the server refuses this sensitive statement; what it says is not shown",
        failure.code,
        offset=failure.offset,
    )


def refusal(statement: Statement, failure: Failure) -> Refused:
    """A server's refusal as an error with file and line."""
    line = statement.line
    if failure.offset is not None:
        line += statement.text.count("\n", 0, failure.offset)
    said = [str(failure)]
    known = advice(failure)
    remarks = (("detail", failure.detail), ("hint", "" if known == failure.hint else failure.hint))
    said += [f"{word}: {text}" for word, text in remarks if text]
    return Refused(
        "the SQL does not run on the dev database",
        where=f"{statement.path}:{line}",
        said="\n".join(said),
        next_step=known or "correct the statement",
    )
